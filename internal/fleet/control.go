package fleet

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
)

// ErrNobody means that no coordinator answers.
var ErrNobody = errors.New("no coordinator answers")

// Drain asks the coordinator at an address to have a worker leave.
func Drain(ctx context.Context, a Address, prefix, worker string) error {
	c, err := dial(a, "control", nil)
	if err != nil {
		if errors.Is(err, nats.ErrNoServers) {
			return ErrNobody
		}
		return err
	}
	defer c.Close()
	question, err := encode("", control{Drain: worker})
	if err != nil {
		return err
	}
	asking, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	m, err := c.RequestWithContext(asking, names{prefix}.control(), question)
	if errors.Is(err, nats.ErrNoResponders) {
		return ErrNobody
	}
	if err != nil {
		return err
	}
	var answer controlled
	if err := decode(m.Data, &answer); err != nil {
		return err
	}
	if answer.Error != "" {
		return errors.New(answer.Error)
	}
	return nil
}
