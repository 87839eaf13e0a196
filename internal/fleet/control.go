package fleet

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nightpress/nightpress/internal/hint"
)

// ErrNobody means that no coordinator answers.
var ErrNobody = errors.New("no coordinator answers")

// mostNamed bounds the workers that a hint names.
const mostNamed = 20

// Drain asks the coordinator at an address to have a worker leave.
func Drain(ctx context.Context, a Address, prefix, worker string) error {
	c, err := dial(a, "control", nil)
	if err != nil {
		if errors.Is(err, errNoServer) {
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
	if answer.Error == "" {
		return nil
	}
	var here []string
	for _, m := range answer.Members {
		if !m.Left {
			here = append(here, m.Name)
		}
	}
	if len(here) == 0 {
		return errors.New(answer.Error)
	}
	return hint.Wrap(errors.New(answer.Error), "the workers are "+strings.Join(here[:min(len(here), mostNamed)], ", "))
}
