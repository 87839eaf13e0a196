package batch_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// A model whose first jobs are all rejected for one cause is set aside, and no
// other is.
func TestAModelWhoseFirstJobsAreAllRejectedIsSetAside(t *testing.T) {
	const noTitle, noMarker = "Waves and wind are what there is to hear at sea, and nothing else.\n\n</END>", "TITLE: A day at sea\n\nWaves and wind."
	earlier := func(n int, code contract.ProblemCode) (all []batch.Rejection) {
		for range n {
			all = append(all, batch.Rejection{Slug: "earlier", Problems: []contract.Problem{{Code: code, Message: "as before"}}})
		}
		return all
	}
	for _, test := range []struct {
		name     string
		most     int
		accepted bool
		rejected []batch.Rejection
		answer   func(n int) string
		// aside is how many of ten jobs are set aside, asked how many requests
		// there are.
		aside, asked int
	}{
		{"all for one cause", 3, false, nil, func(int) string { return noTitle }, 7, 3},
		{"never", 0, false, nil, func(int) string { return noTitle }, 0, 10},
		{"a post among them", 3, false, nil, func(n int) string {
			if n == 3 {
				return wellFormed
			}
			return noTitle
		}, 0, 10},
		{"two causes", 3, false, nil, func(n int) string {
			if n%2 == 0 {
				return noTitle
			}
			return noMarker
		}, 0, 10},
		{"a model that has posts", 3, true, nil, func(int) string { return noTitle }, 0, 10},
		{"two of an earlier run", 3, false, earlier(2, contract.ProblemFieldMissing), func(int) string { return noTitle }, 9, 1},
		{"enough of an earlier run", 3, false, earlier(3, contract.ProblemFieldMissing), func(int) string { return noTitle }, 10, 0},
		{"another cause in an earlier run", 3, false, earlier(3, contract.ProblemLoop)[:2], func(int) string { return noTitle }, 0, 10},
		{"as many as there are jobs", 10, false, nil, func(int) string { return noTitle }, 0, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := &scripted{answer: func(_ context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
				return test.answer(n), llm.Usage{DoneReason: "stop"}, nil
			}}
			var unusable error
			sink := &kept{}
			known := func(yield func(*batch.Phase, error) bool) {
				for p, err := range phases(t, 10, "m") {
					p.Accepted, p.Rejected, p.Replies = test.accepted, test.rejected, "replies/m"
					if !yield(p, err) {
						return
					}
				}
			}
			e := &batch.Engine{
				Lanes: lane(server, 1), Attempts: 1, MaxRejected: test.most,
				Events: func(ev batch.Event) {
					if u, ok := ev.(batch.Unusable); ok {
						unusable = u.Reason
					}
				},
			}
			if err := e.Run(t.Context(), known, sink); err != nil {
				t.Fatal(err)
			}
			n := map[record.Status]int{}
			for _, r := range sink.results {
				n[r.Status]++
			}
			if n[record.SetAside] != test.aside || len(server.requests) != test.asked || len(sink.results) != 10 {
				t.Errorf("%v, %d requests", n, len(server.requests))
			}
			why := new(batch.AllRejectedError)
			if errors.As(unusable, &why) != (test.aside > 0) {
				t.Fatalf("set aside because of %v", unusable)
			}
			if test.aside > 0 && (why.Jobs != test.most || why.Code != contract.ProblemFieldMissing.String() || why.Slug == "") {
				t.Errorf("%+v", why)
			}
		})
	}
}

// Two servers set a model aside together, once, and make the other model's posts.
func TestServersSetAModelAsideTogether(t *testing.T) {
	answer := func(_ context.Context, _ int, req llm.Request) (string, llm.Usage, error) {
		text := wellFormed
		if req.Model.Name == "bad" {
			text = "Waves and wind are what there is to hear at sea, and nothing else.\n\n</END>"
		}
		return text, llm.Usage{DoneReason: "stop"}, nil
	}
	one, two := &scripted{answer: answer}, &scripted{answer: answer}
	sink := &kept{}
	var mu sync.Mutex
	unusable := 0
	e := &batch.Engine{
		Lanes:    []batch.Lane{{Name: "one", Generator: one, Workers: 2}, {Name: "two", Generator: two, Workers: 2}},
		Attempts: 1, MaxRejected: 3, NoHedge: true,
		Events: func(ev batch.Event) {
			if _, ok := ev.(batch.Unusable); ok {
				mu.Lock()
				unusable++
				mu.Unlock()
			}
		},
	}
	if err := e.Run(t.Context(), phases(t, 20, "bad", "good"), sink); err != nil {
		t.Fatal(err)
	}
	n := map[string]map[record.Status]int{"bad": {}, "good": {}}
	for _, r := range sink.results {
		n[r.Model][r.Status]++
	}
	// Three more jobs may be in progress when the third is rejected.
	bad := n["bad"]
	if bad[record.Rejected] < 3 || bad[record.Rejected] > 6 || bad[record.Rejected]+bad[record.SetAside] != 20 || n["good"][record.Done] != 20 || unusable != 1 {
		t.Errorf("%v, set aside %d times", n, unusable)
	}
}
