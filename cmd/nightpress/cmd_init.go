package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/spf13/cobra"
)

const starterTopics = `topic,audience,keywords,category
How to back up a laptop without thinking about it,people with one computer,"backup, disk, restore",Website Backup and Recovery
What a VPS is and when a shared host is enough,owners of small websites,"vps, shared hosting",Virtual Private Servers (VPS)
Reading a stack trace calmly,new programmers,"debugging, errors",Programming and Coding
`

func initCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Write a starter models.toml, topics.csv and prompts/",
		Long: `init writes the files of a first run into this folder: models.toml with the
server's models, topics.csv with three topics, and the default prompt, ready to
edit. It never overwrites a file.`,
		Example: `  nightpress init
  nightpress run topics.csv`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return initFolder(cmd.Context(), a, s)
		},
	}
}

func initFolder(ctx context.Context, a *app, s *settings.Settings) error {
	text, err := preflight.PromptSet(s.Path).Text(s.Defaults.Prompt)
	if err != nil {
		return exit.Usage(err)
	}
	dir := filepath.Dir(s.Path)
	for _, file := range []struct {
		path string
		text []byte
	}{
		{s.Path, config.Starter(localModels(ctx, a, s))},
		{filepath.Join(dir, "topics.csv"), []byte(starterTopics)},
		{filepath.Join(dir, "prompts", s.Defaults.Prompt+".md"), text},
	} {
		if _, err := os.Lstat(file.path); err == nil {
			a.say("%s is there already and is left as it is", file.path)
			continue
		} else if !errors.Is(err, os.ErrNotExist) {
			return err
		}
		path, err := createNew(file.path, file.text)
		if err != nil {
			return err
		}
		fmt.Fprintln(a.stdout, path)
	}
	return nil
}

// localModels names the server's local models; a server that does not answer
// has none, and that is no error here.
func localModels(ctx context.Context, a *app, s *settings.Settings) []string {
	base, err := ollama.ParseHost(s.Server.URL)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	there, err := ollama.New(base, ollama.Options{Waiting: func(text string) { a.say("%s", text) }}).List(ctx)
	if err != nil {
		a.say("no server answers at %s: models.toml names an example model", base)
		return nil
	}
	var names []string
	for _, m := range there {
		if m.Local() {
			names = append(names, m.Name)
		}
	}
	return names
}
