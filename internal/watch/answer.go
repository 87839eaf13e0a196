package watch

import (
	"context"

	"github.com/nightpress/nightpress/internal/control"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/output"
)

// Answer is what a run says to a request. Its JSON names are promised.
type Answer struct {
	Event string `json:"event"` // "control"
	// Message describes the new state for a person.
	Message  string         `json:"said"`
	Snapshot *live.Snapshot `json:"snapshot"`
}

// Text writes the answer for a person.
func (a *Answer) Text(p *printer.Page) { p.Linef("%s", a.Message) }

// Tell sends a request to the run that writes to a folder. If there is none, the
// error is an *output.NoRunError.
func Tell(ctx context.Context, out string, req control.Request) (*Answer, error) {
	conn, err := output.Dial(ctx, out)
	if err != nil {
		return nil, err
	}
	reply, err := control.Ask(conn, req)
	if err != nil {
		return nil, err
	}
	return &Answer{"control", reply.Message, reply.Snapshot}, nil
}
