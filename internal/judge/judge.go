package judge

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/rate"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
)

// promptName is the prompt with the rubric, and field its only field.
const promptName, field = "judge", "better"

// maxVerdict bounds a verdict, in tokens.
const maxVerdict = 64

// Request says which model judges, and what.
type Request struct {
	Settings *settings.Settings
	// Models are the names that were given; there must be one.
	Models []string
	// Criterion is as for rate, "" asks which post is better.
	Criterion string
	// Plan prints what would be judged, and requests no verdict.
	Plan bool
	// OwnPosts lets a model judge posts that it wrote.
	OwnPosts bool
	// Pairs is the most pairs to judge; 0 means all.
	Pairs int
	// Until is when the judge begins no more pairs; zero is never.
	Until time.Time
	// Stop ends the run early once it is closed.
	Stop    <-chan struct{}
	Now     func() time.Time
	Clock   func() time.Time
	Printer printer.Printer
}

// session is one use of the judge.
type session struct {
	req       *Request
	posts     *output.Posts
	criterion rate.Criterion
	prompt    *prompts.Prompt
	model     llm.Model
	rater     string
	// own are the labels of posts that the judge wrote.
	own []string
}

// Posts judges the pairs that are left, and prints what the judge answered so far. With
// Plan, it prints what that would take.
func Posts(ctx context.Context, req Request) (err error) {
	s := &session{req: &req}
	if s.criterion, err = rate.ParseCriterion(req.Criterion); err != nil {
		return exit.Usage(err)
	}
	if s.posts, err = output.OpenToRate(ctx, req.Settings.Defaults.Out); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.posts.Close()) }()
	servers, err := preflight.ConnectAll(ctx, req.Settings, false, req.Printer.Note)
	if err != nil {
		return err
	}
	entry, err := s.choose(ctx, servers)
	if err != nil {
		return err
	}
	duels, err := s.left(ctx, entry)
	if err != nil {
		return err
	}
	sink := newSink(s.posts.Ledger, s.rater, s.criterion.Name)
	if req.Plan {
		p, err := s.plan(ctx, duels, sink)
		if err != nil {
			return err
		}
		return req.Printer.Print(p)
	}
	var ended error
	if len(duels) > 0 {
		req.Printer.Note("%s judges %s, each in both orders", s.model.Name, term.Count(len(duels), "pair"))
		engine := &batch.Engine{
			Lanes: servers.Lanes(ctx, 1, func(string) *plan.Entry { return entry }), Attempts: req.Settings.Defaults.Attempts,
			Patience: req.Settings.Patience, Until: req.Until, Stop: req.Stop, NoHedge: true,
			Clock: batch.Clock{Wall: req.Now, Now: req.Clock},
		}
		phase := &batch.Phase{Model: s.model, Count: 2 * len(duels), Jobs: s.jobs(duels, sink)}
		ended = engine.Run(ctx, one(phase), sink)
	}
	if ended != nil && !errors.Is(ended, batch.ErrUntil) && !errors.Is(ended, batch.ErrStopped) && !errors.Is(ended, batch.ErrPatience) {
		return ended
	}
	sum, err := s.summary(context.WithoutCancel(ctx), sink)
	if err == nil {
		err = req.Printer.Print(sum)
	}
	switch {
	case errors.Is(ended, batch.ErrStopped):
		ended = context.Canceled
	case ended == nil && sum.Unjudged > 0:
		ended = exit.Silent(exit.Incomplete)
	}
	return errors.Join(err, ended)
}

// choose finds the judge's model on the servers, and its rubric.
func (s *session) choose(ctx context.Context, servers preflight.Fleet) (*plan.Entry, error) {
	in := s.req.Settings
	if len(s.req.Models) != 1 || in.Wanted != nil || len(in.Models) != 1 {
		return nil, exit.Usage(errors.New("one model judges: name it with -m"), "nightpress judge -m qwen3:14b")
	}
	if err := servers.CheckCloud(ctx, in); err != nil {
		return nil, err
	}
	in.Defaults.Prompt, in.PromptGiven = promptName, true
	loaded, err := preflight.Prompts(in)
	if err != nil {
		return nil, exit.Usage(err)
	}
	entries, err := preflight.Lineup(ctx, servers, in, loaded)
	if err != nil {
		return nil, err
	}
	e := entries[0]
	if e.Unusable != nil {
		return nil, e.Unusable
	}
	own := *loaded[promptName]
	own.Contract = own.Contract.Only([]string{field})
	if len(own.Contract.Fields) != 1 {
		return nil, exit.Usage(fmt.Errorf("prompt %s: its contract has no field %q", own.Source, field), "nightpress prompts show "+promptName)
	}
	s.prompt, s.model = &own, e.Model
	s.model.Mode, s.model.NumPredict = llm.ModeStructured, min(s.model.NumPredict, maxVerdict)
	s.model.Options = maps.Clone(s.model.Options)
	if s.model.Options == nil {
		s.model.Options = map[string]any{}
	}
	if _, set := s.model.Options["temperature"]; !set {
		s.model.Options["temperature"] = 0.0
	}
	rubric, err := preflight.PromptSet(in.Path).Text(promptName)
	if err != nil {
		return nil, err
	}
	// A judge with another model, other options, another rubric, or other words of
	// the criterion is another rater.
	hash := sha256.Sum256(fmt.Appendf(nil, "%s\n%v\n%d\n%v\n%s\n%s", s.model.Digest, s.model.Options, s.model.NumCtx, s.model.Think, s.criterion.Words, rubric))
	s.rater = fmt.Sprintf("%s%s %x", ledger.JudgePrefix, s.model.Name, hash[:4])
	return e, nil
}

// left are the pairs that the judge has not rated.
func (s *session) left(ctx context.Context, e *plan.Entry) (all []ledger.Duel, err error) {
	l := s.posts.Ledger
	if s.own, err = l.WrittenBy(ctx, e.Name, e.Identity, e.Manifest); err != nil {
		return nil, err
	}
	tallies, err := l.Tallies(ctx, s.rater, s.criterion.Name)
	if err != nil {
		return nil, err
	}
	omitted := 0
	for _, t := range tallies {
		if !s.req.OwnPosts && (slices.Contains(s.own, t.A) || slices.Contains(s.own, t.B)) {
			omitted++
			continue
		}
		for d, err := range l.Unrated(ctx, s.rater, s.criterion.Name, t.A, t.B, "") {
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
	}
	if omitted > 0 {
		s.req.Printer.Note("%s wrote some of the posts and does not judge them; --own-posts lets it", e.Name)
	}
	if len(tallies) == omitted {
		return nil, hint.Wrap(errors.New("there are no two models whose posts this model may judge"), "let another model judge: nightpress judge -m qwen3:14b")
	}
	if s.req.Pairs > 0 {
		all = all[:min(len(all), s.req.Pairs)]
	}
	return all, nil
}

func one(p *batch.Phase) iter.Seq2[*batch.Phase, error] {
	return func(yield func(*batch.Phase, error) bool) { yield(p, nil) }
}
