package run

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/regular"
	"github.com/nightpress/nightpress/internal/term"
)

// readOnly reads what --only chooses: words for dispositions, topics, slugs, and
// patterns, and, with "@", files that have a topic, slug, or pattern on each
// line.
func readOnly(texts []string) (s plan.Selection, err error) {
	for _, text := range texts {
		path, isFile := strings.CutPrefix(text, "@")
		if !isFile {
			s.Add(strings.TrimSpace(text))
			continue
		}
		names, err := linesOf(path)
		if err == nil && len(names) == 0 {
			err = fmt.Errorf("no topic and no slug is in %s", path)
		}
		if err != nil {
			return s, exit.Usage(fmt.Errorf("--only %s: %w", text, err))
		}
		for _, n := range names {
			s.AddName(n)
		}
	}
	return s, nil
}

// linesOf returns the lines of a file that are not blank, without the blanks at
// their ends.
func linesOf(path string) (lines []string, err error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		if line := strings.TrimSpace(strings.TrimPrefix(scanner.Text(), "\ufeff")); line != "" {
			lines = append(lines, line)
		}
	}
	return lines, scanner.Err()
}

// OnlyText says which part of the jobs a run is for, for people; "" for all.
func (p *Prepared) OnlyText() string {
	if p.Plan.Only.All() {
		return ""
	}
	jobs := 0
	for _, t := range p.Tallies {
		jobs += t.All()
	}
	posts := 0
	for _, e := range p.Plan.Entries {
		posts += max(e.Samples, 1)
	}
	return fmt.Sprintf("%s of %s: %s", term.Number(jobs), term.Count(p.Report.Topics*posts, "job"), strings.Join(p.req.Only, ", "))
}
