package plan

import (
	"context"

	"github.com/nightpress/nightpress/internal/ledger"
)

// findCorrections finds the topics that were corrected in place: each is new,
// would like a slug that another topic of the same file has, and that other
// topic is in the file no longer. It takes over the slug, and its post replaces
// the other's. Memory grows with the corrections.
func (w *Plan) findCorrections(ctx context.Context) error {
	if w.corrects != nil {
		return nil
	}
	w.corrects = map[string]string{}
	if known, err := w.Posts.Ledger.HasTopics(ctx); err != nil || !known {
		return err
	}
	// by has the new topic's key for the old one's.
	by := map[string]string{}
	for chunk, err := range w.chunks() {
		if err != nil {
			return err
		}
		idents, err := w.idents(chunk)
		if err != nil {
			return err
		}
		owners, err := w.Posts.Ledger.Owners(ctx, idents)
		if err != nil {
			return err
		}
		for i, owner := range owners {
			if owner != "" && by[owner] == "" {
				by[owner] = idents[i].Key
			}
		}
	}
	if len(by) == 0 {
		return nil
	}
	for key, err := range w.Input.Keys() {
		if err != nil {
			return err
		}
		delete(by, key)
	}
	for old, now := range by {
		w.corrects[now] = old
	}
	return nil
}

// idents are what the ledger needs to know for a chunk's slugs.
func (w *Plan) idents(chunk []*Candidate) ([]ledger.TopicIdent, error) {
	idents := make([]ledger.TopicIdent, len(chunk))
	err := inParallel(len(chunk), func(i int) error {
		idents[i] = identOf(w.Posts.Folder, chunk[i].Topic)
		idents[i].Source, idents[i].Corrects = w.Source, w.corrects[idents[i].Key]
		return nil
	})
	return idents, err
}
