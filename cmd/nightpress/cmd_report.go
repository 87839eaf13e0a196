package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/report"
	"github.com/nightpress/nightpress/internal/run"
	"github.com/nightpress/nightpress/internal/served"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/internal/starter"
	"github.com/nightpress/nightpress/internal/status"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/spf13/cobra"
)

// reportFlags are the flags of report.
type reportFlags struct {
	to, csv, figures, dataset string
	serve, open               bool
	port                      int
}

func reportCmd(a *app) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report [FOLDER...]",
		Short: "Compare the models: pages, figures, tables, or a dataset",
		Long: `report compares the models of one or more folders of posts. It reads only their
ledgers and files, so it works at any time, also while a run writes. It writes
report/index.html and a page for each topic, which need no network and no server.
"~" marks a difference that chance can explain; docs/report.md explains each
figure.

Each of these prints or writes something else instead of the pages: --json one line
per job, then one per model with its figures; --csv jobs, attempts, or ratings as a
table; --figures each chart as SVG and CSV; --dataset one file with all texts,
prompts, attempts, and answers. --serve shows the pages on this machine, and makes
them again while a run writes; Ctrl-C ends it.`,
		Example: `  nightpress report
  nightpress report posts-a posts-b --to comparison
  nightpress report --serve --open
  nightpress report --csv ratings > ratings.csv
  nightpress report --figures figures
  nightpress report --dataset dataset.jsonl`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, folders []string) error { return writeReport(a, cmd, folders, f) },
	}
	s := cmd.Flags()
	s.StringVar(&f.to, "to", "report", "`folder` of the pages")
	s.StringVar(&f.csv, "csv", "", "print a `table`: jobs, attempts, or ratings (default: jobs)")
	s.Lookup("csv").NoOptDefVal = report.Tables[0]
	s.StringVar(&f.figures, "figures", "", "write the charts to a `folder`, as SVG and CSV")
	s.StringVar(&f.dataset, "dataset", "", "write a `file` of JSON lines with all texts, prompts, attempts, and answers")
	s.BoolVar(&f.serve, "serve", false, "show the pages on this machine, and make them again while a run writes")
	s.IntVar(&f.port, "port", 0, "`port` for --serve (default: any that is free)")
	s.BoolVar(&f.open, "open", false, "open the page in the browser")
	return cmd
}

// one returns an error if more than one kind of output is asked for.
func (f *reportFlags) one(cmd *cobra.Command, json bool) error {
	var given []string
	for _, name := range []string{"to", "csv", "figures", "dataset", "serve"} {
		if cmd.Flags().Changed(name) {
			given = append(given, "--"+name)
		}
	}
	if json && !f.serve {
		given = append(given, "--json")
	}
	if len(given) > 1 {
		return exit.Usage(fmt.Errorf("use only one of %s", strings.Join(given, " and ")))
	}
	if f.port != 0 && !f.serve {
		return exit.Usage(errors.New("--port is for --serve"))
	}
	return nil
}

// table takes the word after --csv, which is an argument by the rules of flags whose
// value is optional: "--csv ratings" is "--csv=ratings".
func (f *reportFlags) table(args []string) (folders []string, err error) {
	if f.csv == report.Tables[0] && len(args) > 0 && slices.Contains(report.Tables, args[0]) {
		f.csv, args = args[0], args[1:]
	}
	if f.csv != "" && !slices.Contains(report.Tables, f.csv) {
		return nil, exit.Usage(hint.Wrap(fmt.Errorf("there is no table %q", f.csv), "nightpress report --csv ratings"))
	}
	return args, nil
}

func writeReport(a *app, cmd *cobra.Command, folders []string, f reportFlags) error {
	if err := f.one(cmd, a.flags.json); err != nil {
		return err
	}
	folders, err := f.table(folders)
	if err != nil {
		return err
	}
	if len(folders) == 0 {
		s, err := a.settings(cmd)
		if err != nil {
			return err
		}
		folders = []string{s.Defaults.Out}
	} else if cmd.Flags().Changed("out") {
		return exit.Usage(hint.Wrap(errors.New("folders are given twice: as arguments and with --out"), "name them all as arguments: nightpress report posts-a posts-b"))
	}
	if f.serve {
		return reportError(serveReport(a, cmd, folders, f))
	}
	return reportOf(a, cmd, folders, f)
}

// reportOf makes one report.
func reportOf(a *app, cmd *cobra.Command, folders []string, f reportFlags) (err error) {
	r, err := report.Open(folders)
	if err != nil {
		return reportError(err)
	}
	defer func() {
		status.NoteUnreadable(r.Unreadable(), a.printer())
		err = errors.Join(err, r.Close())
	}()
	warned := map[string]bool{}
	r.Warn = func(err error) {
		// A report can look twice at a post.
		if text := err.Error(); !warned[text] && len(warned) < run.MostReasons {
			warned[text] = true
			a.say("%s; the report is without its post", text)
		}
	}
	switch {
	case f.figures != "":
		n, err := r.Figures(cmd.Context(), f.figures)
		if err != nil {
			return err
		}
		a.say("%s, each as SVG and CSV", term.Count(n, "chart"))
		return a.printer().Print(starter.File(f.figures))
	case f.dataset != "":
		dictionary, err := r.Dataset(cmd.Context(), f.dataset, version, a.now())
		if err != nil {
			return err
		}
		a.say("%s explains each field", dictionary)
		return a.printer().Print(starter.File(f.dataset))
	case a.flags.json || f.csv != "":
		return printReport(a, cmd, r, f.csv)
	}
	w, err := r.Write(cmd.Context(), report.Pages{Dir: f.to, Version: version})
	if err != nil {
		return err
	}
	a.say("%s in %s", w, f.to)
	index := filepath.Join(f.to, "index.html")
	if f.open {
		a.browse(index)
	}
	return a.printer().Print(starter.File(index))
}

// printReport prints JSON, or a table where one is named.
func printReport(a *app, cmd *cobra.Command, r *report.Report, table string) (err error) {
	out := bufio.NewWriter(printer.Output(a.stdout))
	defer func() { err = errors.Join(err, out.Flush()) }()
	if table == "" {
		return r.JSON(cmd.Context(), out)
	}
	return r.CSV(cmd.Context(), out, table)
}

// serveReport serves the pages until Ctrl-C.
func serveReport(a *app, cmd *cobra.Command, folders []string, f reportFlags) error {
	return served.Report(cmd.Context(), served.Request{
		Folders: folders, Version: version, Port: f.port,
		Ready: func(url string) error {
			if err := a.printer().Print(served.Address{Event: "report", URL: url}); err != nil {
				return err
			}
			a.say("open this page in a browser on this machine; Ctrl-C ends it")
			if f.open {
				a.browse(url)
			}
			return nil
		},
		Made: func(r *report.Report, _ report.Written) { status.NoteUnreadable(r.Unreadable(), a.printer()) },
	})
}

// browse opens an address or a file, and says so if it cannot.
func (a *app) browse(address string) {
	if err := shell.Browse(address); err != nil {
		a.say("no browser was opened: %v", err)
	}
}

// reportError turns what a reader finds into an error that leads on.
func reportError(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return exit.Usage(hint.Wrap(fmt.Errorf("no ledger to report on: %w", err), "name the folder of the posts: nightpress report posts"))
	case errtype.Is[*ledger.OldError](err):
		return exit.Usage(err)
	}
	return err
}
