package fleet

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// The coordinator alone knows all posts. A post with a title that another one has goes
// back into the queue with its attempt, until the attempts are used up, and a worker
// then asks for another title.
func TestTheCoordinatorJudgesWhatOtherPostsHave(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	var mu sync.Mutex
	titles := map[string]string{}
	c.Claim = func(_ context.Context, j *batch.Job, p *contract.Post) ([]contract.Problem, error) {
		mu.Lock()
		defer mu.Unlock()
		title := p.Text("title")
		if holder, is := titles[title]; is && holder != j.ID {
			return []contract.Problem{{Code: contract.ProblemFieldTaken, Field: "title", Message: "the line TITLE: is that of another post", Ask: "write another TITLE"}}, nil
		}
		titles[title] = j.ID
		return nil, nil
	}
	answer := func(_ context.Context, req llm.Request) (string, error) {
		topic := strings.TrimSuffix(strings.TrimPrefix(req.Messages.User, "Write about "), ".")
		switch {
		case len(req.Turns) == 0:
			return wellFormed, nil
		case !strings.Contains(req.Turns[len(req.Turns)-1].Text, "write another TITLE"):
			return "", errors.New("the request does not say what is taken")
		case strings.HasSuffix(topic, "7"):
			return "TITLE: A day at sea", nil // it never learns
		}
		return "TITLE: " + topic, nil
	}
	var ends []<-chan error
	for i := range 2 {
		ends = append(ends, work(t, t.Context(), fmt.Sprint("w", i), s.url(), &machine{Generator: &generator{answer: answer}, workers: 2}, nil))
	}
	if err := c.Run(t.Context(), phases(t, 10, nil, "a"), sink); err != nil {
		t.Fatal(err)
	}
	for _, ended := range ends {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	used := map[string]bool{}
	for _, all := range sink.results {
		r := all[0]
		switch {
		case len(all) != 1:
			t.Errorf("%s has %d results", r.Topic, len(all))
		case r.Status == record.Rejected:
			if r.Topic != "topic 7" || len(r.Attempts) != c.Attempts || r.Reason != "3 attempts, the last: the line TITLE: is that of another post" {
				t.Errorf("%s is rejected after %d attempts: %s", r.Topic, len(r.Attempts), r.Reason)
			}
		case used[r.Post.Text("title")]:
			t.Errorf("two posts have the title %q", r.Post.Text("title"))
		default:
			used[r.Post.Text("title")] = true
		}
	}
	if len(sink.results) != 10 || c.Counts.Dropped() > 0 || c.Counts.Lost > 0 {
		t.Errorf("%d jobs have a result, %+v", len(sink.results), c.Counts)
	}
}
