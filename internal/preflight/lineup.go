package preflight

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/filename"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
)

// PromptSet has the prompts in the folder prompts beside a models.toml, before
// the built-in ones.
func PromptSet(modelsToml string) *prompts.Set {
	return prompts.Open(filepath.Join(filepath.Dir(modelsToml), "prompts"))
}

// Prompt loads a prompt, with the closed lists that models.toml has for it.
func Prompt(s *settings.Settings, name string) (*prompts.Prompt, error) {
	p, err := PromptSet(s.Path).Get(name)
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(s.Values[name])) {
		if p, err = p.WithValues(key, s.Values[name][key]); err != nil {
			return nil, hint.Wrap(fmt.Errorf("%s: [prompt.%s]: %w", s.Path, name, err), "nightpress prompts show "+name)
		}
	}
	return p, nil
}

// Prompts loads the prompt of every entry of the configuration; an unknown
// or broken one is an error before anything is asked of a server.
func Prompts(s *settings.Settings) (map[string]*prompts.Prompt, error) {
	spread(s)
	loaded := map[string]*prompts.Prompt{}
	var errs []error
	for _, m := range s.Models {
		name := PromptName(m, s)
		if loaded[name] != nil {
			continue
		}
		p, err := Prompt(s, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		loaded[name] = p
	}
	return loaded, errors.Join(errs...)
}

// spread makes an entry of each model with each prompt where several prompts were given:
// "-p a,b". Its label names both.
func spread(s *settings.Settings) {
	names := strings.FieldsFunc(s.Defaults.Prompt, func(r rune) bool { return r == ',' || r == ' ' })
	if !s.PromptGiven || len(names) < 2 || len(s.Models) == 0 {
		return
	}
	var all []config.Model
	for _, m := range s.Models {
		if m.Label == "" {
			m.Label = output.Label(m.Name)
		}
		for _, name := range names {
			one := m
			one.Prompt, one.Label = name, m.Label+"+"+name
			all = append(all, one)
		}
	}
	s.Models, s.PromptGiven = all, false
}

// PromptName is the name of a model's prompt.
func PromptName(m config.Model, s *settings.Settings) string {
	if m.Prompt != "" && !s.PromptGiven {
		return m.Prompt
	}
	return s.Defaults.Prompt
}

// Source says what a model is: the servers of a run, or what other machines say of
// it.
type Source interface {
	// Inspect is Fleet's.
	Inspect(ctx context.Context, name string) (local *ollama.LocalModel, excluded map[string]error, err error)
	Up() Fleet
	mayHave(e *plan.Entry) (names []string)
}

// Described are models by the names of the configuration, as other machines have them.
type Described map[string]*ollama.LocalModel

// Inspect returns a model that was described.
func (d Described) Inspect(_ context.Context, name string) (*ollama.LocalModel, map[string]error, error) {
	if m := d[name]; m != nil {
		return m, nil, nil
	}
	return nil, nil, &llm.Fault{Kind: llm.FaultModel, Err: fmt.Errorf("no machine has model %s", name)}
}

// Up is empty: no server is reached from here.
func (d Described) Up() Fleet { return nil }

func (d Described) mayHave(*plan.Entry) []string { return nil }

// Lineup asks the source for each model of the configuration, in its order.
// An entry whose model cannot run here is returned with the reason; the others
// go on. An error means that nothing can run.
func Lineup(ctx context.Context, c Source, s *settings.Settings, loaded map[string]*prompts.Prompt) ([]*plan.Entry, error) {
	var entries []*plan.Entry
	labels := map[string]string{}
	for _, m := range s.Models {
		e := &plan.Entry{Model: llm.Model{
			Name: m.Name, Label: m.Label, NumCtx: m.NumCtx, NumPredict: m.NumPredict,
			Options: m.Options, Mode: m.Mode,
		}, Samples: m.Samples, Prompt: loaded[PromptName(m, s)]}
		if e.Mode == "" && e.Prompt.Mode != prompts.ModeSections {
			e.Mode = e.Prompt.Mode
		}
		if e.Label == "" {
			e.Label = output.Label(m.Name)
		}
		folded := filename.Fold(e.Label)
		if other, taken := labels[folded]; taken {
			return nil, exit.Usage(
				fmt.Errorf("models %s and %s would share the folder %s", other, m.Name, e.Label),
				fmt.Sprintf("give one of them another label in %s: label = %q", s.Path, e.Label+"-2"),
			)
		}
		labels[folded] = m.Name
		if err := inspect(ctx, c, e, m.Think); err != nil {
			if fault, ok := errors.AsType[*llm.Fault](err); !ok || fault.Kind == llm.FaultRun || fault.Kind == llm.FaultPause {
				return nil, err
			}
			e.Unusable, e.Waits = err, c.mayHave(e)
		}
		if e.Think != nil && e.Think != false {
			e.ThinkBudget = m.ThinkBudget
		}
		entries = append(entries, e)
	}
	return entries, twins(entries, s.Path)
}

// inspect completes the entry with what the server knows of the model.
func inspect(ctx context.Context, c Source, e *plan.Entry, think any) error {
	local, excluded, err := c.Inspect(ctx, e.Name)
	if err != nil {
		return err
	}
	e.Excluded = excluded
	for _, s := range c.Up() {
		if excluded[s.Name] == nil {
			e.Server = s.Name
			break
		}
	}
	e.Name, e.Manifest, e.Identity, e.Sampling = local.Name, local.Digest, local.Identity, local.Sampling
	e.Details = record.MadeModel{Family: local.Family, Parameters: local.Parameters, Quantization: local.Quantization, Bytes: local.Size, Template: local.Template}
	// The ledger may know the model by another key.
	if e.Digest = e.Identity; e.Digest == "" {
		e.Digest = e.Manifest
	}
	if local.ContextLength > 0 && e.NumCtx > local.ContextLength {
		err := fmt.Errorf("model %s was trained for a context window of %d tokens, num_ctx asks for %d", e.Name, local.ContextLength, e.NumCtx)
		return &llm.Fault{Kind: llm.FaultModel, Err: hint.Wrapf(err, "set num_ctx = %d (and a smaller num_predict) for %s in models.toml", local.ContextLength, e.Name)}
	}
	// A server takes a missing think field for "on" on models that can think
	// (ollama v0.17.4, server/routes.go:2151), and a post does not need it.
	switch {
	case local.Thinks && think == nil:
		e.Think = false
	case local.Thinks:
		e.Think = think
	case think != nil && think != false:
		err := fmt.Errorf("model %s cannot think, and think is set for it", e.Name)
		return &llm.Fault{Kind: llm.FaultModel, Err: hint.Wrapf(err, "remove think of %s from models.toml", e.Name)}
	}
	return nil
}
