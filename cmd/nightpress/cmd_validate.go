package main

import (
	"fmt"
	"io"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
	"github.com/spf13/cobra"
)

// maxReply bounds what validate reads of one file, in bytes.
const maxReply = 16 << 20

func validateCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check saved replies against a prompt's contract",
		Long: `validate reads raw replies of a model ("-" is standard input). It prints each
problem as FILE:LINE: code: message. Lines count from the start of the raw reply.
A problem of the whole reply has no line. validate needs no server.`,
		Example: `  nightpress validate reply.txt
  nightpress validate -p product-description --json replies/*.txt
  ollama run llama3.2 < prompt.txt | nightpress validate -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			p, err := preflight.Prompt(s, s.Defaults.Prompt)
			if err != nil {
				return exit.Usage(err)
			}
			malformed := false
			for _, path := range args {
				text, err := readReply(a, path)
				if err != nil {
					return exit.Usage(err)
				}
				v := reply.Read(p.For(nil).Contract, text, reply.Ended)
				malformed = malformed || v.Post == nil
				if err := showVerdict(a, path, v); err != nil {
					return err
				}
			}
			if malformed {
				return exit.Silent(exit.Incomplete)
			}
			return nil
		},
	}
}

func readReply(a *app, path string) (string, error) {
	in := a.stdin
	if path != "-" {
		f, err := output.OpenRegular(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxReply+1))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	if len(text) > maxReply {
		return "", fmt.Errorf("read %s: longer than %d MiB", path, maxReply>>20)
	}
	return string(text), nil
}

// verdictLine is what validate --json prints of a file.
type verdictLine struct {
	File     string             `json:"file"`
	Valid    bool               `json:"valid"`
	Problems []contract.Problem `json:"problems"`
	Repairs  []contract.Repair  `json:"repairs"`
	Post     map[string]any     `json:"post"`
	words    int
}

func showVerdict(a *app, path string, v contract.Verdict) error {
	line := verdictLine{
		File: path, Valid: v.Post != nil,
		Problems: append([]contract.Problem{}, v.Problems...),
		Repairs:  append([]contract.Repair{}, v.Repairs...),
	}
	if v.Post != nil {
		line.words = v.Post.Words
		line.Post = map[string]any{"words": v.Post.Words}
		for _, f := range v.Post.Fields {
			if f.List != nil {
				line.Post[f.Key] = f.List
			} else {
				line.Post[f.Key] = f.Text
			}
		}
	}
	return a.printer().Print(line)
}

func (l verdictLine) Text(p *printer.Page) {
	if l.Valid {
		p.Linef("%s: well-formed, %s words%s", l.File, term.Number(l.words), repairList(l.Repairs))
	}
	for _, problem := range l.Problems {
		at := l.File
		if problem.Line > 0 {
			at = fmt.Sprintf("%s:%d", l.File, problem.Line)
		}
		p.Linef("%s: %s: %s", at, problem.Code, problem.Message)
	}
}

// repairList names what was repaired and where.
func repairList(all []contract.Repair) string {
	text := ""
	for i, r := range all {
		text += map[bool]string{true: "; repaired ", false: ", "}[i == 0] + string(r.Code)
		if r.Line > 0 {
			text += fmt.Sprintf(" (line %d)", r.Line)
		}
	}
	return text
}
