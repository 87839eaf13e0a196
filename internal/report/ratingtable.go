package report

import (
	"context"
	"fmt"
	"strconv"

	"github.com/nightpress/nightpress/internal/ledger"
)

var ratingHeader = []string{
	"time", "criterion", "rater", "judge", "topic", "slug", "folder", "winner", "loser", "tie", "first", "winner_words", "loser_words", "winner_id", "loser_id", "comment",
}

// ratings calls visit for each answer about posts that still exist, of people and of
// judges.
func (r *Report) ratings(ctx context.Context, visit func(*source, ledger.Rating) error) error {
	for _, s := range r.sources {
		for rating, err := range s.ledger.Ratings(ctx) {
			if err != nil {
				return fmt.Errorf("%s: ratings: %w", s.dir, err)
			}
			if err := visit(s, rating); err != nil {
				return err
			}
		}
	}
	return nil
}

// ratingTable has a row for each answer.
func (r *Report) ratingTable(ctx context.Context, row func(...string) error) error {
	return r.ratings(ctx, func(s *source, a ledger.Rating) error {
		return row(a.Time, a.Criterion, a.Rater, strconv.FormatBool(ledger.IsJudge(a.Rater)), a.Topic, a.Slug, s.name, a.A.Label, a.B.Label, strconv.FormatBool(a.Tie), a.First,
			strconv.Itoa(a.A.Words), strconv.Itoa(a.B.Words), a.A.Job, a.B.Job, a.Comment)
	})
}
