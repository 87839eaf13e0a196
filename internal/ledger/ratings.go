package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
)

// schemaRatings stores raters' comparisons of two posts on one topic.
const schemaRatings = `
CREATE TABLE ratings (
	id         INTEGER PRIMARY KEY,
	time       TEXT NOT NULL,            -- RFC 3339, UTC
	rater      TEXT NOT NULL,            -- who: person
	topic      TEXT NOT NULL,
	slug       TEXT NOT NULL COLLATE NOCASE,
	winner     TEXT NOT NULL COLLATE NOCASE, -- labels; of a tie, either is the winner
	loser      TEXT NOT NULL COLLATE NOCASE,
	winner_job TEXT NOT NULL,
	loser_job  TEXT NOT NULL,
	tie        INTEGER NOT NULL
);
CREATE INDEX ratings_by_jobs ON ratings (winner_job, loser_job);
`

// Person is the rater of nightpress rate.
const Person = "person"

// RatedPost is one post of a duel: the current one of its label.
type RatedPost struct{ Label, Job, SHA256 string }

// Duel is two posts on one topic.
type Duel struct {
	Topic, Slug string
	A, B        RatedPost
}

// Rating is a rater's answer to a duel.
type Rating struct {
	ID    int64
	Time  string
	Rater string
	Duel
	// Tie is set if neither post is better. Otherwise, A is better.
	Tie bool
}

// Rate records a rating in a transaction of its own and returns its number. It
// needs no lock of the output folder: a run may write at the same time.
func (l *Ledger) Rate(ctx context.Context, r Rating) (id int64, err error) {
	err = l.within(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO ratings (time, rater, topic, slug, winner, loser, winner_job, loser_job, tie) VALUES (?,?,?,?,?,?,?,?,?)`,
			l.stamp(), r.Rater, r.Topic, r.Slug, r.A.Label, r.B.Label, r.A.Job, r.B.Job, r.Tie)
		if err == nil {
			id, err = res.LastInsertId()
		}
		return err
	})
	return id, err
}

// Unrate removes a rating.
func (l *Ledger) Unrate(ctx context.Context, id int64) error {
	return l.within(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM ratings WHERE id = ?`, id)
		return err
	})
}

// Ratings yields the ratings of current posts, oldest first. A rating of a post
// that was replaced since says nothing about the new post.
func (l *Ledger) Ratings(ctx context.Context) iter.Seq2[Rating, error] {
	return func(yield func(Rating, error) bool) {
		stopped := errors.New("stopped")
		err := l.rows(ctx, l.db, func(rows *sql.Rows) error {
			var r Rating
			bad := ""
			var tie int
			err := rows.Scan(&r.ID, column{"time", &r.Time, &bad}, column{"rater", &r.Rater, &bad}, column{"topic", &r.Topic, &bad}, column{"slug", &r.Slug, &bad},
				column{"winner", &r.A.Label, &bad}, column{"loser", &r.B.Label, &bad}, column{"winner_job", &r.A.Job, &bad}, column{"loser_job", &r.B.Job, &bad}, column{"tie", &tie, &bad})
			if bad != "" {
				l.skip(fmt.Sprintf("rating %d", r.ID), bad)
				return err
			}
			r.Tie = tie != 0
			if err == nil && !yield(r, nil) {
				err = stopped
			}
			return err
		}, `SELECT id, time, rater, topic, r.slug, winner, loser, winner_job, loser_job, tie FROM ratings r
			WHERE EXISTS (SELECT 1 FROM posts p WHERE p.label = r.winner AND p.slug = r.slug AND p.job = r.winner_job)
			AND EXISTS (SELECT 1 FROM posts p WHERE p.label = r.loser AND p.slug = r.slug AND p.job = r.loser_job) ORDER BY id`)
		if err != nil && !errors.Is(err, stopped) {
			yield(Rating{}, fmt.Errorf("read the ratings: %w", err))
		}
	}
}

// Tally counts the possible and the rated duels of two labels.
type Tally struct {
	// A sorts before B.
	A, B string
	// Possible counts the topics on which both have a post, and Rated those
	// that the rater has compared.
	Possible, Rated int
}

// Tallies returns a Tally of one rater for every two labels with a common topic.
// (The plus sign keeps SQLite from joining by label, which is quadratic.)
func (l *Ledger) Tallies(ctx context.Context, rater string) (all []Tally, err error) {
	rated := map[[2]string]map[[2]string]bool{}
	for r, err := range l.Ratings(ctx) {
		if err != nil {
			return nil, err
		}
		if r.Rater != rater {
			continue
		}
		pair, jobs := [2]string{r.A.Label, r.B.Label}, [2]string{r.A.Job, r.B.Job}
		if pair[0] > pair[1] {
			pair, jobs = [2]string{r.B.Label, r.A.Label}, [2]string{r.B.Job, r.A.Job}
		}
		if rated[pair] == nil {
			rated[pair] = map[[2]string]bool{}
		}
		rated[pair][jobs] = true
	}
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var t Tally
		err := rows.Scan(&t.A, &t.B, &t.Possible)
		t.Rated = len(rated[[2]string{t.A, t.B}])
		all = append(all, t)
		return err
	}, `SELECT p.label, q.label, count(*)
		FROM posts p JOIN posts q ON q.slug = p.slug AND +q.label > p.label GROUP BY p.label, q.label ORDER BY 1, 2`)
	return all, err
}

// Unrated chooses a random duel of two labels that the rater has not rated. It
// returns false if there is none, apart from those for which skip is true.
func (l *Ledger) Unrated(ctx context.Context, rater, a, b string, skip func(Duel) bool) (found Duel, ok bool, err error) {
	stopped := errors.New("stopped")
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		d := Duel{A: RatedPost{Label: a}, B: RatedPost{Label: b}}
		if err := rows.Scan(&d.Topic, &d.Slug, &d.A.Job, &d.A.SHA256, &d.B.Job, &d.B.SHA256); err != nil {
			return err
		}
		if !skip(d) {
			found, ok = d, true
			return stopped
		}
		return nil
	}, `SELECT j.topic, p.slug, p.job, p.sha256, q.job, q.sha256
		FROM posts p JOIN posts q ON q.slug = p.slug AND q.label = ?2 JOIN jobs j ON j.id = p.job
		WHERE p.label = ?1 AND NOT EXISTS (SELECT 1 FROM ratings WHERE rater = ?3
			AND (winner_job = p.job AND loser_job = q.job OR winner_job = q.job AND loser_job = p.job))
		ORDER BY random()`, a, b, rater)
	if errors.Is(err, stopped) {
		err = nil
	}
	return found, ok, err
}

// Next chooses a duel for a rater, of the two labels with the lowest Rated in
// tallies, and increments that Rated. It returns false if every duel is rated or
// skipped.
func (l *Ledger) Next(ctx context.Context, rater string, tallies []Tally, skip func(Duel) bool) (Duel, bool, error) {
	slices.SortStableFunc(tallies, func(x, y Tally) int { return x.Rated - y.Rated })
	for i, t := range tallies {
		d, found, err := l.Unrated(ctx, rater, t.A, t.B, skip)
		if found {
			tallies[i].Rated++
		}
		if found || err != nil {
			return d, found, err
		}
	}
	return Duel{}, false, nil
}
