package rate

import (
	"context"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/output"
)

// Session says who rates, and how.
type Session struct {
	Rater string
	// Criteria are asked for each pair, one after the other. There is at least one.
	Criteria []Criterion
	// Target is the number of pairs that the rater wants to rate; 0 is all.
	Target int
	// Overlap is the percentage of pairs that all raters are asked for.
	Overlap int
}

// Criterion is a question about a pair. Name "" asks which post is better.
type Criterion struct{ Name, Words string }

// Server is a rater's session. It is safe for concurrent use.
type Server struct {
	Session
	ledger *ledger.Ledger
	folder *output.Folder
	wanted func(label string) bool

	mu      sync.Mutex
	tallies []*ledger.Tally
	// now is the pair that the page shows. It is nil before the first request
	// and after the last pair.
	now *duel
	// past holds the answers of this session, for undo. skipped holds pairs of
	// jobs that are not shown again.
	past    []answered
	skipped map[[2]string]bool
	rated   int
	// topics are those of the common pairs, and at the next one. common counts the
	// common pairs that were shown.
	topics     []string
	at, common int
}

// duel is the pair of posts that the page shows, in random order.
type duel struct {
	// id identifies the duel in the page, so that an answer sent twice counts
	// once.
	id            string
	ledger        ledger.Duel
	turned        bool // B is shown first
	first, second text
	// asked is the criterion that the page asks for.
	asked int
}

// text is a post without anything that identifies its model.
type text struct{ title, description, body string }

// answered is an answer that can be taken back.
type answered struct {
	duel *duel
	// rating is the rating's number in the ledger, 0 if the pair was skipped.
	rating int64
	// counted is the rating that completed its pair.
	counted ledger.Rating
}

// New returns a session over the posts of a folder. wanted selects the labels.
// The error is ErrNothing if there is no pair to compare.
func New(ctx context.Context, l *ledger.Ledger, f *output.Folder, session Session, wanted func(label string) bool) (*Server, error) {
	s := &Server{Session: session, ledger: l, folder: f, wanted: wanted, skipped: map[[2]string]bool{}}
	return s, s.count(ctx)
}

// last is the criterion with which a pair is done.
func (s *Server) last() string { return s.Criteria[len(s.Criteria)-1].Name }

// ErrNothing means that no two of the models have posts on the same topic.
var ErrNothing = errors.New("no two models have posts on the same topic")

// count counts the possible and the rated pairs.
func (s *Server) count(ctx context.Context) error {
	all, err := s.ledger.Tallies(ctx, s.Rater, s.last())
	if err != nil {
		return err
	}
	s.tallies, s.rated = nil, 0
	for _, t := range all {
		if s.wanted(t.A) && s.wanted(t.B) {
			s.tallies = append(s.tallies, &t)
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

// target is the number of pairs to rate: the rater's target, or all if that is
// fewer.
func (s *Server) target() (n int) {
	for _, t := range s.tallies {
		n += t.Possible
	}
	if s.Target > 0 {
		n = min(n, s.Target)
	}
	return n
}

func (s *Server) tally(d ledger.Duel) *ledger.Tally {
	return s.tallies[slices.IndexFunc(s.tallies, func(t *ledger.Tally) bool { return t.A == d.A.Label && t.B == d.B.Label })]
}

func jobs(d ledger.Duel) [2]string { return [2]string{d.A.Job, d.B.Job} }

// next chooses the pair to show, unless one is shown. Missing and hand-edited
// posts are excluded.
func (s *Server) next(ctx context.Context) error {
	for s.now == nil {
		d, err := s.choose(ctx)
		if err != nil || d == nil {
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
			s.skipped[jobs(*d)] = true
			continue
		}
		next := &duel{id: rand.Text(), ledger: *d, first: a, second: b}
		if mathrand.IntN(2) == 1 {
			next.turned, next.first, next.second = true, b, a
		}
		if next.asked, err = s.answered(ctx, *d); err != nil {
			return err
		}
		s.now = next
	}
	return nil
}

// answered returns how many criteria of a pair the rater has answered, not counting
// the last: an earlier session may have ended between two criteria.
func (s *Server) answered(ctx context.Context, d ledger.Duel) (n int, err error) {
	for n < len(s.Criteria)-1 {
		rated, err := s.ledger.RatedBy(ctx, s.Rater, s.Criteria[n].Name, d)
		if err != nil || !rated {
			return n, err
		}
		n++
	}
	return n, nil
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

// maxComment bounds a comment, in bytes.
const maxComment = 2000

// answer stores an answer with the rater's comment. It ignores answers to a pair
// that is no longer shown.
func (s *Server) answer(ctx context.Context, id, answer, comment string) error {
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
		r := ledger.Rating{
			Rater: s.Rater, Criterion: s.Criteria[s.now.asked].Name, Duel: s.now.ledger, Tie: answer == tie, First: s.now.ledger.A.Label,
			Comment: strings.ToValidUTF8(comment[:min(len(comment), maxComment)], ""),
		}
		if s.now.turned {
			r.First = r.B.Label
		}
		if answer == firstBetter && s.now.turned || answer == secondBetter && !s.now.turned {
			r.A, r.B = r.B, r.A
		}
		var err error
		if a.rating, err = s.ledger.Rate(ctx, r); err != nil {
			return err
		}
		if s.now.asked < len(s.Criteria)-1 {
			next := *s.now
			next.id, next.asked = rand.Text(), next.asked+1
			s.past, s.now = append(s.past, a), &next
			return nil
		}
		a.counted = r
		s.tally(s.now.ledger).Count(r, 1)
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
	}
	if last.counted.Rater != "" {
		s.tally(last.duel.ledger).Count(last.counted, -1)
		s.rated--
	}
	delete(s.skipped, jobs(last.duel.ledger))
	s.past, s.now = s.past[:len(s.past)-1], last.duel
	return nil
}
