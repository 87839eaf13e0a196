package main

import (
	"github.com/nightpress/nightpress/internal/config"
	"github.com/spf13/cobra"
)

// shared lists which of the common flags each command has. A command has only flags
// that it uses, so that none is ignored silently. All commands have --config and
// --quiet.
var shared = map[string][]string{
	"nightpress init":         {"prompt"},
	"nightpress run":          {"server", "models", "prompt", "out", "json", "log-file"},
	"nightpress plan":         {"server", "models", "prompt", "out", "json"},
	"nightpress check":        {"server", "models", "prompt", "out", "json"},
	"nightpress validate":     {"prompt", "json"},
	"nightpress status":       {"out", "json"},
	"nightpress show":         {"out", "json"},
	"nightpress report":       {"out", "json"},
	"nightpress verify":       {"out", "json"},
	"nightpress lint":         {"models", "out", "json"},
	"nightpress redo":         {"models", "out", "json"},
	"nightpress accept":       {"models", "out", "json"},
	"nightpress rate":         {"models", "out", "json"},
	"nightpress judge":        {"server", "models", "out", "json"},
	"nightpress watch":        {"out", "json"},
	"nightpress pause":        {"out", "json"},
	"nightpress resume":       {"out", "json"},
	"nightpress set":          {"out", "json"},
	"nightpress drain":        {"out", "json"},
	"nightpress rehearse":     {"server", "prompt"},
	"nightpress prompts list": {"json"},
	"nightpress work":         {"server", "models", "log-file"},
	"nightpress fleet":        {"out", "json"},
	"nightpress attest":       {"out", "json"},
	"nightpress pack":         {"models", "out", "json"},
	"nightpress unpack":       {"server", "models", "json"},
	"nightpress fleet drain":  {"out"},
}

// bindShared adds its shared flags to a command.
func (a *app) bindShared(cmd *cobra.Command) {
	f, usual := cmd.Flags(), config.Default().Defaults
	for _, name := range shared[cmd.CommandPath()] {
		switch name {
		case "models":
			f.StringSliceVarP(&a.flags.models, "models", "m", nil, modelsUsage(cmd.Name()))
		case "server":
			f.StringSlice("server", nil, "`address` of a server, or its name in models.toml; repeatable (default: OLLAMA_HOST)")
		case "prompt":
			f.StringP("prompt", "p", usual.Prompt, promptUsage(cmd.Name()))
		case "out":
			f.StringP("out", "o", usual.Out, "`folder` of the posts")
		case "json":
			f.BoolVar(&a.flags.json, "json", false, "print JSON, one object per line")
		case "log-file":
			f.StringVar(&a.flags.logFile, "log-file", "", "append a structured log (JSON lines) to `file`")
		}
	}
}

func promptUsage(command string) string {
	switch command {
	case "run", "plan", "check":
		return "`name` of the prompt; several (a,b) are compared, with posts in <label>+<prompt>"
	}
	return "`name` of the prompt"
}

func modelsUsage(command string) string {
	switch command {
	case "pack":
		return "`names` of the models, instead of those in models.toml; patterns such as 'llama*' work"
	case "unpack":
		return "only the models with these `names`; patterns such as 'llama*' work (default: all)"
	case "redo", "accept", "rate", "lint":
		return "only posts of the models with these `names` (default: all)"
	}
	return "`names` of the models, instead of those in models.toml; patterns such as 'llama*' work"
}
