package work

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/fleet"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/secret"
	"github.com/nightpress/nightpress/internal/settings"
)

// servers are this machine's, for a worker.
type servers struct {
	preflight.Fleet
	settings *settings.Settings
}

var _ fleet.Servers = (*servers)(nil)

// Find looks for a model by its name, and then among all others: a copy has the
// same identity by another name.
func (s *servers) Find(ctx context.Context, m fleet.Model) (string, error) {
	s.forget()
	local, _, err := s.Inspect(ctx, m.Name)
	if err == nil && same(local, m) {
		return local.Name, s.wanted(local.Name)
	}
	other := err == nil
	there, err := s.Models(ctx)
	if err != nil {
		return "", err
	}
	for _, l := range there {
		if local, _, err := s.Inspect(ctx, l.Name); err == nil && same(local, m) {
			return local.Name, s.wanted(local.Name)
		}
	}
	if other {
		err = fmt.Errorf("the model %s here differs from the coordinator's", m.Name)
	} else {
		err = fmt.Errorf("model %s is not here", m.Name)
	}
	return "", hint.Wrapf(err, "ollama pull %s", m.Name)
}

// Describe describes a model that the worker is for.
func (s *servers) Describe(ctx context.Context, name string) (fleet.Offer, error) {
	s.forget()
	m, _, err := s.Inspect(ctx, name)
	if err == nil {
		err = s.wanted(m.Name)
	}
	if err != nil {
		return fleet.Offer{}, err
	}
	return fleet.Offer{Name: m.Name, Identity: m.Identity, Manifest: m.Digest, ContextLength: m.ContextLength, Thinks: m.Thinks, Sampling: m.Sampling}, nil
}

// same reports whether a model is the one of a run.
func same(local *ollama.LocalModel, m fleet.Model) bool {
	return m.Identity != "" && local.Identity == m.Identity || m.Manifest != "" && local.Digest == m.Manifest
}

// forget makes the servers be asked again: a model may have been pulled since.
func (s *servers) forget() {
	for _, one := range s.Fleet {
		one.Client.Forget()
	}
}

var errNotWanted = errors.New("this worker is for other models")

// wanted is an error for a model that the worker is not for.
func (s *servers) wanted(model string) error {
	names := s.settings.Wanted
	if names == nil {
		for _, m := range s.settings.Models {
			names = append(names, m.Name, m.Label)
		}
	}
	if names == nil || slices.ContainsFunc(names, func(n string) bool { return preflight.Matches(n, model) }) {
		return nil
	}
	return hint.Wrap(errNotWanted, "-m "+model)
}

// Lanes are the servers as the engine takes them.
func (s *servers) Lanes(ctx context.Context, m fleet.Model, local string) []batch.Lane {
	e := &plan.Entry{Model: llm.Model{Name: local, Label: m.Label}, Identity: m.Identity, Manifest: m.Manifest}
	return s.Fleet.Lanes(ctx, 1, func(label string) *plan.Entry {
		if label != e.Label {
			return nil
		}
		return e
	})
}

// Addresses are the servers'.
func (s *servers) Addresses() (all []string) {
	for _, one := range s.Fleet {
		all = append(all, secret.Mask(one.Host.URL))
	}
	return all
}
