package rehearsal

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/nightpress/nightpress/internal/regular"
)

// Server is a model server that takes models and gives them up.
type Server interface {
	// Create registers a model file under a name.
	Create(ctx context.Context, name string, file io.ReadSeeker, template string, parameters map[string]any) error
	Delete(ctx context.Context, name string) error
}

// Install writes the model to a temporary file and registers it with a server.
func (m Model) Install(ctx context.Context, to Server) error {
	f, err := regular.Temp("nightpress-*.gguf")
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := m.WriteTo(f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := to.Create(ctx, m.Name, f, m.Template, m.Parameters); err != nil {
		return fmt.Errorf("install %s: %w", m.Name, err)
	}
	return nil
}

// Remove removes every rehearsal model from a server that has the models
// installed, and calls each with its name. prompts are the prompts that models
// may have been installed for.
func Remove(ctx context.Context, from Server, installed, prompts []string, each func(name string) error) error {
	var names []string
	for _, m := range Models() {
		names = append(names, m.Name)
	}
	for _, p := range prompts {
		names = append(names, NameFor(p))
	}
	for _, name := range names {
		for _, full := range []string{name, name + ":latest"} {
			if !slices.Contains(installed, full) {
				continue
			}
			if err := from.Delete(ctx, full); err != nil {
				return fmt.Errorf("remove %s: %w", full, err)
			}
			if err := each(name); err != nil {
				return err
			}
		}
	}
	return nil
}
