package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
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

// schemaRaters names raters and criteria, and remembers which post was read first.
const schemaRaters = `
ALTER TABLE ratings ADD COLUMN criterion TEXT NOT NULL DEFAULT '';            -- its name, '': which post is better
ALTER TABLE ratings ADD COLUMN first TEXT NOT NULL DEFAULT '' COLLATE NOCASE; -- label of the post shown first, '': not known
ALTER TABLE ratings ADD COLUMN comment TEXT NOT NULL DEFAULT '';              -- the rater's words
`

// Person is the rater of answers that were given without a name.
const Person = "person"

// JudgePrefix begins the names of raters that are models.
const JudgePrefix = "judge: "

// IsJudge reports whether a rater is a model.
func IsJudge(rater string) bool { return strings.HasPrefix(rater, JudgePrefix) }

// RatedPost is one post of a duel: the current one of its label.
type RatedPost struct {
	Label, Job, SHA256 string
	// Words is the length of its body.
	Words int
}

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
	// Criterion is the name of the question; "" asks which post is better.
	Criterion string
	Duel
	// First is the label of the post that was shown first, "" if not known.
	First string
	// Comment holds the rater's words.
	Comment string
	// Tie is set if neither post is better. Otherwise, A is better.
	Tie bool
}

// Rate records a rating in a transaction of its own and returns its number. It
// needs no lock of the output folder: a run may write at the same time.
func (l *Ledger) Rate(ctx context.Context, r Rating) (id int64, err error) {
	err = l.within(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO ratings (time, rater, criterion, topic, slug, winner, loser, winner_job, loser_job, tie, first, comment)
			VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`, l.stamp(), r.Rater, r.Criterion, r.Topic, r.Slug, r.A.Label, r.B.Label, r.A.Job, r.B.Job, r.Tie, r.First, r.Comment)
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
				column{"winner", &r.A.Label, &bad}, column{"loser", &r.B.Label, &bad}, column{"winner_job", &r.A.Job, &bad}, column{"loser_job", &r.B.Job, &bad}, column{"tie", &tie, &bad},
				column{"criterion", &r.Criterion, &bad}, column{"first", &r.First, &bad}, column{"comment", &r.Comment, &bad}, column{"words", &r.A.Words, &bad}, column{"words", &r.B.Words, &bad})
			if bad != "" {
				l.skip(fmt.Sprintf("rating %d", r.ID), bad)
				return err
			}
			r.Tie = tie != 0
			if err == nil && !yield(r, nil) {
				err = stopped
			}
			return err
		}, `SELECT r.id, time, rater, r.topic, r.slug, winner, loser, winner_job, loser_job, tie, criterion, first, comment, w.words, o.words
			FROM ratings r JOIN jobs w ON w.id = winner_job JOIN jobs o ON o.id = loser_job WHERE EXISTS (SELECT 1 FROM posts p WHERE p.label = r.winner AND p.slug = r.slug AND p.job = r.winner_job)
			AND EXISTS (SELECT 1 FROM posts p WHERE p.label = r.loser AND p.slug = r.slug AND p.job = r.loser_job) ORDER BY r.id`)
		if err != nil && !errors.Is(err, stopped) {
			yield(Rating{}, fmt.Errorf("read the ratings: %w", err))
		}
	}
}

// Tally counts the duels of two labels.
type Tally struct {
	// A sorts before B.
	A, B string
	// Possible counts the topics on which both have a post, and Rated those
	// that the rater has compared.
	Possible, Rated int
	// Longer counts those rated in which A's post was the longer one, minus those
	// in which B's was.
	Longer int
	// Wins, Losses, and Ties are A's, by the rater and by all people.
	Wins, Losses, Ties int
}

// Tallies returns, for one rater and criterion, a Tally for every two labels with a
// common topic. (The plus sign keeps SQLite from joining by label, which is
// quadratic.)
func (l *Ledger) Tallies(ctx context.Context, rater, criterion string) (all []Tally, err error) {
	counted := map[[2]string]*Tally{}
	for r, err := range l.Ratings(ctx) {
		if err != nil {
			return nil, err
		}
		if r.Criterion != criterion || IsJudge(r.Rater) && r.Rater != rater {
			continue
		}
		pair := [2]string{r.A.Label, r.B.Label}
		if foldASCII(pair[1]) < foldASCII(pair[0]) {
			pair[0], pair[1] = pair[1], pair[0]
		}
		if counted[pair] == nil {
			counted[pair] = &Tally{A: pair[0], B: pair[1]}
		}
		if r.Rater == rater {
			counted[pair].Count(r, 1)
		} else {
			counted[pair].count(r, 1)
		}
	}
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var t Tally
		err := rows.Scan(&t.A, &t.B, &t.Possible)
		if known := counted[[2]string{t.A, t.B}]; known != nil {
			possible := t.Possible
			t = *known
			t.Possible = possible
		}
		all = append(all, t)
		return err
	}, `SELECT p.label, q.label, count(*)
		FROM posts p JOIN posts q ON q.slug = p.slug AND +q.label > p.label GROUP BY p.label, q.label ORDER BY 1, 2`)
	return all, err
}

// Count adds a rating of the rater so many times: once, or -1 to take it back.
func (t *Tally) Count(r Rating, times int) {
	t.count(r, times)
	t.Rated += times
	a, b := r.A, r.B
	if foldASCII(b.Label) < foldASCII(a.Label) {
		a, b = b, a
	}
	t.Longer += times * cmp.Compare(a.Words, b.Words)
}

// count adds a rating of anybody.
func (t *Tally) count(r Rating, times int) {
	switch {
	case r.Tie:
		t.Ties += times
	case foldASCII(r.A.Label) < foldASCII(r.B.Label):
		t.Wins += times
	default:
		t.Losses += times
	}
}

// Unrated yields the duels of two labels that the rater has not rated by the
// criterion, in random order. slug limits them to one topic, unless it is "".
func (l *Ledger) Unrated(ctx context.Context, rater, criterion, a, b, slug string) iter.Seq2[Duel, error] {
	return func(yield func(Duel, error) bool) {
		stopped := errors.New("stopped")
		err := l.rows(ctx, l.db, func(rows *sql.Rows) error {
			d := Duel{A: RatedPost{Label: a}, B: RatedPost{Label: b}}
			bad := "" // an unreadable length counts as 0
			err := rows.Scan(&d.Topic, &d.Slug, &d.A.Job, &d.A.SHA256, column{"words", &d.A.Words, &bad}, &d.B.Job, &d.B.SHA256, column{"words", &d.B.Words, &bad})
			if err == nil && !yield(d, nil) {
				err = stopped
			}
			return err
		}, `SELECT j.topic, p.slug, p.job, p.sha256, j.words, q.job, q.sha256, k.words
			FROM posts p JOIN posts q ON q.slug = p.slug AND q.label = ?2 JOIN jobs j ON j.id = p.job JOIN jobs k ON k.id = q.job
			WHERE p.label = ?1 AND (?5 = '' OR p.slug = ?5) AND NOT EXISTS (SELECT 1 FROM ratings WHERE rater = ?3 AND criterion = ?4
				AND (winner_job = p.job AND loser_job = q.job OR winner_job = q.job AND loser_job = p.job))
			ORDER BY random()`, a, b, rater, criterion, slug)
		if err != nil && !errors.Is(err, stopped) {
			yield(Duel{}, fmt.Errorf("choose a pair: %w", err))
		}
	}
}

// RatedBy reports whether the rater has rated a duel by the criterion.
func (l *Ledger) RatedBy(ctx context.Context, rater, criterion string, d Duel) (rated bool, err error) {
	err = l.row(ctx, l.db, `SELECT EXISTS (SELECT 1 FROM ratings WHERE rater = ?1 AND criterion = ?2
		AND (winner_job = ?3 AND loser_job = ?4 OR winner_job = ?4 AND loser_job = ?3))`, []any{rater, criterion, d.A.Job, d.B.Job}, &rated)
	return rated, err
}

// WrittenBy returns the labels with a post of a model, known by its name or by one of
// two hashes that say which model it is.
func (l *Ledger) WrittenBy(ctx context.Context, name, identity, manifest string) (labels []string, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var one string
		err := rows.Scan(&one)
		labels = append(labels, one)
		return err
	}, `SELECT DISTINCT p.label FROM posts p JOIN jobs j ON j.id = p.job
		WHERE j.model = ?1 OR ?2 != '' AND j.digest = ?2 OR ?3 != '' AND j.digest = ?3 ORDER BY 1`, name, identity, manifest)
	return labels, err
}

// Raters returns the names of all who have rated, the latest last.
func (l *Ledger) Raters(ctx context.Context) (all []string, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var one string
		err := rows.Scan(&one)
		all = append(all, one)
		return err
	}, `SELECT CAST(rater AS TEXT) FROM ratings GROUP BY 1 ORDER BY max(id)`)
	return all, err
}
