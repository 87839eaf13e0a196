package report

import (
	"context"
	"fmt"

	"github.com/nightpress/nightpress/internal/ledger"
)

// answersShown bounds the answers on a topic's page.
const answersShown = 60

// said is an answer about two posts of a topic, for its page.
type said struct {
	Rater, Text, Comment string
}

// answers are those about the posts of each topic, by folded slug.
func (r *Report) answers(ctx context.Context) (map[string][]said, error) {
	by := map[string][]said{}
	err := r.ratings(ctx, func(s *source, a ledger.Rating) error {
		key := fold(a.Slug)
		by[key] = append(by[key], newSaid(s, a))
		return nil
	})
	return by, err
}

func newSaid(s *source, a ledger.Rating) said {
	winner, loser := line(s.called(a.A.Label), 60), line(s.called(a.B.Label), 60)
	text := fmt.Sprintf("prefers %s to %s", winner, loser)
	if a.Tie {
		text = fmt.Sprintf("finds %s and %s equally good", winner, loser)
	}
	if a.Criterion != "" {
		text += " by " + line(a.Criterion, 60)
	}
	return said{raterName(a.Rater), text, line(a.Comment, 2000)}
}
