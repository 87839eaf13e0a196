package rate

import (
	"context"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"sync"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/output"
)

// Server is one session of a rater. It may be used from many goroutines.
type Server struct {
	ledger *ledger.Ledger
	folder *output.Folder
	rater  string
	wanted func(label string) bool

	mu      sync.Mutex
	tallies []ledger.Tally
	// now is what the page shows; nil until it is asked for, and when there is
	// nothing left.
	now *duel
	// past are the answers of this session, for undo; skipped are jobs that
	// are not to be shown again.
	past    []answered
	skipped map[[2]string]bool
	rated   int
}

// duel is two posts as they are shown: first and second are in random order.
type duel struct {
	// id names the duel in the page, so that an answer that was sent twice
	// counts once.
	id            string
	ledger        ledger.Duel
	turned        bool // B is shown first
	first, second text
}

// text is a post without what could tell its author.
type text struct{ title, description, body string }

// answered is an answer that can be taken back.
type answered struct {
	duel *duel
	// rating is the ledger's number, 0 for one that was skipped.
	rating int64
}

// New returns a session over the posts of a folder. wanted says of which
// labels.
func New(ctx context.Context, l *ledger.Ledger, f *output.Folder, rater string, wanted func(label string) bool) (*Server, error) {
	s := &Server{ledger: l, folder: f, rater: rater, wanted: wanted, skipped: map[[2]string]bool{}}
	return s, s.count(ctx)
}

// ErrNothing means that no two of the models have a post on one topic.
var ErrNothing = errors.New("there are no two models with posts on one topic")

// count finds out what there is to judge.
func (s *Server) count(ctx context.Context) error {
	all, err := s.ledger.Tallies(ctx, s.rater)
	if err != nil {
		return err
	}
	s.tallies, s.rated = nil, 0
	for _, t := range all {
		if s.wanted(t.A) && s.wanted(t.B) {
			s.tallies = append(s.tallies, t)
			s.rated += t.Rated
		}
	}
	if len(s.tallies) == 0 {
		return ErrNothing
	}
	return nil
}

// Rated is how many ratings of this session are in the ledger.
func (s *Server) Rated() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.past {
		if a.rating != 0 {
			n++
		}
	}
	return n
}

// possible is how many duels there are.
func (s *Server) possible() (n int) {
	for _, t := range s.tallies {
		n += t.Possible
	}
	return n
}

func jobs(d ledger.Duel) [2]string { return [2]string{d.A.Job, d.B.Job} }

// next draws the duel to be shown, where none is. A post that is missing, or
// that a person edited, is no model's.
func (s *Server) next(ctx context.Context) error {
	for s.now == nil {
		d, found, err := s.ledger.Next(ctx, s.rater, s.tallies, func(d ledger.Duel) bool { return s.skipped[jobs(d)] })
		if err != nil || !found {
			return err
		}
		a, okA, err := s.read(d.A, d.Slug)
		if err != nil {
			return err
		}
		b, okB, err := s.read(d.B, d.Slug)
		if err != nil {
			return err
		}
		if !okA || !okB {
			s.skipped[jobs(d)] = true
			continue
		}
		s.now = &duel{id: rand.Text(), ledger: d, first: a, second: b}
		if mathrand.IntN(2) == 1 {
			s.now.turned, s.now.first, s.now.second = true, b, a
		}
	}
	return nil
}

// read returns a post as it was written.
func (s *Server) read(p ledger.Standing, slug string) (text, bool, error) {
	file, sum, err := s.folder.Read(p.Label, slug)
	if err != nil || file == nil || sum != p.SHA256 {
		return text{}, false, err
	}
	meta, body, err := output.Decode(file)
	if err != nil {
		return text{}, false, nil
	}
	title, _ := meta["title"].(string)
	description, _ := meta["description"].(string)
	return text{title, description, body}, true, nil
}

// The answers that a rater can give.
const (
	firstBetter  = "1"
	secondBetter = "2"
	tie          = "="
	skip         = "skip"
	undo         = "undo"
)

// errAnswer is an answer that there is not.
var errAnswer = errors.New("no such answer")

// answer keeps an answer. One to a duel that is not shown any more changes
// nothing.
func (s *Server) answer(ctx context.Context, id, answer string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch answer {
	case undo:
		return s.undo(ctx)
	case firstBetter, secondBetter, tie, skip:
	default:
		return errAnswer
	}
	if s.now == nil || s.now.id != id {
		return nil
	}
	a := answered{duel: s.now}
	if answer == skip {
		s.skipped[jobs(s.now.ledger)] = true
	} else {
		r := ledger.Rating{Rater: s.rater, Duel: s.now.ledger, Tie: answer == tie}
		if answer == firstBetter && s.now.turned || answer == secondBetter && !s.now.turned {
			r.A, r.B = r.B, r.A
		}
		var err error
		if a.rating, err = s.ledger.Rate(ctx, r); err != nil {
			return err
		}
		s.rated++
	}
	s.past, s.now = append(s.past, a), nil
	return nil
}

// undo takes the last answer of the session back and shows its duel again.
func (s *Server) undo(ctx context.Context) error {
	if len(s.past) == 0 {
		return nil
	}
	last := s.past[len(s.past)-1]
	if last.rating != 0 {
		if err := s.ledger.Unrate(ctx, last.rating); err != nil {
			return err
		}
		s.rated--
	}
	delete(s.skipped, jobs(last.duel.ledger))
	s.past, s.now = s.past[:len(s.past)-1], last.duel
	return nil
}
