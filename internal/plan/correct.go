package plan

import (
	"context"

	"github.com/nightpress/nightpress/internal/ledger"
)

// findCorrections finds the topics that were corrected in place. Such a topic is new,
// its text makes the slug of another topic of the same file, and that other topic is no
// longer in the file. It takes over the slug, and its post replaces the other's. Memory
// grows with the corrections.
func (w *Plan) findCorrections(ctx context.Context) error {
	if w.corrects != nil {
		return nil
	}
	w.corrects = map[string]string{}
	if known, err := w.Posts.Ledger.HasTopics(ctx); err != nil || !known {
		return err
	}
	by, err := w.claims(ctx)
	if err != nil || len(by) == 0 {
		return err
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

// claims maps the key of a topic whose slug a new topic's text also makes to the key
// of the first such new topic.
func (w *Plan) claims(ctx context.Context) (map[string]string, error) {
	by := map[string]string{}
	for chunk, err := range ahead(w.chunks()) {
		if err != nil {
			return nil, err
		}
		idents, err := w.idents(chunk)
		if err != nil {
			return nil, err
		}
		owners, err := w.Posts.Ledger.Owners(ctx, idents)
		if err != nil {
			return nil, err
		}
		for i, owner := range owners {
			if owner != "" && by[owner] == "" {
				by[owner] = idents[i].Key
			}
		}
	}
	return by, nil
}

// idents are what the ledger needs to assign a chunk's slugs.
func (w *Plan) idents(chunk []*Candidate) ([]ledger.TopicIdent, error) {
	idents := make([]ledger.TopicIdent, len(chunk))
	err := inParallel(len(chunk), func(i int) error {
		idents[i] = identOf(w.Posts.Folder, chunk[i].Topic)
		idents[i].Source, idents[i].Corrects = w.Source, w.corrects[idents[i].Key]
		return nil
	})
	return idents, err
}
