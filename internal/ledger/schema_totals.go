package ledger

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// schemaTotals keeps the counts that Status and Accounts give, so that they do not
// count a million jobs each time. Triggers change them in the transaction that
// changes a job or an attempt, whatever program does that. Numbers that no reply has
// count as 0, and seconds are whole microseconds, so that sums are exact however
// often they change.
//
// totals counts the newest jobs of their locations. A change of a job may make
// another one of its location the newest, so each trigger takes the location's
// newest jobs out before the change and puts them in after it.
var schemaTotals = `
CREATE TABLE totals (                    -- of the newest job of each location
	label    TEXT NOT NULL COLLATE NOCASE,
	model    TEXT NOT NULL,
	prompt   TEXT NOT NULL,
	run      INTEGER NOT NULL,
	server   TEXT NOT NULL,
	jobs     INTEGER NOT NULL DEFAULT 0,
	done     INTEGER NOT NULL DEFAULT 0,
	kept     INTEGER NOT NULL DEFAULT 0,
	rejected INTEGER NOT NULL DEFAULT 0,
	aside    INTEGER NOT NULL DEFAULT 0,
	pending  INTEGER NOT NULL DEFAULT 0,
	redo     INTEGER NOT NULL DEFAULT 0, -- pending, and marked with redo
	first_try INTEGER NOT NULL DEFAULT 0, -- done or kept, by verdict
	mended   INTEGER NOT NULL DEFAULT 0,
	by_hand  INTEGER NOT NULL DEFAULT 0,
	repaired INTEGER NOT NULL DEFAULT 0, -- done with repairs
	tokens   INTEGER NOT NULL DEFAULT 0, -- generated
	micros   INTEGER NOT NULL DEFAULT 0, -- in so many microseconds
	PRIMARY KEY (label, model, prompt, run, server)
) WITHOUT ROWID;
CREATE TABLE spent (                     -- on all attempts of all jobs
	label  TEXT PRIMARY KEY COLLATE NOCASE,
	tokens INTEGER NOT NULL DEFAULT 0,
	micros INTEGER NOT NULL DEFAULT 0,
	saved  INTEGER NOT NULL DEFAULT 0,   -- tokens that aborts saved, by estimate
	posts  INTEGER NOT NULL DEFAULT 0    -- jobs that are done
) WITHOUT ROWID;

CREATE VIEW counted AS SELECT id, slug, label, model, prompt, run, server, updated,
	status = 'done' AS done, status = 'kept' AS kept, status = 'rejected' AS rejected, status = 'set-aside' AS aside, status = 'pending' AS pending,
	status = 'pending' AND attempts = 0 AS redo,
	status IN ('done', 'kept') AND verdict = 'first-try' AS first_try, status IN ('done', 'kept') AND verdict = 'mended' AS mended,
	status IN ('done', 'kept') AND verdict = 'by-hand' AS by_hand, status = 'done' AND repairs NOT IN ('[]', 'null') AS repaired,
	CASE WHEN typeof(gen_tokens) = 'integer' AND gen_tokens BETWEEN 0 AND 100000000 THEN gen_tokens ELSE 0 END AS tokens,
	CASE WHEN typeof(gen_seconds) IN ('integer', 'real') AND gen_seconds BETWEEN 0 AND 1e8 THEN CAST(round(gen_seconds * 1e6) AS INTEGER) ELSE 0 END AS micros
	FROM jobs;
CREATE VIEW newest AS SELECT * FROM counted AS j WHERE NOT EXISTS (SELECT 1 FROM jobs AS newer INDEXED BY jobs_by_place
	WHERE newer.slug = j.slug AND newer.label = j.label AND (newer.run, newer.updated) > (j.run, j.updated));
CREATE VIEW costs AS SELECT id, job,
	CASE WHEN typeof(tokens) = 'integer' AND tokens BETWEEN 0 AND 100000000 THEN tokens ELSE 0 END AS tokens,
	CASE WHEN typeof(seconds) IN ('integer', 'real') AND seconds BETWEEN 0 AND 1e8 THEN CAST(round(seconds * 1e6) AS INTEGER) ELSE 0 END AS micros,
	CASE WHEN typeof(saved) = 'integer' AND saved BETWEEN 0 AND 100000000 THEN saved ELSE 0 END AS saved
	FROM (SELECT id, job, tokens, seconds, (CASE WHEN json_valid(record) THEN record ELSE '{}' END) ->> 'tokens_saved' AS saved FROM attempts);

CREATE INDEX jobs_rejected ON jobs (label) WHERE status = 'rejected';
CREATE INDEX jobs_mended ON jobs (remedy) WHERE status = 'done' AND verdict = 'mended';
CREATE INDEX jobs_unknown ON jobs (status) WHERE status NOT IN ('pending', 'done', 'rejected', 'kept', 'set-aside');
CREATE INDEX attempts_unreadable ON attempts (job) WHERE NOT json_valid(record);

INSERT INTO totals SELECT label, model, prompt, run, server, count(*), sum(done), sum(kept), sum(rejected), sum(aside), sum(pending), sum(redo),
	sum(first_try), sum(mended), sum(by_hand), sum(repaired), sum(tokens), sum(micros) FROM newest GROUP BY label, model, prompt, run, server;
INSERT INTO spent SELECT j.label, coalesce(sum(c.tokens), 0), coalesce(sum(c.micros), 0), coalesce(sum(c.saved), 0), 0 FROM jobs j JOIN costs c ON c.job = j.id GROUP BY j.label;
INSERT INTO spent (label, posts) SELECT label, sum(status = 'done') FROM jobs WHERE true GROUP BY label ON CONFLICT (label) DO UPDATE SET posts = excluded.posts;
` + triggers(map[string]string{
	"jobs_insert_before BEFORE INSERT ON jobs WHEN NOT EXISTS (SELECT 1 FROM jobs WHERE id = NEW.id)": countPlace("-", "NEW"),
	"jobs_insert_after AFTER INSERT ON jobs":                                                          countPlace("+", "NEW") + countCosts("+", "NEW"),
	"jobs_update_before BEFORE UPDATE OF " + countedJob + " ON jobs":                                  countPlace("-", "OLD"),
	"jobs_update_after AFTER UPDATE OF " + countedJob + " ON jobs":                                    countPlace("+", "NEW"),
	"jobs_status AFTER UPDATE OF status ON jobs WHEN OLD.label = NEW.label": `
		UPDATE spent SET posts = posts + (NEW.status = 'done') - (OLD.status = 'done') WHERE label = NEW.label;`,
	"jobs_delete_before BEFORE DELETE ON jobs": countPlace("-", "OLD") + countCosts("-", "OLD"),
	"jobs_delete_after AFTER DELETE ON jobs":   countPlace("+", "OLD"),
	// A job moves: its old location gets another newest job, and so may the new one.
	"jobs_move_before BEFORE UPDATE OF slug, label ON jobs WHEN OLD.slug != NEW.slug OR OLD.label != NEW.label": countPlace("-", "NEW"),
	"jobs_move_after AFTER UPDATE OF slug, label ON jobs WHEN OLD.slug != NEW.slug OR OLD.label != NEW.label":   countPlace("+", "OLD"),
	"jobs_label AFTER UPDATE OF label ON jobs WHEN OLD.label != NEW.label":                                      countCosts("-", "OLD") + countCosts("+", "NEW"),
	"attempts_insert AFTER INSERT ON attempts":                                                                  countAttempt("+", "NEW"),
	"attempts_update_before BEFORE UPDATE OF " + countedAttempt + " ON attempts":                                countAttempt("-", "OLD"),
	"attempts_update_after AFTER UPDATE OF " + countedAttempt + " ON attempts":                                  countAttempt("+", "NEW"),
	"attempts_delete BEFORE DELETE ON attempts":                                                                 countAttempt("-", "OLD"),
})

// The columns that the counts depend on.
const (
	countedJob     = "slug, label, model, prompt, run, server, updated, status, attempts, verdict, repairs, gen_tokens, gen_seconds"
	countedAttempt = "job, tokens, seconds, record"
)

// triggers are statements that create triggers, in the order of their names: what a
// database holds does not depend on chance.
func triggers(all map[string]string) string {
	var b strings.Builder
	for _, when := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "CREATE TRIGGER %s BEGIN%s\nEND;\n", when, all[when])
	}
	return b.String()
}

// countPlace adds the newest jobs of a row's location to the totals, or takes them
// out.
func countPlace(sign, row string) string {
	columns := strings.Fields("done kept rejected aside pending redo first_try mended by_hand repaired tokens micros")
	var values, sums []string
	for _, c := range append([]string{"jobs"}, columns...) {
		sums = append(sums, fmt.Sprintf("%[1]s = %[1]s + excluded.%[1]s", c))
	}
	for _, c := range columns {
		values = append(values, sign+c)
	}
	return fmt.Sprintf(`
	INSERT INTO totals SELECT label, model, prompt, run, server, %[1]s1, %[2]s FROM newest WHERE slug = %[3]s.slug AND label = %[3]s.label
		ON CONFLICT (label, model, prompt, run, server) DO UPDATE SET %[4]s;`, sign, strings.Join(values, ", "), row, strings.Join(sums, ", "))
}

// countCosts adds a job's attempts and its post to what its label cost, or takes
// them out.
func countCosts(sign, row string) string {
	return fmt.Sprintf(`
	INSERT INTO spent SELECT %[2]s.label, %[1]scoalesce(sum(tokens), 0), %[1]scoalesce(sum(micros), 0), %[1]scoalesce(sum(saved), 0), %[1]s(%[2]s.status = 'done')
		FROM costs WHERE job = %[2]s.id %[3]s`, sign, row, addSpent)
}

// countAttempt adds one attempt to what its job's label cost, or takes it out. An
// attempt that is recorded before its job counts with that.
func countAttempt(sign, row string) string {
	return fmt.Sprintf(`
	INSERT INTO spent SELECT j.label, %[1]sc.tokens, %[1]sc.micros, %[1]sc.saved, 0 FROM costs c JOIN jobs j ON j.id = c.job WHERE c.id = %[2]s.id %[3]s`, sign, row, addSpent)
}

const addSpent = `
		ON CONFLICT (label) DO UPDATE SET tokens = tokens + excluded.tokens, micros = micros + excluded.micros, saved = saved + excluded.saved, posts = posts + excluded.posts;`
