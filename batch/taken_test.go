package batch_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// taken claims for a batch in which these titles exist.
func taken(titles ...string) func(context.Context, *batch.Job, *contract.Post) ([]contract.Problem, error) {
	return func(_ context.Context, _ *batch.Job, p *contract.Post) (problems []contract.Problem, err error) {
		if slices.Contains(titles, p.Text("title")) {
			problems = append(problems, contract.Problem{Code: contract.ProblemFieldTaken, Field: "title", Message: "the line TITLE: is that of another post (x)", Ask: fmt.Sprintf("write another TITLE; these are taken: %q", titles)})
		}
		if strings.Contains(p.Body, "spoke") && slices.Contains(titles, "the text") {
			problems = append(problems, contract.Problem{Code: contract.ProblemNearDuplicate, Message: "the post shares 90% of its phrases with another post (x)", Ask: "write about what is particular"})
		}
		return problems, nil
	}
}

// A taken title costs a few tokens: the text stays. A taken text is written anew. Both
// requests name what is taken, and their number is bounded.
func TestWhatAnotherPostHasIsAskedForInOtherWords(t *testing.T) {
	other := "TITLE: A night at sea\nTAGS: sea, wind\n\n## Evening\n\nThe lamps were lit and the crew sang of home until the morning came."
	for _, c := range []struct {
		name, want string
		titles     []string
		answers    []answer
	}{
		{"title", "first fields", []string{"A day at sea"}, []answer{{text: saga}, {text: "TITLE: Morning on the water"}}},
		{"titles", "first fields fields again", []string{"A day at sea", "At sea"}, []answer{{text: saga}, {text: "TITLE: At sea"}, {text: "TITLE: A day at sea"}, {text: other + marker}}},
		{"text", "first again", []string{"the text"}, []answer{{text: saga}, {text: other + marker}}},
		{"both", "first again", []string{"A day at sea", "the text"}, []answer{{text: saga}, {text: other + marker}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &script{answers: c.answers}
			res := tell(t, s, batch.Engine{Claim: taken(c.titles...)}, llm.Model{})
			if remedies(res) != c.want || res.Post == nil || slices.Contains(c.titles, res.Post.Text("title")) {
				t.Fatalf("%s: %+v", remedies(res), res.Post)
			}
			for n, req := range s.requests[1:] {
				words := req.Messages.User
				for _, turn := range req.Turns {
					words += turn.Text
				}
				for _, p := range res.Attempts[n].Problems {
					if !strings.Contains(words, p.Ask) {
						t.Errorf("request %d lacks %q:\n%s", n+2, p.Ask, words)
					}
				}
			}
			// After an interruption, the job goes on as it would have without one.
			for n := 1; n < len(res.Attempts); n++ {
				again := &script{answers: c.answers[n:]}
				late := tellAfter(t, again, batch.Engine{Claim: taken(c.titles...)}, res.Attempts[:n])
				if remedies(late) != c.want || fmt.Sprint(again.requests[0]) != fmt.Sprint(s.requests[n]) {
					t.Errorf("after %d attempts: %s\n%v\nnot\n%v", n, remedies(late), again.requests[0], s.requests[n])
				}
			}
		})
	}
	res := tell(t, &script{answers: []answer{{text: saga}}}, batch.Engine{Claim: taken("the text"), Attempts: 2}, llm.Model{})
	if res.Status != record.Rejected || res.Reason != "2 attempts, the last: the post shares 90% of its phrases with another post (x)" {
		t.Errorf("%s: %s", res.Status, res.Reason)
	}
}
