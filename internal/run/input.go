package run

import (
	"fmt"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
)

// readInput is the input's first pass: every bad row is known after it, and
// what was assumed about the file is said.
func (p *Prepared) readInput(path string, loaded map[string]*prompts.Prompt) error {
	if path == "-" && p.req.Terminal {
		p.req.Printer.Note("reading topics from the terminal, up to an end of file (Ctrl-D)")
	}
	in, err := topics.Open(path, p.req.Input, p.req.Stdin)
	if err != nil {
		return exit.Usage(err)
	}
	p.Plan.Input = in
	if err := p.useColumns(loaded); err != nil {
		return exit.Usage(err)
	}
	if p.Report, err = in.Check(); err != nil {
		return exit.Usage(err)
	}
	if line := in.Assumed(); line != "" {
		p.req.Printer.Note("%s", line)
	}
	if err := p.Report.Err(); err != nil && !p.req.SkipBadRows {
		return exit.Usage(err, "correct these rows, or leave them out: --skip-bad-rows")
	}
	p.Plan.Topics = p.Report.Topics
	if p.Report.Topics == 0 {
		return noTopics(in, p.Report)
	}
	p.SampleOf, err = p.req.Sample.draw(in, p.Report)
	return err
}

// useColumns declares the columns that the prompts use, and finds those that the
// input lacks.
func (p *Prepared) useColumns(loaded map[string]*prompts.Prompt) error {
	in := p.Plan.Input
	var columns, required []string
	for _, pr := range loaded {
		columns, required = append(columns, pr.Columns()...), append(required, pr.Required...)
	}
	if err := in.Use(columns, required); err != nil {
		return err
	}
	site := output.Site{Name: p.req.Settings.Output.Site}
	for _, key := range p.req.Settings.Output.FrontMatter {
		if err := frontFits(key, site, loaded); err != nil {
			return err
		}
	}
	if err := in.UseFront(p.req.Settings.Output.FrontMatter, site.DateKey); err != nil {
		return err
	}
	for _, pr := range loaded {
		if err := pr.Check(in.Columns()); err != nil {
			return err
		}
	}
	p.unused = in.Unused(columns)
	return nil
}

// noTopics is the error for an input without topics.
func noTopics(in *topics.Input, r *topics.Report) error {
	if r.Filtered > 0 {
		return exit.Usage(fmt.Errorf("%s: --where leaves out all of its %s", in.Name(), term.Count(r.Filtered, "row")), "--where 'column=value' compares the whole cell")
	}
	return exit.Usage(fmt.Errorf("%s: no topics in it", in.Name()), "add a line below the header for each post")
}

// skippedRows are the bad rows that a report has one by one, for a summary.
func skippedRows(r *topics.Report) (all []string) {
	for _, b := range r.Bad {
		all = append(all, b.Error())
	}
	return all
}
