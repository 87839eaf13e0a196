package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/report"
	"github.com/nightpress/nightpress/internal/run"
	"github.com/nightpress/nightpress/internal/starter"
	"github.com/nightpress/nightpress/internal/status"
	"github.com/spf13/cobra"
)

// reportFlags are the flags of report.
type reportFlags struct {
	to  string
	csv bool
}

func reportCmd(a *app) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report [FOLDER...]",
		Short: "Compare the models: pages, JSON, or CSV",
		Long: `report compares the models of one or more folders of posts. It reads only their
ledgers and files, so it works at any time, also while a run writes. It writes
report/index.html and a page for each topic, which need no network and no server.
"~" marks a difference that chance can explain; docs/report.md explains each
figure.

With --json, report prints one line per job, then one per model with its figures.
With --csv it prints one row per job. Neither writes pages.`,
		Example: `  nightpress report
  nightpress report posts-a posts-b --to comparison
  nightpress report --csv > jobs.csv`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, folders []string) error { return writeReport(a, cmd, folders, f) },
	}
	cmd.Flags().StringVar(&f.to, "to", "report", "`folder` of the pages")
	cmd.Flags().BoolVar(&f.csv, "csv", false, "print a CSV row for each job, and write no pages")
	return cmd
}

func writeReport(a *app, cmd *cobra.Command, folders []string, f reportFlags) (err error) {
	if f.csv && a.flags.json {
		return exit.Usage(errors.New("use either --json or --csv"))
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
	out := bufio.NewWriter(a.stdout)
	defer func() { err = errors.Join(err, out.Flush()) }()
	switch {
	case a.flags.json:
		return r.JSON(cmd.Context(), out)
	case f.csv:
		return r.CSV(cmd.Context(), out)
	}
	w, err := r.Write(cmd.Context(), report.Pages{Dir: f.to, Version: version})
	if err != nil {
		return err
	}
	a.say("%s in %s", w, f.to)
	return a.printer().Print(starter.File(filepath.Join(f.to, "index.html")))
}

// reportError turns what a reader finds into an error that leads on.
func reportError(err error) error {
	var old *ledger.OldError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return exit.Usage(hint.Wrap(fmt.Errorf("no ledger to report on: %w", err), "name the folder of the posts: nightpress report posts"))
	case errors.As(err, &old):
		return exit.Usage(err)
	}
	return err
}
