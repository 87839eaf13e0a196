// Package starter holds the use cases of "nightpress init", which writes the files of a
// first run, and of "nightpress rehearse".
package starter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/rehearsal"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/shell"
)

const starterTopics = `topic,audience,keywords,category
How to back up a laptop without thinking about it,people with one computer,"backup, disk, restore",Website Backup and Recovery
What a VPS is and when a shared host is enough,owners of small websites,"vps, shared hosting",Virtual Private Servers (VPS)
Reading a stack trace calmly,new programmers,"debugging, errors",Programming and Coding
`

// starterTopicsFor are topics that the prompt can be tried with. A prompt that
// needs other columns than the usual topics have gets made-up ones.
func starterTopicsFor(s *settings.Settings) []byte {
	header, _, _ := strings.Cut(starterTopics, "\n")
	p, err := preflight.Prompt(s, s.Defaults.Prompt)
	if err != nil || p.Check(strings.Split(header, ",")) == nil {
		return []byte(starterTopics)
	}
	columns := []string{"topic"}
	for _, name := range slices.Concat(p.Required, p.Columns()) {
		if _, set := p.Vars[name]; !set && !slices.Contains(columns, name) {
			columns = append(columns, name)
		}
	}
	text := strings.Join(columns, ",") + "\n"
	for n := 1; n <= 3; n++ {
		for i, name := range columns {
			if i > 0 {
				text += ","
			}
			text += fmt.Sprintf("the %s of example %d", name, n)
		}
		text += "\n"
	}
	return []byte(text)
}

// Request is what is written, and who is told.
type Request struct {
	Settings *settings.Settings
	// Program is how the program was called. ConfigKnown is set when commands need
	// no --config to find the new models.toml.
	Program     string
	ConfigKnown bool
	Printer     printer.Printer
}

// Write writes models.toml, the topics, and the prompt, and overwrites no file.
// It prints the path of each, and says what to type next.
func Write(ctx context.Context, req Request) error {
	s := req.Settings
	text, err := preflight.PromptSet(s.Path).Text(s.Defaults.Prompt)
	if err != nil {
		return exit.Usage(err)
	}
	dir := filepath.Dir(s.Path)
	topics := filepath.Join(dir, "topics.csv")
	// A models.toml that exists names the models.
	var models, lacks []string
	if _, err := os.Lstat(s.Path); err != nil {
		if models, lacks, err = req.localModels(ctx); err != nil {
			return err
		}
	}
	for _, file := range []struct {
		path string
		text []byte
	}{
		{s.Path, config.Starter(models)},
		{topics, starterTopicsFor(s)},
		{filepath.Join(dir, "prompts", s.Defaults.Prompt+".md"), text},
	} {
		if _, err := os.Lstat(file.path); err == nil {
			req.Printer.Note("%s exists already and is left as it is", file.path)
			continue
		} else if !errors.Is(err, os.ErrNotExist) {
			return err
		}
		path, err := New(file.path, file.text)
		if err != nil {
			return err
		}
		if err := req.Printer.Print(File(path)); err != nil {
			return err
		}
	}
	if len(models) > 1 {
		req.Printer.Note("%s is enabled; the server's other models are comments in %s", models[0], s.Path)
	}
	req.Printer.Note("%s says what the models are asked for: set its language, words, and categories to yours", filepath.Join(dir, "prompts", s.Defaults.Prompt+".md"))
	for _, command := range append(lacks, req.nextSteps(topics)...) {
		req.Printer.Note("next: %s", command)
	}
	return nil
}

// nextSteps are the commands to type after init, with the flags that init was
// given.
func (req Request) nextSteps(topics string) (commands []string) {
	s := req.Settings
	flags := ""
	if !req.ConfigKnown {
		flags += " -c " + shell.Quote(s.Path)
	}
	if s.PromptGiven {
		flags += " -p " + shell.Quote(s.Defaults.Prompt)
	}
	for _, words := range []string{"check", "plan " + shell.Quote(topics), "run " + shell.Quote(topics)} {
		commands = append(commands, req.Program+" "+words+flags)
	}
	return commands
}

func rank(model string) int {
	if rehearsal.IsName(model) {
		return 1
	}
	return 0
}

// patience is how long init waits for a server that takes a request and does not
// answer.
const patience = 10 * time.Second

// localModels names the server's local models, one that can write first. lacks
// are the commands that a run needs before it, where the server does not answer
// or has no model that can write; that is no error here. An interrupt is one.
func (req Request) localModels(ctx context.Context) (names, lacks []string, err error) {
	base, err := ollama.ParseHost(req.Settings.Server.URL)
	if err != nil {
		return nil, nil, nil
	}
	c := ollama.New(base, ollama.Options{Lookup: patience, Waiting: func(text string) { req.Printer.Note("%s", text) }})
	there, err := c.Models(ctx)
	if ctx.Err() != nil {
		return nil, nil, context.Cause(ctx)
	}
	if err != nil {
		req.Printer.Note("models.toml names an example model, because %v", err)
		if !preflight.Away(err) || ollama.Silent(err) {
			// Another server has the address: one more cannot be started there.
			for _, text := range hint.Of(err) {
				req.Printer.Note("hint: %s", text)
			}
			return nil, nil, nil
		}
		return nil, []string{"ollama serve", "ollama pull " + config.ExampleModel}, nil
	}
	// A rehearsal model is enabled only if the server has no other.
	slices.SortStableFunc(there, func(a, b ollama.Listed) int {
		return cmp.Compare(rank(a.Name), rank(b.Name))
	})
	writes := false
	for _, m := range there {
		if !m.Local() {
			continue
		}
		names = append(names, m.Name)
		if !writes {
			// A model of embeddings, for one, cannot.
			_, err := c.Inspect(ctx, m.Name)
			switch {
			case ctx.Err() != nil:
				return nil, nil, context.Cause(ctx)
			case ollama.Silent(err):
				req.Printer.Note("%v", err)
				return names, nil, nil
			case err == nil:
				writes = true
				names[0], names[len(names)-1] = names[len(names)-1], names[0]
			}
		}
	}
	if !writes {
		return nil, []string{"ollama pull " + config.ExampleModel}, nil
	}
	return names, nil, nil
}
