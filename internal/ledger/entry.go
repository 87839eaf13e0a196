package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/record"
)

// Entry is one event that a run records: an attempt of an unfinished job (Job and
// Attempt), the end of a job (Result), or that the post at a job's location is
// the job's (only Job).
type Entry struct {
	Job     *batch.Job
	Attempt *record.Attempt
	Result  *record.Result
	// Files is set if there is a post.
	Files Files
	// KeepReplies stores raw replies even if the job has a post.
	KeepReplies bool
	// Words is the length of the post if there is no Result.
	Words int
	// Origin says who wrote the post; "" means the model.
	Origin string
	// Marks, if set, are what the post has that no other may have.
	Marks *Marks
	// Edited is set if a person edited the post at a pending job's location.
	// The job becomes kept.
	Edited bool
	// made has the hashes of the texts of Made.
	made [3][]byte
}

// Files describes the file of a job's post as it was written.
type Files struct {
	// Path is the path below the output folder, with "/".
	Path   string
	SHA256 string
	// Size is in bytes. Modified is in nanoseconds since 1970.
	Size     int64
	Modified int64
}

// Commit writes entries in one transaction: all or none.
func (l *Ledger) Commit(ctx context.Context, run int64, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	stmts, err := l.prepare(ctx)
	if err != nil {
		return err
	}
	return l.within(ctx, func(tx *sql.Tx) error {
		known := &texts{map[[32]byte]bool{}}
		for _, r := range entries {
			if r.made, err = known.saveMade(ctx, prepared{tx, stmts}, r.Made()); err != nil {
				return fmt.Errorf("what a job was made with: %w", err)
			}
			if err := r.save(ctx, prepared{tx, stmts}, run, l.stamp()); err != nil {
				return err
			}
		}
		return nil
	})
}

// Made is what the entry's job was made with, nil if that is not known.
func (e Entry) Made() *record.Made {
	switch {
	case e.Result != nil:
		return e.Result.Made
	case e.Job != nil:
		return e.Job.Made
	}
	return nil
}

func (e Entry) save(ctx context.Context, tx execer, run int64, stamp string) (err error) {
	id := ""
	switch {
	case e.Result != nil:
		id, err = e.Result.ID, e.saveResult(ctx, tx, run, stamp)
	case e.Attempt != nil:
		id, err = e.Job.ID, e.saveKept(ctx, tx, run, stamp)
	case e.Edited:
		id, err = e.Job.ID, e.saveJob(ctx, tx, run, stamp, record.Kept, ReasonEdited, false)
	default:
		id, err = e.Job.ID, e.savePost(ctx, tx, run, stamp)
	}
	if err != nil {
		return fmt.Errorf("entry of job %.12s: %w", id, err)
	}
	return nil
}

// upsertJob is part of every entry. The run of a job's first attempt begins the
// job (?17); earlier attempts no longer count. The columns about the post stay
// until the job has another post.
const upsertJob = `INSERT INTO jobs
	(id, slug, label, topic, model, digest, prompt, status, reason, path, sha256, words, repairs, attempts, run, updated, variant, first_run, origin, server, front, setup, sent, columns)
	VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,0,?14,?15,?16,?14,?18,?19,?20,
		coalesce((SELECT id FROM texts WHERE hash = ?21), 0), coalesce((SELECT id FROM texts WHERE hash = ?22), 0), coalesce((SELECT id FROM texts WHERE hash = ?23), 0))
	ON CONFLICT (id) DO UPDATE SET slug=?2, label=?3, topic=?4, model=?5, digest=?6, prompt=?7, status=?8, reason=?9,
	path = CASE WHEN ?8 = 'done' THEN ?10 ELSE path END, sha256 = CASE WHEN ?8 = 'done' THEN ?11 ELSE sha256 END,
	words = CASE WHEN ?8 = 'done' THEN ?12 ELSE words END, repairs = CASE WHEN ?8 = 'done' THEN ?13 ELSE repairs END,
	run=?14, updated=?15, variant=?16, first_run = CASE WHEN ?17 THEN ?14 ELSE first_run END,
	origin = CASE WHEN ?8 = 'done' THEN ?18 ELSE origin END, server = CASE WHEN ?19 != '' THEN ?19 ELSE server END, front=?20,
	setup = CASE WHEN ?21 IS NULL THEN setup ELSE excluded.setup END, sent = CASE WHEN ?21 IS NULL THEN sent ELSE excluded.sent END,
	columns = CASE WHEN ?21 IS NULL THEN columns ELSE excluded.columns END`

const countAttempts = `UPDATE jobs SET attempts =
	(SELECT count(*) FROM attempts a WHERE a.job = jobs.id AND a.run >= jobs.first_run) WHERE id = ?`

// saveKept records an attempt that leaves its job pending.
func (e Entry) saveKept(ctx context.Context, tx execer, run int64, stamp string) error {
	if err := saveAttempt(ctx, tx, run, e.Job.ID, *e.Attempt, true); err != nil {
		return err
	}
	if err := e.saveJob(ctx, tx, run, stamp, record.Pending, "", e.Attempt.N == 1); err != nil {
		return err
	}
	return judged{}.save(ctx, tx, e.Job.ID)
}

// ReasonEdited is the reason of a kept job.
const ReasonEdited = "the file was edited by hand and is left as it is"

// savePost records that a job has its post.
func (e Entry) savePost(ctx context.Context, tx execer, run int64, stamp string) error {
	if err := e.saveJob(ctx, tx, run, stamp, record.Done, "", false); err != nil {
		return err
	}
	return e.saveLocation(ctx, tx, e.Job.Model.Label, e.Job.Slug, e.Job.ID)
}

func (e Entry) saveJob(ctx context.Context, tx execer, run int64, stamp string, status record.Status, reason string, begun bool) error {
	j, prompt := e.Job, ""
	if j.Prompt != nil {
		prompt = j.Prompt.Name
	}
	if _, err := tx.ExecContext(ctx, upsertJob, j.ID, j.Slug, j.Model.Label, j.Topic, j.Model.Name, j.Model.Digest, prompt,
		status.String(), reason, e.Files.Path, e.Files.SHA256, e.Words, "[]", run, stamp, j.Variant, begun, e.origin(), "", frontText(j.Front), e.made[0], e.made[1], e.made[2]); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, countAttempts, j.ID)
	return err
}

func (e Entry) origin() string {
	if e.Origin == "" {
		return "model"
	}
	return e.Origin
}

// saveResult records a job's end, its attempts in this run, and its post.
func (e Entry) saveResult(ctx context.Context, tx execer, run int64, stamp string) error {
	res := e.Result
	repairs := []byte("[]")
	if all := res.Repairs(); len(all) > 0 {
		var err error
		if repairs, err = json.Marshal(all); err != nil {
			return err
		}
	}
	words := 0
	if res.Post != nil {
		words = res.Post.Words
	}
	keep := e.KeepReplies || res.Post == nil
	for _, a := range res.Attempts[res.Earlier:] {
		if err := saveAttempt(ctx, tx, run, res.ID, a, keep); err != nil {
			return err
		}
	}
	begun := len(res.Attempts) > 0 && res.Earlier == 0
	if _, err := tx.ExecContext(ctx, upsertJob, res.ID, res.Slug, res.Label, res.Topic, res.Model, res.Digest, res.Prompt,
		res.Status.String(), res.Reason, e.Files.Path, e.Files.SHA256, words, string(repairs), run, stamp, res.Variant, begun, e.origin(), res.Server, frontText(res.Front), e.made[0], e.made[1], e.made[2]); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, countAttempts, res.ID); err != nil {
		return err
	}
	if err := judge(res.Status, e.origin(), res.Attempts).save(ctx, tx, res.ID); err != nil {
		return err
	}
	if !keep && len(res.Attempts) > 1 {
		if _, err := tx.ExecContext(ctx, dropReplies, res.ID); err != nil {
			return err
		}
	}
	if res.Status != record.Done {
		return nil
	}
	if err := e.saveLocation(ctx, tx, res.Label, res.Slug, res.ID); err != nil || e.Marks == nil {
		return err
	}
	return e.Marks.save(ctx, tx, res.Label, res.Slug, e.Files.SHA256)
}

const dropReplies = `UPDATE attempts SET reply = NULL WHERE job = ? AND reply IS NOT NULL`

const upsertPost = `INSERT INTO posts (label, slug, job, sha256, size, modified) VALUES (?1,?2,?3,?4,?5,?6)
	ON CONFLICT (label, slug) DO UPDATE SET job=?3, sha256=?4, size=?5, modified=?6`

// saveLocation records which job's post is at a location, and its file.
func (e Entry) saveLocation(ctx context.Context, tx execer, label, slug, job string) error {
	_, err := tx.ExecContext(ctx, upsertPost,
		label, slug, job, e.Files.SHA256, e.Files.Size, e.Files.Modified)
	return err
}
