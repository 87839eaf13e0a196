package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nightpress/nightpress/internal/estimate"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/members"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

// Report is the state of a folder: what "status --json" prints. Its names are
// promised.
type Report struct {
	Event string `json:"event"`
	Out   string `json:"out"`
	// Jobs are all that the newest run was asked for, Left those of them that
	// are still to be made; 0 and 0 before the first run.
	Jobs     int       `json:"jobs"`
	There    int       `json:"there"`
	Left     int       `json:"left"`
	Models   []Model   `json:"models"`
	Problems []Problem `json:"problems"`
	// Reasons say why the newest run set models or posts aside.
	Reasons []string `json:"set_aside_reasons,omitempty"`
	// MendedBy counts the posts that each remedy gave, over all runs;
	// TokensPerPost is what a post cost, rejected jobs included, and
	// TokensSaved what early aborts saved, by estimate.
	MendedBy      map[string]int `json:"mended_by"`
	TokensPerPost int            `json:"tokens_per_post"`
	TokensSaved   int            `json:"tokens_saved"`
	// Begun counts posts in sections of which some parts are there.
	Begun *Begun `json:"begun,omitempty"`
	// Sections are the posts in sections that the run writes at this moment.
	Sections []live.Sections `json:"sections,omitempty"`
	// Servers has what each server did in the newest run; none in a run of one
	// without a name.
	Servers []Server `json:"servers,omitempty"`
	// Workers are the machines of the newest run's fleet.
	Workers []live.Member `json:"workers,omitempty"`
	// Running is the run that is in progress, Last the newest that is not.
	Running *Running `json:"running,omitempty"`
	Last    *Ended   `json:"last,omitempty"`
	Runs    int      `json:"runs"`
	// BadRows are rows that the newest run skipped, SkippedRows the first of
	// them, and Filtered the rows that its --where left out.
	BadRows     int      `json:"bad_rows"`
	SkippedRows []string `json:"skipped_rows,omitempty"`
	Filtered    int      `json:"filtered_rows,omitempty"`
	// Unreadable are the records of the ledger that were left out.
	Unreadable []ledger.Unreadable `json:"unreadable,omitempty"`
	// now is when it was read.
	now time.Time
}

// Model is a label's part, over all runs.
type Model struct {
	Label    string `json:"label"`
	Model    string `json:"model"`
	Prompt   string `json:"prompt"`
	Done     int    `json:"done"`
	Kept     int    `json:"kept"`
	Rejected int    `json:"rejected"`
	SetAside int    `json:"set_aside"`
	Left     int    `json:"left"`
	// FirstTry, Mended and ByHand count the done and kept by their verdict;
	// posts that a run found in the folder have none. Repaired is a part of
	// each.
	FirstTry int     `json:"first_try"`
	Mended   int     `json:"mended"`
	ByHand   int     `json:"by_hand"`
	Repaired int     `json:"repaired"`
	Tokens   int     `json:"tokens"`
	Seconds  float64 `json:"seconds"`
	// TokensPerSecond is the tokens/s per reply, over all replies that count (see
	// record.Generation); 0 if unknown.
	TokensPerSecond float64 `json:"tokens_per_second"`
}

// Server is what a server did in the newest run.
type Server struct {
	Name     string `json:"name"`
	Posts    int    `json:"posts"`
	Rejected int    `json:"rejected"`
	Loads    int    `json:"loads"`
	Outages  int    `json:"outages"`
	// TokensPerSecond is the tokens/s per reply; 0 if unknown.
	TokensPerSecond float64 `json:"tokens_per_second"`
	// AwaySince and AwayFor are set while the run waits for it.
	AwaySince *time.Time `json:"away_since,omitempty"`
	AwayFor   string     `json:"away_for,omitempty"`
}

// Problem is a reason why jobs were rejected, and how many were.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Jobs    int    `json:"jobs"`
}

// Begun counts posts in sections that are not there yet. Sections of them are, of so
// many as their outlines have.
type Begun struct {
	Posts    int `json:"posts"`
	Sections int `json:"sections"`
	Of       int `json:"of"`
}

// Running is a run that is in progress.
type Running struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Since   time.Time `json:"since"`
	Command string    `json:"command"`
	// Model is the label of the model that was loaded last.
	Model string `json:"model,omitempty"`
	// Seconds is how long it is expected to go on; nil when that is not known.
	Seconds *float64 `json:"seconds_left,omitempty"`
	// WaitingSince and WaitingFor are set while it waits for its server.
	WaitingSince *time.Time `json:"waiting_since,omitempty"`
	WaitingFor   string     `json:"waiting_for,omitempty"`
	// PausedSince and PausedFor are set while it is paused. Stopping says why it
	// begins no more posts.
	PausedSince *time.Time `json:"paused_since,omitempty"`
	PausedFor   string     `json:"paused_for,omitempty"`
	Stopping    string     `json:"stopping,omitempty"`
}

// Ended is a run that is over.
type Ended struct {
	Since   time.Time `json:"since"`
	Command string    `json:"command"`
	// Until and ExitCode are missing for a run that was killed.
	Until    *time.Time `json:"until,omitempty"`
	ExitCode *int       `json:"exit_code,omitempty"`
}

// Read reads the state of a folder of posts, also while a run writes. now is the
// time of day.
func Read(ctx context.Context, out string, now time.Time) (_ *Report, err error) {
	posts, err := output.OpenToRead(ctx, out)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
	l := posts.Ledger
	// The holder first: a run that ends in between is then reported as under
	// way with nothing left, and never as killed.
	holder, err := output.Holder(out)
	if err != nil {
		return nil, err
	}
	s, err := l.Status(ctx)
	if err != nil {
		return nil, err
	}
	spent, err := l.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	st := &Report{
		now:   now,
		Event: "status", Out: out, Runs: s.Runs, Models: []Model{}, Problems: []Problem{},
		Unreadable: l.Unreadable(),
		MendedBy:   spent.Mended, TokensPerPost: spent.TokensPerPost(), TokensSaved: spent.TokensSaved,
	}
	var plan record.Summary
	if s.Last != nil && s.Last.Summary != nil {
		if err := json.Unmarshal(s.Last.Summary, &plan); err != nil {
			return nil, fmt.Errorf("summary of the last run: %w", err)
		}
	}
	st.count(s, &plan)
	st.BadRows, st.SkippedRows, st.Filtered = plan.BadRows, plan.SkippedRows, plan.Filtered
	for _, p := range s.Problems {
		st.Problems = append(st.Problems, Problem(p))
	}
	if s.Begun.Posts > 0 {
		begun := Begun(s.Begun)
		st.Begun = &begun
	}
	for _, t := range s.Servers {
		st.Servers = append(st.Servers, Server{Name: t.Name, Posts: t.Posts, Rejected: t.Rejected, Loads: t.Loads, Outages: t.Outages, TokensPerSecond: t.Generation.PerSecond()})
	}
	if st.Workers, err = workers(out, s.Last); err != nil {
		return nil, err
	}
	if holder != nil {
		st.Running = &Running{PID: holder.PID, Host: holder.Host, Since: holder.Since, Command: holder.Command}
	}
	if s.Last != nil && s.Last.Ended.IsZero() && st.Running != nil {
		if err = st.follow(ctx, l, s, &plan); err == nil {
			st.ask(ctx)
		}
	} else if s.Last != nil {
		st.Last = ended(s.Last)
	}
	return st, err
}

// count fills in the totals. What the newest run was asked for comes from its
// summary, or, while it is in progress, from its plan and what has ended since.
func (st *Report) count(s *ledger.Status, plan *record.Summary) {
	left := map[string]int{}
	for _, m := range plan.Models {
		left[m.Label] = m.Left
	}
	st.Jobs, st.Reasons = plan.Jobs, plan.Reasons
	aside := map[string]int{}
	for _, m := range plan.Models {
		aside[m.Label] = m.SetAside
	}
	for _, t := range s.Labels {
		if s.Last != nil && s.Last.Ended.IsZero() {
			left[t.Label] = max(0, left[t.Label]-t.Ended)
		}
		// What was marked with redo since the run ended is left as well.
		left[t.Label] = max(left[t.Label], t.Redo)
		st.There += t.Done + t.Kept
		st.Models = append(st.Models, Model{
			Label: t.Label, Model: t.Model, Prompt: t.Prompt,
			Done: t.Done, Kept: t.Kept, Rejected: t.Rejected, SetAside: max(t.SetAside, aside[t.Label]), Left: left[t.Label],
			FirstTry: t.FirstTry, Mended: t.Mended, ByHand: t.ByHand, Repaired: t.Repaired,
			Tokens: t.Tokens, Seconds: t.Seconds, TokensPerSecond: t.Generation.PerSecond(),
		})
		delete(left, t.Label)
	}
	for _, m := range plan.Models {
		if n, unseen := left[m.Label]; unseen {
			st.Models = append(st.Models, Model{Label: m.Label, Model: m.Model, Left: n, SetAside: m.SetAside})
		}
	}
	for _, m := range st.Models {
		st.Left += m.Left
	}
}

func ended(r *ledger.Run) *Ended {
	e := &Ended{Since: r.Started, Command: r.Command}
	if !r.Ended.IsZero() {
		e.Until, e.ExitCode = &r.Ended, &r.ExitCode
	}
	return e
}

// followServer notes whether a server of several is away.
func (st *Report) followServer(e ledger.TimedEvent) {
	for i := range st.Servers {
		one := &st.Servers[i]
		switch {
		case one.Name != e.Server:
		case e.Kind == ledger.EventWaiting:
			if one.AwaySince == nil {
				since := e.Time
				one.AwaySince = &since
			}
			one.AwayFor = e.Text
		case e.Kind == ledger.EventLoaded, e.Kind == ledger.EventResumed:
			one.AwaySince, one.AwayFor = nil, ""
		}
	}
}

// follow fills in where the run that is in progress stands.
func (st *Report) follow(ctx context.Context, l *ledger.Ledger, s *ledger.Status, plan *record.Summary) error {
	for _, e := range s.Events {
		if e.Server != "" {
			st.followServer(e)
			if e.Kind == ledger.EventLoaded {
				st.Running.Model = e.Model
			}
			continue
		}
		switch e.Kind {
		case ledger.EventLoaded:
			// A server that loads a model is no longer away.
			st.Running.Model = e.Model
			st.Running.WaitingSince, st.Running.WaitingFor = nil, ""
		case ledger.EventWaiting:
			if st.Running.WaitingSince == nil {
				since := e.Time
				st.Running.WaitingSince = &since
			}
			st.Running.WaitingFor = e.Text
		case ledger.EventResumed:
			st.Running.WaitingSince, st.Running.WaitingFor = nil, ""
		}
	}
	left := map[string]estimate.Jobs{}
	for _, m := range st.Models {
		left[m.Label] = estimate.Jobs{Left: m.Left}
	}
	for _, m := range plan.Models {
		left[m.Label] = estimate.Jobs{Left: left[m.Label].Left, Prompt: m.Prompt, Words: m.WordsAsked}
	}
	r, err := estimate.New(ctx, l, s.Last.ID, paced(plan), left)
	if err != nil {
		return err
	}
	if left, known := r.Duration(); known {
		seconds := left.Round(time.Second).Seconds()
		st.Running.Seconds = &seconds
	}
	return nil
}

// paced are the servers of a run with the workers that it began with. Runs of older
// versions have only the number of all.
func paced(plan *record.Summary) (all []estimate.Server) {
	for _, line := range plan.Servers {
		one := estimate.Server{Name: line.Name, Workers: map[string]int{}}
		for label, t := range line.Tuned {
			one.Workers[label] = t.Workers
		}
		all = append(all, one)
	}
	if len(all) > 0 {
		return all
	}
	one := estimate.Server{Workers: map[string]int{}}
	for _, m := range plan.Models {
		one.Workers[m.Label] = max(1, plan.Workers)
	}
	return []estimate.Server{one}
}

// workers are the machines of the newest run's fleet: of an older one, none was
// seen since the newest run began.
func workers(out string, last *ledger.Run) (all []live.Member, err error) {
	list, err := members.Read(out, time.Time{})
	if err != nil || last == nil {
		return nil, err
	}
	for _, m := range list.Workers {
		if m.Seen.After(last.Started) {
			all = append(all, m)
		}
	}
	return all, nil
}
