package ledger

import (
	"context"
	"database/sql"
)

// schemaSteps finds the attempts for parts of posts in sections, of which most ledgers
// have none.
const schemaSteps = `
CREATE INDEX attempts_steps ON attempts (job) WHERE ` + inSteps + `;
`

// inSteps holds for an attempt for a part.
const inSteps = `CASE WHEN json_valid(record) THEN record ->> '$.step.kind' END IS NOT NULL`

// Begun counts unfinished posts in sections that have at least one part.
type Begun struct {
	Posts int
	// Sections are accepted, of so many that the outlines of these posts have.
	Sections, Of int
}

// readBegun counts the posts in progress.
func (s *statusReader) readBegun(ctx context.Context) error {
	return s.l.rows(ctx, s.tx, func(rows *sql.Rows) error {
		var sections, of int
		if err := rows.Scan(&sections, &of); err != nil {
			return err
		}
		s.Begun.Posts++
		s.Begun.Sections += sections
		s.Begun.Of += max(of, sections)
		return nil
	}, `SELECT count(DISTINCT CASE WHEN record ->> '$.step.kind' = 'section' AND record ->> '$.step.accepted' = 1 THEN CAST(record ->> '$.step.n' AS INTEGER) END),
			max(CAST(coalesce(record ->> '$.step.of', 0) AS INTEGER))
		FROM attempts AS a INDEXED BY attempts_steps JOIN jobs j ON j.id = a.job
		WHERE `+inSteps+` AND j.status IN ('pending', 'set-aside') AND a.run >= j.first_run GROUP BY a.job`)
}
