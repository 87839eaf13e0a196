package main

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/usage"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// app is the world as the commands see it, so that a test can give another.
type app struct {
	// args are the words of the command line, the program's name first.
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	environ        func() []string
	// wall is the time of day. clock measures durations; nil stands for wall.
	wall, clock func() time.Time

	flags sharedFlags
	// whileEvery is how often the command of [run] while is run; 0 is the usual.
	whileEvery time.Duration
	// interrupts is how signals end the command that runs.
	interrupts *interrupts

	printerOnce sync.Once
	made        printer.Printer
}

// sharedFlags are those that every command takes.
type sharedFlags struct {
	models  []string
	quiet   bool
	json    bool
	logFile string
}

// run executes one command line and returns its exit code.
func (a *app) run(ctx context.Context) int {
	if a.clock == nil {
		a.clock = a.wall
	}
	ctx, a.interrupts = listen(ctx)
	defer a.interrupts.release()
	a.stdin = interruptible{ctx, a.stdin}
	root := a.root()
	root.SetArgs(a.args[1:])
	err := crash.Guard(func() error { return root.ExecuteContext(ctx) })
	err = exit.Canceled(ctx, err)
	code := exit.Code(err)
	if err != nil && !exit.IsSilent(err) {
		a.printer().Error(hint.System(a.explainPanic(err)))
	}
	return code
}

// The help lists commands in the order in which a night needs them.
func init() { cobra.EnableCommandSorting = false }

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "nightpress",
		Short: "Turn a file of topics into a folder of posts with local models",
		Long: `nightpress asks the models of a local Ollama server for one Markdown post per
topic. It checks every reply against a written contract while the reply arrives,
retries or repairs malformed replies, and writes one file per topic and model.
The same command resumes where the last run stopped.`,
		Example: `  nightpress init
  nightpress run topics.csv
  nightpress run topics.csv -m llama3.2,qwen3:8b -o posts`,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          usage.Command,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return refuseFlags(cmd) },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetUsageTemplate(usage.Template(root.UsageTemplate()))
	root.SetVersionTemplate("nightpress {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return exit.Usage(err, cmd.CommandPath()+" --help")
	})
	f := root.PersistentFlags()
	f.StringP("config", "c", settings.DefaultPath, "configuration `file`")
	f.BoolVarP(&a.flags.quiet, "quiet", "q", false, "print only errors and the requested output")
	addGroup(root, "In the evening:", initCmd(a), checkCmd(a), planCmd(a), runCmd(a))
	addGroup(root, "While it runs:", watchCmd(a), pauseCmd(a), resumeCmd(a), setCmd(a), drainCmd(a))
	addGroup(root, "In the morning:", statusCmd(a), showCmd(a), redoCmd(a), acceptCmd(a), verifyCmd(a), lintCmd(a))
	addGroup(root, "To compare models:", reportCmd(a), rateCmd(a), judgeCmd(a))
	addGroup(root, "To write and try prompts:", promptsCmd(a), validateCmd(a), rehearseCmd(a))
	addGroup(root, "With other machines:", workCmd(a), fleetCmd(a))
	addGroup(root, "On a stick:", packCmd(a), unpackCmd(a), attestCmd(a))
	for _, c := range root.Commands() {
		c.Args = usage.Args(c.Args)
		a.bindShared(c)
		for _, sub := range c.Commands() {
			a.bindShared(sub)
		}
	}
	root.AddCommand(exitCodesTopic())
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() == "help" {
			c.Args = usage.Topic
		}
	}
	return root
}

// addGroup adds commands that are listed together in the help, in this order.
func addGroup(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, c := range commands {
		c.GroupID = title
	}
	root.AddCommand(commands...)
}

// now is the time of day.
func (a *app) now() time.Time {
	return a.wall().Round(0)
}

// printer prints for people, or JSON where that was asked for.
func (a *app) printer() printer.Printer {
	a.printerOnce.Do(func() { a.made = printer.New(a.stdout, a.stderr, a.flags.json, a.flags.quiet) })
	return a.made
}

// say writes a line for people, unless they asked for quiet.
func (a *app) say(format string, args ...any) { a.printer().Note(format, args...) }

// given returns a command's flags as the settings ask for them.
func given(cmd *cobra.Command) settings.Given {
	return func(name string) (string, bool) {
		f := cmd.Flags().Lookup(name)
		if f == nil || !f.Changed {
			return "", false
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			return strings.Join(list.GetSlice(), ","), true
		}
		return f.Value.String(), true
	}
}

// settings are what is in force for a command.
func (a *app) settings(cmd *cobra.Command) (*settings.Settings, error) {
	return settings.Load(given(cmd), a.getenv)
}
