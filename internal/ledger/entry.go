package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/nightpress/nightpress/batch"
)

// Entry is one thing that a run has to record: that an attempt has ended and its
// job goes on (Job and Attempt), or that a job has ended (Result).
type Entry struct {
	Job     *batch.Job
	Attempt *batch.Attempt
	Result  *batch.Result
	// Files is set where the result has a post.
	Files Files
	// KeepReplies keeps the raw replies also of a job that has a post.
	KeepReplies bool
	// Origin is who wrote the post; "" means the model.
	Origin string
}

// Files tells where a job's post is and what its file looked like.
type Files struct {
	// Path is below the output folder, with "/".
	Path   string
	SHA256 string
	// Size is in bytes, Modified in nanoseconds since 1970.
	Size     int64
	Modified int64
}

// Commit writes what a run has to record, in one transaction: all of it is in the
// ledger afterwards, or nothing.
func (l *Ledger) Commit(ctx context.Context, run int64, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	return l.within(ctx, func(tx *sql.Tx) error {
		for _, r := range entries {
			save, id := saveResult, ""
			if r.Result != nil {
				id = r.Result.ID
			} else {
				save, id = saveKept, r.Job.ID
			}
			if err := save(ctx, tx, run, r, l.stamp()); err != nil {
				return fmt.Errorf("entry of job %.12s: %w", id, err)
			}
		}
		return nil
	})
}

// upsertJob takes part in both kinds of entries. A job is begun in the run
// that makes its first attempt; attempts before that no longer count.
const upsertJob = `INSERT INTO jobs
	(id, slug, label, topic, model, digest, prompt, status, reason, path, sha256, words, repairs, attempts, run, updated, variant, first_run, origin)
	VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,0,?14,?15,?16,?14,?18)
	ON CONFLICT (id) DO UPDATE SET slug=?2, label=?3, topic=?4, model=?5, digest=?6, prompt=?7, status=?8, reason=?9,
	path=?10, sha256=?11, words=?12, repairs=?13, run=?14, updated=?15, variant=?16,
	first_run = CASE WHEN ?17 THEN ?14 ELSE first_run END, origin=?18`

const countAttempts = `UPDATE jobs SET attempts =
	(SELECT count(*) FROM attempts a WHERE a.job = jobs.id AND a.run >= jobs.first_run) WHERE id = ?`

// saveKept records an attempt that leaves its job pending.
func saveKept(ctx context.Context, tx *sql.Tx, run int64, r Entry, stamp string) error {
	j := r.Job
	if err := saveAttempt(ctx, tx, run, j.ID, *r.Attempt, true); err != nil {
		return err
	}
	prompt := ""
	if j.Prompt != nil {
		prompt = j.Prompt.Name
	}
	if _, err := tx.ExecContext(ctx, upsertJob, j.ID, j.Slug, j.Model.Label, j.Topic, j.Model.Name, j.Model.Digest, prompt,
		batch.Pending, "", "", "", 0, "[]", run, stamp, j.Variant, r.Attempt.N == 1, "model"); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, countAttempts, j.ID)
	return err
}

// saveResult records a job's end, its attempts of this run, and whose post
// stands in its place.
func saveResult(ctx context.Context, tx *sql.Tx, run int64, r Entry, stamp string) error {
	res := r.Result
	repairs, err := json.Marshal(res.Repairs())
	if err != nil {
		return err
	}
	words, origin := 0, r.Origin
	if res.Post != nil {
		words = res.Post.Words
	}
	if origin == "" {
		origin = "model"
	}
	keep := r.KeepReplies || res.Post == nil
	for _, a := range res.Attempts[res.Earlier:] {
		if err := saveAttempt(ctx, tx, run, res.ID, a, keep); err != nil {
			return err
		}
	}
	begun := len(res.Attempts) > 0 && res.Earlier == 0
	if _, err := tx.ExecContext(ctx, upsertJob, res.ID, res.Slug, res.Label, res.Topic, res.Model, res.Digest, res.Prompt,
		res.Status, res.Reason, r.Files.Path, r.Files.SHA256, words, string(repairs), run, stamp, res.Variant, begun, origin); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, countAttempts, res.ID); err != nil {
		return err
	}
	if !keep && len(res.Attempts) > 1 {
		if _, err := tx.ExecContext(ctx, `UPDATE attempts SET reply = NULL WHERE job = ? AND reply IS NOT NULL`, res.ID); err != nil {
			return err
		}
	}
	if res.Status != batch.Done {
		return nil
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO posts (label, slug, job, sha256, size, modified) VALUES (?1,?2,?3,?4,?5,?6)
		ON CONFLICT (label, slug) DO UPDATE SET job=?3, sha256=?4, size=?5, modified=?6`,
		res.Label, res.Slug, res.ID, r.Files.SHA256, r.Files.Size, r.Files.Modified)
	return err
}
