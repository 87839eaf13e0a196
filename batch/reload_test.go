package batch_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
)

// Each step is a pair of requests in progress together, and how long the server
// says that they waited for the model.
func TestLoadsThatTheRunDidNotAskForAreCountedOnce(t *testing.T) {
	for _, c := range []struct {
		name   string
		load   time.Duration
		waited []time.Duration
		want   []time.Duration
	}{
		{"none", 4 * time.Second, []time.Duration{20 * time.Millisecond, 0, 0}, nil},
		{"one by both requests", 4 * time.Second, []time.Duration{0, 4 * time.Second, 0}, []time.Duration{4 * time.Second}},
		{"each pair meets one", 4 * time.Second, []time.Duration{2 * time.Second, 4 * time.Second, 5 * time.Second}, []time.Duration{2 * time.Second, 4 * time.Second, 5 * time.Second}},
		{"a busy server is no load", 40 * time.Second, []time.Duration{0, 3 * time.Second, 0}, nil},
		{"the run's own load was not needed", 0, []time.Duration{0, 2 * time.Second, 0}, []time.Duration{2 * time.Second}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &scripted{
					load: func(int) error { time.Sleep(c.load); return nil },
					answer: func(_ context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
						waited := c.waited[(n-1)/2]
						time.Sleep(waited + time.Second)
						return wellFormed, llm.Usage{DoneReason: "stop", LoadSeconds: waited.Seconds()}, nil
					},
				}
				var mu sync.Mutex
				var got []time.Duration
				e := batch.Engine{Lanes: lane(s, 2), Events: func(ev batch.Event) {
					mu.Lock()
					defer mu.Unlock()
					if ev, ok := ev.(batch.Reloaded); ok {
						got = append(got, ev.Took)
						if ev.N != len(got) || ev.Model.Name != "a" {
							t.Errorf("%+v", ev)
						}
					}
				}}
				if err := e.Run(t.Context(), phases(t, 2*len(c.waited), "a"), &kept{}); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("counted %v, want %v", got, c.want)
				}
			})
		})
	}
}
