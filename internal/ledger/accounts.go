package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/nightpress/nightpress/internal/record"
)

// Accounts holds what remedies and early aborts achieved in all runs.
type Accounts struct {
	// Mended counts the posts that a remedy gave, by its name.
	Mended map[string]int
	// Tokens were generated for all attempts, TokensSaved is what aborts saved
	// by estimate, and Posts counts the posts that are there.
	Tokens, TokensSaved, Posts int
}

// TokensPerPost is the mean cost of a post, including failed attempts and
// rejected jobs; 0 if there is no post.
func (a *Accounts) TokensPerPost() int {
	if a.Posts == 0 {
		return 0
	}
	return a.Tokens / a.Posts
}

// believed is an attempt's record where it can be read.
const believed = `CASE WHEN json_valid(record) THEN record ELSE '{}' END`

// believedTokens is a count of tokens, 0 where no reply has as many.
func believedTokens(column string) string {
	return fmt.Sprintf(`CASE WHEN typeof(%[1]s) = 'integer' AND %[1]s BETWEEN 0 AND %[2]d THEN %[1]s ELSE 0 END`, column, record.MaxTokens)
}

// believedSeconds is a time in seconds, 0 where no request takes as long.
func believedSeconds(column string) string {
	return fmt.Sprintf(`CASE WHEN typeof(%[1]s) IN ('integer', 'real') AND %[1]s BETWEEN 0 AND %[2]g THEN %[1]s ELSE 0.0 END`, column, record.MaxSeconds)
}

// Accounts adds up the stored attempts and verdicts.
func (l *Ledger) Accounts(ctx context.Context) (*Accounts, error) {
	a := &Accounts{Mended: map[string]int{}}
	err := l.row(ctx, l.db, `SELECT coalesce(sum(tokens), 0), coalesce(sum(saved), 0), coalesce(sum(posts), 0) FROM spent`, nil, &a.Tokens, &a.TokensSaved, &a.Posts)
	if err != nil {
		return nil, fmt.Errorf("add up the attempts: %w", err)
	}
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var name string
		var n int
		err := rows.Scan(&name, &n)
		a.Mended[name] = n
		return err
	}, `SELECT remedy, count(*) FROM jobs INDEXED BY jobs_mended WHERE status = 'done' AND verdict = 'mended' GROUP BY 1`)
	if err != nil {
		return nil, fmt.Errorf("count the mended posts: %w", err)
	}
	return a, nil
}
