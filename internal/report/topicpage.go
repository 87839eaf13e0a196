package report

import (
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/word"
	"github.com/nightpress/nightpress/output"
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
	// Samples are the pages of the topic's samples; the one that is shown has no Page.
	Samples []link
	Prompts []prompted
	Answers []said
	// AnswersLeft counts the answers that are not shown, and Posts the posts.
	AnswersLeft, Posts int
	Entries            []entryView
	file               string
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
	// Words and Bar are the length of the post, and the same as a share of the longest,
	// in percent.
	Words, Bar int
	Headings   int
	// Advice says what to do about a post that is not there: a sentence and a command.
	Advice, Command string
}

type fact struct{ Name, Text string }

// attemptView is one attempt.
type attemptView struct {
	N               int
	Remedy, Outcome string
	Step            string // of a post in sections, or ""
	Facts           string
	Problems        []contract.Problem
	More            int
	Error           string
	Reply, Thinking string
	Cut             bool
}

func newTopicPage(t *topic, number int, list string) *topicPage {
	p := &topicPage{Topic: line(t.Text, 300), Slug: line(t.Slug, 120), Number: number, List: list, file: pageName(t.Slug)}
	if p.Topic == "" {
		p.Topic = p.Slug
	}
	for _, slug := range t.samples {
		one := link{pageName(slug), fmt.Sprint(sampleNumber(slug))}
		if fold(slug) == fold(t.Slug) {
			one.Page = ""
		}
		p.Samples = append(p.Samples, one)
	}
	longest := 1
	for i, e := range t.Entries {
		v := newEntryView(e, i+1)
		if e.Topic != t.Text {
			v.Topic = line(e.Topic, 300)
		}
		if e.post != nil {
			p.Posts++
			v.Words, v.Headings = e.Words, e.post.Headings
			longest = max(longest, v.Words)
		}
		v.Advice, v.Command = advice(e)
		p.Entries = append(p.Entries, v)
	}
	for i := range p.Entries {
		p.Entries[i].Bar = p.Entries[i].Words * 100 / longest
	}
	p.Prompts = prompts(t)
	return p
}

// advice says what a person can do about a post that is not there.
func advice(e *entry) (sentence, command string) {
	redo := ""
	if own := output.TopicSlug(e.Slug); output.Slug(own) == fold(own) {
		redo = "nightpress redo " + e.Slug
	}
	switch {
	case e.post != nil:
		return "", ""
	case e.outcome == rejected:
		return "No reply met the contract. The attempts below say why. To have it requested again by the next run:", redo
	case e.outcome == setAside:
		return "The model was set aside. To see whether it can be used now:", "nightpress check"
	case e.outcome == unfinished:
		return "It is not finished. The command that began the run requests it; to see where the run is:", "nightpress status"
	}
	return "The post's file is missing. To have it made again by the next run:", redo
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
	v := attemptView{N: a.N, Remedy: line(a.Remedy.String(), 60), Error: line(a.Error, 500), Outcome: attemptOutcome(a)}
	if a.Step != nil {
		v.Step = line(a.Step.String(), 60)
	}
	facts := []string{whole(float64(a.EvalCount)) + " tokens", seconds(a.Seconds)}
	if a.FirstToken > 0 {
		facts = append(facts, "first token after "+seconds(a.FirstToken))
	}
	if s := a.Generation().PerSecond(); s > 0 {
		facts = append(facts, rate(s)+" tokens/s")
	}
	v.Facts = strings.Join(append(facts, fmt.Sprintf("seed %d", a.Seed)), ", ")
	for i, p := range a.Problems {
		if i == 20 {
			v.More = len(a.Problems) - i
			break
		}
		v.Problems = append(v.Problems, contract.Problem{Code: word.Of[contract.ProblemCode](line(p.Code.String(), 60)), Line: p.Line, Message: line(p.Message, 500)})
	}
	if withReply {
		v.Reply, v.Cut = limited(a.Reply, maxReply)
		v.Thinking, _ = limited(a.Thinking, maxReply)
	}
	return v
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
