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

// Server is a rater's session. It is safe for concurrent use.
type Server struct {
	ledger *ledger.Ledger
	folder *output.Folder
	rater  string
	wanted func(label string) bool

	mu      sync.Mutex
	tallies []ledger.Tally
	// now is the pair that the page shows. It is nil before the first request
	// and after the last pair.
	now *duel
	// past holds the answers of this session, for undo. skipped holds pairs of
	// jobs that are not shown again.
	past    []answered
	skipped map[[2]string]bool
	rated   int
}

// duel is the pair of posts that the page shows, in random order.
type duel struct {
	// id identifies the duel in the page, so that an answer sent twice counts
	// once.
	id            string
	ledger        ledger.Duel
	turned        bool // B is shown first
	first, second text
}

// text is a post without anything that identifies its model.
type text struct{ title, description, body string }

// answered is an answer that can be taken back.
type answered struct {
	duel *duel
	// rating is the rating's number in the ledger, 0 if the pair was skipped.
	rating int64
}

// New returns a session over the posts of a folder. wanted selects the labels.
// The error is ErrNothing if there is no pair to compare.
func New(ctx context.Context, l *ledger.Ledger, f *output.Folder, rater string, wanted func(label string) bool) (*Server, error) {
	s := &Server{ledger: l, folder: f, rater: rater, wanted: wanted, skipped: map[[2]string]bool{}}
	return s, s.count(ctx)
}

// ErrNothing means that no two of the models have posts on the same topic.
var ErrNothing = errors.New("no two models have posts on the same topic")

// count counts the possible and the rated pairs.
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

// possible is the number of pairs.
func (s *Server) possible() (n int) {
	for _, t := range s.tallies {
		n += t.Possible
	}
	return n
}

func jobs(d ledger.Duel) [2]string { return [2]string{d.A.Job, d.B.Job} }

// next chooses the pair to show, unless one is shown. Missing and hand-edited
// posts are excluded.
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

// read returns a post. It reports false if the file is missing or has been
// edited.
func (s *Server) read(p ledger.RatedPost, slug string) (text, bool, error) {
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

// errAnswer reports an unknown answer.
var errAnswer = errors.New("no such answer")

// answer stores an answer. It ignores answers to a pair that is no longer shown.
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

// undo withdraws the session's last answer and shows its pair again.
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
