package jobs

import (
	"context"

	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/output"
)

// Request says in which folder jobs are found, and who is told.
type Request struct {
	Settings *settings.Settings
	// Models are the names or labels of the models that are meant; none stands
	// for all.
	Models []string
	// Command is this command line: another command names it while this one
	// holds the folder.
	Command string
	Printer printer.Printer
}

// open opens the folder of the posts to change it.
func (r Request) open(ctx context.Context) (*output.Posts, error) {
	posts, err := output.OpenToChange(ctx, r.Settings.Defaults.Out, r.Command)
	if err != nil {
		return nil, err
	}
	posts.SetDraft(r.Settings.Output.Draft)
	return posts, nil
}
