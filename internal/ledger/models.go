package ledger

import (
	"context"
	"database/sql"
	"errors"
)

// ModelKey returns what the IDs of a model's jobs are made with.
//
// A new model's key is its identity, which is the same on every machine. Jobs
// of older versions were made with the digest of the server that they had;
// their model keeps that digest as its key, so that no post is made again. Both
// hashes are remembered with the key (RememberModel). A folder then knows its
// model on another machine, where the digest differs. It also knows it after an update
// of the server that describes the model differently, which changes the identity.
//
// identity is "" if the server does not say enough to compute one. The key is then
// the digest.
func (l *Ledger) ModelKey(ctx context.Context, identity, digest string) (string, error) {
	for _, hash := range []string{identity, digest} {
		var key string
		err := l.row(ctx, l.db, `SELECT key FROM models WHERE hash = ? AND hash != ''`, []any{hash}, &key)
		if err == nil || !errors.Is(err, sql.ErrNoRows) {
			return key, err
		}
	}
	var jobs int
	if err := l.row(ctx, l.db, `SELECT count(*) FROM (SELECT 1 FROM jobs WHERE digest = ? LIMIT 1)`, []any{digest}, &jobs); err != nil {
		return "", err
	}
	if jobs > 0 || identity == "" {
		return digest, nil
	}
	return identity, nil
}

// RememberModel records a model's key for its identity and its digest. A hash
// that has a key keeps it.
func (l *Ledger) RememberModel(ctx context.Context, identity, digest, key string) error {
	return l.within(ctx, func(tx *sql.Tx) error {
		for _, hash := range []string{identity, digest} {
			if hash == "" {
				continue
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO models (hash, key) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING`, hash, key); err != nil {
				return err
			}
		}
		return nil
	})
}
