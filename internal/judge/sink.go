package judge

import (
	"context"
	"sync"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// sink stores a rating once both orders of a pair have an answer. It is safe for
// concurrent use.
type sink struct {
	ledger           *ledger.Ledger
	rater, criterion string

	mu    sync.Mutex
	asked map[string]*question
	// unjudged counts the pairs of which an order has no answer.
	unjudged int
}

// question is a pair that is being judged.
type question struct {
	duel ledger.Duel
	// answers are those of the two orders: the place of the better post, 1 or 2; 0
	// while there is none.
	answers [2]int
	failed  bool
}

var _ batch.Sink = (*sink)(nil)

func newSink(l *ledger.Ledger, rater, criterion string) *sink {
	return &sink{ledger: l, rater: rater, criterion: criterion, asked: map[string]*question{}}
}

// expect tells of a job. Both jobs of a pair share a question.
func (s *sink) expect(id string, d ledger.Duel, turned bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := d.A.Job + " " + d.B.Job
	q := s.asked[key]
	if q == nil {
		q = &question{duel: d}
		s.asked[key] = q
	}
	order := " 0"
	if turned {
		order = " 1"
	}
	s.asked[id+order] = q
}

// SaveAttempt does nothing: an interrupted verdict is asked for again.
func (s *sink) SaveAttempt(context.Context, *batch.Job, *record.Attempt) error { return nil }

// Put notes an answer.
func (s *sink) Put(ctx context.Context, r *record.Result) error {
	rating, ok := s.note(r)
	if !ok {
		return nil
	}
	_, err := s.ledger.Rate(ctx, rating)
	return err
}

// note returns the rating of a pair when its second answer comes.
func (s *sink) note(r *record.Result) (rating ledger.Rating, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	order, q := 0, s.asked[r.ID+" 0"]
	if q == nil {
		order, q = 1, s.asked[r.ID+" 1"]
	}
	if q == nil {
		return rating, false
	}
	if r.Post == nil {
		if !q.failed {
			s.unjudged++
		}
		q.failed = true
		return rating, false
	}
	q.answers[order] = 1
	for _, v := range r.Post.Fields {
		if v.Key == field && v.Text == "B" {
			q.answers[order] = 2
		}
	}
	if q.failed || q.answers[0] == 0 || q.answers[1] == 0 {
		return rating, false
	}
	return s.rating(q), true
}

// rating is what the two answers say together. The orders are turned, so that equal
// places are unequal posts.
func (s *sink) rating(q *question) ledger.Rating {
	r := ledger.Rating{Rater: s.rater, Criterion: s.criterion, Duel: q.duel}
	switch {
	case q.answers[0] == q.answers[1]:
		r.Tie, r.Comment = true, flipComments[q.answers[0]-1]
	case q.answers[0] == 2:
		r.A, r.B = r.B, r.A
	}
	return r
}

// flipComments are stored with the ties of a judge that preferred the same place in
// both orders.
var flipComments = [2]string{"flipped: the first post in both orders", "flipped: the second post in both orders"}
