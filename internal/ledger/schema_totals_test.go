package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/word"
	"pgregory.net/rapid"
)

// recount are the counts as they come from the jobs and attempts themselves.
var recount = []string{
	`SELECT lower(label), max(model), max(prompt),
		sum(status = 'done'), sum(status = 'kept'), sum(status = 'rejected'), sum(status = 'set-aside'), sum(status = 'pending'),
		sum(status = 'pending' AND attempts = 0),
		sum(status IN ('done', 'kept') AND verdict = 'first-try'), sum(status IN ('done', 'kept') AND verdict = 'mended'),
		sum(status IN ('done', 'kept') AND verdict = 'by-hand'), sum(status = 'done' AND repairs NOT IN ('[]', 'null')),
		sum(run = (SELECT max(id) FROM runs) AND status IN ('done', 'rejected')), sum(` + believedTokens("gen_tokens") + `), round(total(` + believedSeconds("gen_seconds") + `), 3)
		FROM jobs AS j WHERE ` + newest + ` GROUP BY label ORDER BY label`,
	`SELECT lower(min(j.label)), sum(` + believedTokens("a.tokens") + `), round(total(` + believedSeconds("a.seconds") + `), 3) FROM jobs j JOIN attempts a ON a.job = j.id GROUP BY j.label`,
	`SELECT (SELECT count(*) FROM jobs WHERE status = 'done'), coalesce(sum(` + believedTokens("a.tokens") + `), 0), coalesce(sum(` + believedTokens("("+believed+") ->> 'tokens_saved'") + `), 0) FROM attempts a JOIN jobs j ON j.id = a.job`,
}

var kept = []string{
	`SELECT lower(label), max(model), max(prompt), sum(done), sum(kept), sum(rejected), sum(aside), sum(pending), sum(redo), sum(first_try), sum(mended),
		sum(by_hand), sum(repaired), sum(CASE WHEN run = (SELECT max(id) FROM runs) THEN done + rejected ELSE 0 END), sum(tokens), round(sum(micros) / 1e6, 3)
		FROM totals WHERE jobs > 0 GROUP BY label ORDER BY label`,
	`SELECT lower(label), tokens, round(micros / 1e6, 3) FROM spent WHERE EXISTS (SELECT 1 FROM jobs j JOIN attempts a ON a.job = j.id WHERE j.label = spent.label)`,
	`SELECT coalesce(sum(posts), 0), coalesce(sum(tokens), 0), coalesce(sum(saved), 0) FROM spent`,
}

func table(ctx context.Context, db *sql.DB, query string) (all [][]any, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		row := make([]any, len(columns))
		dest := make([]any, len(columns))
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		for i, v := range row {
			row[i] = fmt.Sprint(v)
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// sameCounts compares what the triggers kept with a new count.
func sameCounts(t rapid.TB, l *Ledger, after string) {
	for i := range recount {
		want, err := table(context.Background(), l.writer, recount[i])
		got, err2 := table(context.Background(), l.writer, kept[i])
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("after %s:\nkept    %v\ncounted %v", after, got, want)
		}
	}
}

// Whatever a run, redo, accept, or another program does to jobs and attempts, the
// counts that status gives are those of the jobs.
func TestTheTotalsAreThoseOfTheJobs(t *testing.T) {
	l, err := Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		if _, err := l.writer.ExecContext(ctx, `DELETE FROM jobs; DELETE FROM attempts; DELETE FROM runs; DELETE FROM totals; DELETE FROM spent`); err != nil {
			rt.Fatal(err)
		}
		run, err := l.BeginRun(ctx, "run", "s", "v")
		if err != nil {
			rt.Fatal(err)
		}
		exec := func(query string, args ...any) {
			if _, err := l.writer.ExecContext(ctx, query, args...); err != nil {
				rt.Fatal(err)
			}
		}
		ids, labels := []string{"a", "b", "c", "d"}, []string{"small", "Small", "large"}
		pick := func(name string, from []string) string { return rapid.SampledFrom(from).Draw(rt, name) }
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			step := pick("step", []string{"result", "result", "attempt", "post", "edited", "run", "redo", "move", "status", "delete", "drop-attempts", "damage"})
			id := pick("id", ids)
			j := &batch.Job{ID: id, Slug: pick("slug", []string{"x", "X", "y"}), Topic: id, Model: llm.Model{Name: pick("model", []string{"m", "n"}), Label: pick("label", labels)}}
			a := record.Attempt{N: rapid.IntRange(1, 3).Draw(rt, "n"), Seconds: rapid.Float64Range(-1, 9).Draw(rt, "seconds"), TokensSaved: rapid.IntRange(0, 9).Draw(rt, "saved"), Usage: llm.Usage{EvalCount: rapid.IntRange(-1, 99).Draw(rt, "tokens"), EvalSeconds: 1}}
			var entry *Entry
			switch step {
			case "result":
				r := &record.Result{ID: id, Slug: j.Slug, Topic: id, Label: j.Model.Label, Model: j.Model.Name, Server: pick("server", []string{"", "one"}), Attempts: []record.Attempt{a}}
				if r.Status = word.Of[record.Status](pick("to", []string{"done", "rejected", "kept", "set-aside"})); r.Status == record.Done {
					r.Post = &contract.Post{Words: 1}
				}
				entry = &Entry{Result: r}
			case "attempt":
				entry = &Entry{Job: j, Attempt: &a}
			case "post":
				entry = &Entry{Job: j}
			case "edited":
				entry = &Entry{Job: j, Edited: true}
			case "run":
				if run, err = l.BeginRun(ctx, "run", "s", "v"); err != nil {
					rt.Fatal(err)
				}
			case "redo":
				exec(`UPDATE jobs SET status = 'pending', attempts = 0, run = run + 1 WHERE id = ?`, id)
			case "move":
				exec(`UPDATE jobs SET slug = ?, label = ? WHERE id = ?`, j.Slug, j.Model.Label, id)
			case "status":
				exec(`UPDATE jobs SET status = ?, repairs = '[1]' WHERE id = ?`, pick("to", []string{"done", "unheard-of"}), id)
			case "delete":
				exec(`DELETE FROM jobs WHERE id = ?`, id)
			case "drop-attempts":
				exec(`DELETE FROM attempts WHERE job = ?`, id)
			case "damage":
				exec(`UPDATE attempts SET record = '{', tokens = 'x', seconds = x'00' WHERE job = ?`, id)
				exec(`UPDATE jobs SET gen_tokens = -5, gen_seconds = 'long' WHERE id = ?`, id)
			}
			if entry != nil {
				if err := l.Commit(ctx, run, []Entry{*entry}); err != nil {
					rt.Fatal(err)
				}
			}
			sameCounts(rt, l, step)
		}
	})
}

// What a migration counts is what the triggers would have kept.
func TestAnOlderLedgerGetsItsTotals(t *testing.T) {
	insert := `INSERT INTO jobs (id, slug, label, topic, model, digest, prompt, status, reason, path, sha256, words, repairs, attempts, run, updated, verdict, gen_tokens, gen_seconds) VALUES `
	l, err := Open(atVersion(t, totalsVersion-1,
		`INSERT INTO runs (id, started, command, server, version) VALUES (2, '2026-01-01T00:00:00Z', 'run', 's', 'v')`,
		insert+`('a', 'x', 'small', 'X', 'm', 'd', 'p', 'done', '', 'small/x.md', 's', 9, '[]', 1, 1, '2026-01-01', 'first-try', 20, 1.5),
			('b', 'X', 'Small', 'X', 'm', 'e', 'p', 'done', '', 'small/x.md', 's', 9, '[{}]', 1, 2, '2026-01-02', 'mended', 30, 2.5),
			('c', 'y', 'large', 'Y', 'n', 'd', 'p', 'rejected', '', '', '', 0, '[]', 1, 2, '2026-01-02', 'rejected', 1e300, 'x')`,
		`INSERT INTO attempts (job, run, n, seconds, tokens, record) VALUES ('a', 1, 1, 1.5, 20, '{"tokens_saved":7}'), ('b', 2, 1, 2.5, 30, '{}'), ('c', 2, 1, 3.5, 40, 'no JSON')`))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	sameCounts(t, l, "the upgrade")
	s, err := l.Status(t.Context())
	if err != nil || len(s.Labels) != 2 || s.Labels[1].Done != 1 || s.Labels[1].Mended != 1 || s.Labels[1].Tokens != 50 || s.Labels[0].Rejected != 1 {
		t.Errorf("%+v, %v", s.Labels, err)
	}
}

// totalsVersion is the schema that has the totals.
const totalsVersion = 9
