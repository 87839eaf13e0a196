package report

import (
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
)

const (
	// maxReply is how many bytes of a raw reply a page shows, and maxAttempts
	// how many attempts of a job it lists.
	maxReply    = 48 << 10
	maxAttempts = 24
)

// topicPage is one topic with the models' posts side by side.
type topicPage struct {
	Sheet       sheet
	Topic, Slug string
	Number      int
	// List is the page that lists the topic.
	List       string
	Prev, Next *link
	Entries    []entryView
	file       string
}

// link is a link to another page of the report.
type link struct{ Page, Text string }

// entryView is one model's column.
type entryView struct {
	ID                        int
	Name, Server, Digest      string
	Class, State, Reason      string
	Topic                     string // its wording, if that differs from the page's
	Facts                     []fact
	Post                      *post
	Title, Description        string
	Tags, Categories, Repairs []string
	Repeats                   *link
	Attempts                  []attemptView
	Left                      int
}

type fact struct{ Name, Text string }

// attemptView is one attempt.
type attemptView struct {
	N               int
	Remedy, Outcome string
	Facts           string
	Problems        []contract.Problem
	More            int
	Error           string
	Reply, Thinking string
	Cut             bool
}

func newTopicPage(t *topic, number int, list string) *topicPage {
	p := &topicPage{Sheet: topicSheet, Topic: line(t.Text, 300), Slug: line(t.Slug, 120), Number: number, List: list, file: pageName(t.Slug)}
	if p.Topic == "" {
		p.Topic = p.Slug
	}
	for i, e := range t.Entries {
		v := newEntryView(e, i+1)
		if e.Topic != t.Text {
			v.Topic = line(e.Topic, 300)
		}
		p.Entries = append(p.Entries, v)
	}
	return p
}

func newEntryView(e *entry, id int) entryView {
	v := entryView{
		ID: id, Name: line(e.model.Name, 120), Server: line(e.Model, 120), Digest: fmt.Sprintf("%.12s", line(e.Digest, 64)),
		Class: e.outcome.String(), State: states[e.outcome], Post: e.post, Reason: line(e.Reason, 500),
	}
	if n := len(e.Record.Attempts); e.outcome == later {
		v.State = fmt.Sprintf("accepted on attempt %d", n)
	}
	if e.Status == record.Kept {
		v.State += "; the file was edited by hand and kept"
	}
	// Attempts before a redo are listed, but not part of the figures.
	tokens, took := 0, 0.0
	for _, a := range e.Record.Attempts {
		tokens, took = tokens+a.EvalCount, took+a.Seconds
	}
	// A post that is to be made again has none yet.
	if n := len(e.Record.Attempts); n > 0 {
		v.Facts = []fact{{"Attempts", whole(float64(n))}, {"Tokens", whole(float64(tokens))}, {"Time", seconds(took)}}
	}
	if e.outcome.accepted() {
		v.Facts = append([]fact{{"Words", whole(float64(e.Words))}}, v.Facts...)
		v.Repairs = repairCodes(e.Repairs)
	}
	if e.repeats != "" {
		v.Repeats = &link{pageName(e.repeats), line(e.repeats, 120)}
	}
	if p := e.post; p != nil {
		v.Title, v.Description = line(p.Title, 500), line(p.Description, 1000)
		v.Tags, v.Categories = lineEach(p.Tags), lineEach(p.Categories)
	}
	for i := range e.Record.Attempts {
		if i == maxAttempts {
			v.Left = len(e.Record.Attempts) - i
			break
		}
		v.Attempts = append(v.Attempts, newAttemptView(&e.Record.Attempts[i], e.post == nil))
	}
	return v
}

var states = [...]string{"unfinished", "accepted on the first try", "accepted", "rejected", "fixed by hand", "set aside", "found in the folder; its attempts are unknown"}

func newAttemptView(a *record.Attempt, withReply bool) attemptView {
	v := attemptView{N: a.N, Remedy: line(a.Remedy.String(), 60), Error: line(a.Error, 500), Outcome: "accepted"}
	facts := []string{whole(float64(a.EvalCount)) + " tokens", seconds(a.Seconds)}
	if a.FirstToken > 0 {
		facts = append(facts, "first token after "+seconds(a.FirstToken))
	}
	if s := a.Generation().PerSecond(); s > 0 {
		facts = append(facts, rate(s)+" tokens/s")
	}
	v.Facts = strings.Join(append(facts, fmt.Sprintf("seed %d", a.Seed)), ", ")
	if len(a.Problems) > 0 {
		v.Outcome = "malformed"
	} else if a.Error != "" {
		v.Outcome = "failed"
	}
	for i, p := range a.Problems {
		if i == 20 {
			v.More = len(a.Problems) - i
			break
		}
		v.Problems = append(v.Problems, contract.Problem{Code: contract.Named[contract.ProblemCode](line(p.Code.String(), 60)), Line: p.Line, Message: line(p.Message, 500)})
	}
	if withReply {
		v.Reply, v.Cut = bounded(a.Reply)
		v.Thinking, _ = bounded(a.Thinking)
	}
	return v
}

// bounded cuts a raw text to maxReply bytes.
func bounded(s string) (text string, cut bool) {
	if len(s) > maxReply {
		s, cut = strings.ToValidUTF8(s[:maxReply], ""), true
	}
	return visible(s), cut
}

func lineEach(list []string) (lines []string) {
	for i, s := range list {
		if i == 50 {
			return append(lines, "…")
		}
		lines = append(lines, line(s, 100))
	}
	return lines
}
