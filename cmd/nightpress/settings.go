package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/secret"
	"github.com/spf13/cobra"
)

// settings is what is in force: flags over environment over models.toml over
// defaults.
type settings struct {
	*config.Config
	// promptGiven is set when a flag or the environment chose the prompt,
	// which then holds for every model.
	promptGiven bool
	// wanted are the names that were given for the models, where a pattern is
	// among them: expand makes Models of them.
	wanted []string
	// origins tell where each value came from, for plan.
	origins []origin
}

// origin is one value that is in force.
type origin struct{ key, value, from string }

// shown is the value as it may be printed and logged. A command for the shell
// often holds a token, so it is not.
func (o origin) shown() string {
	if o.key == "run.on_finish" && o.value != "" {
		return "a command"
	}
	return secret.Mask(o.value)
}

// settings reads models.toml and lays environment and flags over it. Every
// error is a usage error.
func (a *app) settings(cmd *cobra.Command, f runFlags) (*settings, error) {
	s := &settings{}
	var err error
	if s.Config, err = a.loadConfig(cmd); err != nil {
		return nil, exit.Usage(err)
	}
	o := overlay{cmd: cmd, getenv: a.getenv, s: s}
	s.Server.URL = o.text("server.url", "", "OLLAMA_HOST", "", s.Server.URL)
	s.Defaults.Out = o.text("defaults.out", "out", "NIGHTPRESS_OUT", a.flags.out, s.Defaults.Out)
	s.Defaults.Prompt = o.text("defaults.prompt", "prompt", "NIGHTPRESS_PROMPT", a.flags.prompt, s.Defaults.Prompt)
	s.promptGiven = o.last().from != "models.toml" && o.last().from != "default"
	s.Output.Site = o.text("output.site", "", "", "", s.Output.Site)
	s.Output.Layout = o.text("output.layout", "", "", "", s.Output.Layout)
	s.Run.OnFinish = o.text("run.on_finish", "", "", "", s.Run.OnFinish)
	s.Defaults.Workers = o.number("defaults.workers", "workers", "NIGHTPRESS_WORKERS", f.workers, s.Defaults.Workers, 64)
	s.Defaults.Attempts = o.number("defaults.attempts", "attempts", "NIGHTPRESS_ATTEMPTS", f.attempts, s.Defaults.Attempts, 20)
	s.Defaults.MaxTokens = o.tokens("defaults.max_tokens_per_post", "max-tokens-per-post", "NIGHTPRESS_MAX_TOKENS_PER_POST", f.maxTokens, s.Defaults.MaxTokens)
	if names := o.text("models", "models", "NIGHTPRESS_MODELS", strings.Join(a.flags.models, ","), ""); names != "" {
		list := strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' })
		if slices.ContainsFunc(list, isPattern) {
			s.wanted = list
		} else {
			s.Models = s.Named(list)
		}
	}
	return s, exit.Usage(o.err)
}

// modelsToml is the configuration's name where nobody gives another.
const modelsToml = "models.toml"

// configPath is where models.toml is: as the flag, or else the environment,
// names it.
func (a *app) configPath() string {
	if a.flags.config != "" {
		return a.flags.config
	}
	if path := a.getenv("NIGHTPRESS_CONFIG"); path != "" {
		return path
	}
	return modelsToml
}

// loadConfig reads models.toml. It need not be there unless a flag or the
// environment names it.
func (a *app) loadConfig(cmd *cobra.Command) (*config.Config, error) {
	path := a.configPath()
	named := cmd.Flags().Changed("config") || a.getenv("NIGHTPRESS_CONFIG") != ""
	c, err := config.Load(path)
	if err != nil && config.IsMissing(err) && !named {
		c = config.Default()
		c.Path = path
		return c, nil
	}
	return c, err
}

// overlay lays environment and flags over the file's values and notes where
// each came from.
type overlay struct {
	cmd    *cobra.Command
	getenv func(string) string
	s      *settings
	err    error
}

func (o *overlay) last() origin { return o.s.origins[len(o.s.origins)-1] }

func (o *overlay) note(key, value, from string) {
	o.s.origins = append(o.s.origins, origin{key, value, from})
}

// where names the place of the last value as a person wrote it: the flag, the
// variable, or the key.
func (o *overlay) where() string {
	if from := o.last().from; from != "models.toml" && from != "default" {
		return from
	}
	return o.last().key + " in " + o.s.Path
}

// text chooses between a flag, a variable and the file.
func (o *overlay) text(key, flag, variable, given, file string) string {
	switch {
	case flag != "" && o.cmd.Flags().Changed(flag):
		o.note(key, given, "--"+flag)
		return given
	case o.getenv(variable) != "":
		o.note(key, o.getenv(variable), variable)
		return o.getenv(variable)
	case o.s.Has(key):
		o.note(key, file, "models.toml")
	default:
		o.note(key, file, "default")
	}
	return file
}

// number is text for a number from 1 to most.
func (o *overlay) number(key, flag, variable string, given, file, most int) int {
	text := o.text(key, flag, variable, strconv.Itoa(given), strconv.Itoa(file))
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		o.err = fmt.Errorf("%s is %s; it is a whole number from 1 to %d", o.where(), text, most)
	}
	return n
}

// tokens is text for a number of tokens, 0 for no bound.
func (o *overlay) tokens(key, flag, variable string, given, file int) int {
	text := o.text(key, flag, variable, strconv.Itoa(given), strconv.Itoa(file))
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		o.err = fmt.Errorf("%s is %s; it is a number of tokens, or 0 for no bound", o.where(), text)
	}
	return n
}

// needModels is an error when no model is named anywhere.
func (s *settings) needModels() error {
	if len(s.Models) > 0 {
		return nil
	}
	hint := "name one: -m llama3.2 (ollama list shows what the server has)"
	if _, err := os.Stat(s.Path); err != nil {
		hint += ", or write a models.toml: nightpress init"
	}
	return exit.Usage(fmt.Errorf("no model is named: neither with -m nor in %s", s.Path), hint)
}
