package fleet

import (
	"context"
	"slices"

	"github.com/nightpress/nightpress/internal/hint"
)

// found is a model that the worker has, by its own name for it.
type found struct {
	Model
	local string
}

// find looks for the run's models at this machine's servers.
func (r *worker) find(ctx context.Context, models []Model) {
	r.mu.Lock()
	before, missed, unusable := r.models, r.missing, r.unusable
	r.mu.Unlock()
	var all []found
	missing := map[string]string{}
	for _, m := range models {
		if slices.Contains(unusable, m) {
			missing[m.Label] = missed[m.Label]
			continue
		}
		if n := slices.IndexFunc(before, func(f found) bool { return f.Model == m }); n >= 0 {
			all = append(all, before[n])
			continue
		}
		local, err := r.Servers.Find(ctx, m)
		if err == nil {
			all = append(all, found{m, local})
			continue
		}
		missing[m.Label] = short(hint.Text(err))
		r.noteOnce("no jobs of %s here: %s", short(m.Name), hint.Text(err))
	}
	r.mu.Lock()
	r.models, r.missing = all, missing
	r.mu.Unlock()
	r.sendBeat(ctx)
}

// out takes a model off the worker's list.
func (r *worker) out(m found, why error) {
	r.Note("no more jobs of %s here: %v", m.Name, why)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.models = slices.DeleteFunc(slices.Clone(r.models), func(f found) bool { return f.Label == m.Label })
	if r.missing == nil {
		r.missing = map[string]string{}
	}
	r.missing[m.Label] = short(hint.Text(why))
	r.unusable = append(r.unusable, m.Model)
}

// noteOnce tells a person something about a model, and not twice in a row.
func (r *worker) noteOnce(format, model, text string) {
	r.mu.Lock()
	if r.noted == nil || len(r.noted) > maxModels {
		r.noted = map[string]string{}
	}
	known := r.noted[model] == text
	r.noted[model] = text
	r.mu.Unlock()
	if !known {
		r.Note(format, model, text)
	}
}
