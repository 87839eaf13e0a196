package rate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/local"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/internal/stats"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// Request says who rates which posts.
type Request struct {
	// Out is the folder of the posts. Models are the names of those to compare;
	// none stands for all.
	Out    string
	Models []string
	// Raters are names. Without any, it is the only one who rated here before, or
	// Ask asks for it.
	Raters []string
	// Criteria are names, each with its question after a colon. None asks which
	// post is better.
	Criteria        []string
	Target, Overlap int
	Port            int
	// LAN serves the pages to other machines.
	LAN, Open bool
	// Ask asks a person at the terminal; nil if there is none.
	Ask     func(ctx context.Context, question string) (string, error)
	Printer printer.Printer
}

// Posts serves a page for each rater until the context ends.
func Posts(ctx context.Context, req Request) (err error) {
	criteria, err := parseCriteria(req.Criteria)
	if err != nil {
		return exit.Usage(err)
	}
	if req.Target < 0 || req.Overlap < 0 || req.Overlap > 100 {
		return exit.Usage(errors.New("--target is a number of pairs, and --overlap a percentage from 0 to 100"))
	}
	posts, err := output.OpenToRate(ctx, req.Out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
	labels, err := posts.Ledger.Labels(ctx)
	if err != nil {
		return err
	}
	wanted, err := preflight.Chosen(req.Models, labels, posts.Folder.Dir())
	if err != nil {
		return err
	}
	raters, err := req.raters(ctx, posts.Ledger)
	if err != nil {
		return err
	}
	var sessions []*Server
	for _, rater := range raters {
		s, err := New(ctx, posts.Ledger, posts.Folder, Session{Rater: rater, Criteria: criteria, Target: req.Target, Overlap: req.Overlap}, wanted)
		if errors.Is(err, ErrNothing) {
			return hint.Wrap(err, "let a second model write: nightpress run topics.csv -m a,b")
		}
		if err != nil {
			return err
		}
		sessions = append(sessions, s)
	}
	req.Printer.Note("%s", sessions[0].power())
	server := local.Server{Command: "rate", Port: req.Port, LAN: req.LAN, Policy: policy}
	if err := server.Serve(ctx, handlers(sessions), func(urls []string) error { return req.show(sessions, urls) }); err != nil {
		return err
	}
	rated := 0
	for _, s := range sessions {
		rated += s.Rated()
	}
	req.Printer.Note("%s; nightpress report ranks the models", term.Count(rated, "answer")+" stored")
	return nil
}

// raters returns the names of those who rate.
func (req *Request) raters(ctx context.Context, l *ledger.Ledger) ([]string, error) {
	for i, name := range req.Raters {
		if err := checkName(name); err != nil {
			return nil, exit.Usage(err, "nightpress rate --as anna")
		}
		if slices.Contains(req.Raters[:i], name) {
			return nil, exit.Usage(fmt.Errorf("--as names %s twice", name))
		}
	}
	if len(req.Raters) > 0 {
		return req.Raters, nil
	}
	known, err := l.Raters(ctx)
	if err != nil {
		return nil, err
	}
	known = slices.DeleteFunc(known, func(name string) bool { return name == ledger.Person || ledger.IsJudge(name) })
	switch {
	case len(known) > 1:
		err := fmt.Errorf("%d people have rated these posts: %s", len(known), strings.Join(known, ", "))
		return nil, exit.Usage(err, "say who you are: nightpress rate --as "+shell.Quote(known[len(known)-1]))
	case len(known) == 1:
		req.Printer.Note("you rate as %s; another person gives a name with --as", known[0])
		return known, nil
	case req.Ask == nil:
		req.Printer.Note("the answers have no name; --as NAME gives them one")
		return []string{ledger.Person}, nil
	}
	name, err := req.Ask(ctx, "your name, for the report:")
	if err != nil {
		return nil, err
	}
	if err := checkName(name); err != nil {
		return nil, exit.Usage(err, "nightpress rate --as anna")
	}
	return []string{name}, nil
}

// maxName bounds names of raters and criteria, in characters.
const maxName = 60

// checkName returns why a name cannot be that of a rater.
func checkName(name string) error {
	switch {
	case strings.TrimSpace(name) != name || name == "" || utf8.RuneCountInString(name) > maxName:
		return fmt.Errorf("%.60q is not a name: it has 1 to %d characters", name, maxName)
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("%.60q is not a name: it has a control character", name)
	case ledger.IsJudge(name):
		return fmt.Errorf("the name %.60q is one of a judge", name)
	case name == ledger.Person:
		return fmt.Errorf("the name %q stands for answers without a name", name)
	}
	return nil
}

// parseCriteria reads "clarity: Which post is clearer?".
func parseCriteria(all []string) (list []Criterion, err error) {
	if len(all) == 0 {
		return []Criterion{{"", "Which post is better?"}}, nil
	}
	for _, text := range all {
		name, words, _ := strings.Cut(text, ":")
		c := Criterion{strings.TrimSpace(name), strings.TrimSpace(words)}
		if err := checkName(c.Name); err != nil {
			return nil, fmt.Errorf("--criterion: %w", err)
		}
		if c.Words == "" {
			c.Words = "Which post is better in " + c.Name + "?"
		}
		if slices.ContainsFunc(list, func(other Criterion) bool { return other.Name == c.Name }) {
			return nil, fmt.Errorf("--criterion %s is given twice", c.Name)
		}
		list = append(list, c)
	}
	return list, nil
}

// ParseCriterion reads one criterion, such as "clarity: Which post is clearer?". "" asks
// which post is better.
func ParseCriterion(text string) (Criterion, error) {
	var all []string
	if text != "" {
		all = []string{text}
	}
	list, err := parseCriteria(all)
	if err != nil {
		return Criterion{}, err
	}
	return list[0], nil
}

// power says which differences the target can show.
func (s *Server) power() string {
	pairs, target := len(s.tallies), s.target()
	each := target / pairs
	text := fmt.Sprintf("%s for %s", term.Count(target, "answer"), term.Count(pairs, "pair")+" of models")
	if pairs > 1 {
		text += fmt.Sprintf(", about %s each", term.Number(each))
	}
	if share, ok := stats.Detectable(each); ok {
		return fmt.Sprintf("%s. Without ties, %s show it if one model's post is better in %.0f%% or more (80%% power)", text, term.Count(each, "answer"), 100*share)
	}
	return text + ": too few to show a difference between two models; a higher --target or fewer models (-m) would"
}

// show prints the addresses of the pages, and opens the first where that was asked
// for.
func (req *Request) show(sessions []*Server, urls []string) error {
	for i, s := range sessions {
		a := address{"rate", urls[i], s.Rater, len(sessions) > 1}
		if err := req.Printer.Print(a); err != nil {
			return err
		}
	}
	if req.LAN {
		req.Printer.Note("warning: everyone who has such an address can read the posts and answer under its name, and the network can read along")
		req.Printer.Note("give each person their own address; Ctrl-C ends all")
	} else {
		req.Printer.Note("open this page in a browser on this machine; Ctrl-C ends it")
	}
	if req.Open {
		if err := shell.Browse(urls[0]); err != nil {
			req.Printer.Note("no browser was opened: %v", err)
		}
	}
	return nil
}

// address is where a rater's page is. Its JSON names are promised.
type address struct {
	Event string `json:"event"`
	URL   string `json:"url"`
	Rater string `json:"rater"`
	named bool
}

func (a address) Text(p *printer.Page) {
	if a.named {
		p.Linef("%s  %s", a.URL, a.Rater)
		return
	}
	p.Linef("%s", a.URL)
}
