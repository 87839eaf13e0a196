package report

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/output"
)

// source is one output folder.
type source struct {
	// name distinguishes it from the others; "" if it is the only one.
	name   string
	dir    string
	ledger *ledger.Ledger
	folder *output.Folder
}

// Report reads output folders. It changes nothing in them, and a run may write
// to them at the same time. A Report is for one goroutine.
type Report struct {
	// Warn, if set, is called for each post whose path holds something other
	// than a readable file. The report shows such a job without its post.
	Warn func(error)

	sources []*source
	// marks counts the Markdown of the posts that are rated, by job: -1 until the
	// post is read.
	marks map[string]int
	// paired has the models' jobs by topic.
	paired paired
}

// Open opens the folders for reading. The caller closes the report.
func Open(folders []string) (*Report, error) {
	r := &Report{}
	for _, dir := range folders {
		s, err := openSource(dir)
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		if len(folders) > 1 {
			s.name = filepath.ToSlash(filepath.Clean(dir))
		}
		r.sources = append(r.sources, s)
	}
	return r, nil
}

func openSource(dir string) (*source, error) {
	folder, err := output.View(dir)
	if err != nil {
		return nil, err
	}
	l, err := ledger.OpenToRead(context.Background(), folder.LedgerPath(), output.Written(folder.Dir()))
	if err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	return &source{dir: dir, ledger: l, folder: folder}, nil
}

// Close releases the folders.
func (r *Report) Close() error {
	var errs []error
	for _, s := range r.sources {
		errs = append(errs, s.ledger.Close(), s.folder.Close())
	}
	return errors.Join(errs...)
}

// Unreadable returns the records of the ledgers that were left out so far.
func (r *Report) Unreadable() (all []ledger.Unreadable) {
	for _, s := range r.sources {
		all = append(all, s.ledger.Unreadable()...)
	}
	return all
}

// topic is a topic with the newest job of each model.
type topic struct {
	Slug, Text string
	Entries    []*entry
	// samples are the slugs of the topic's samples, the first one included; fewer
	// than two if there is only this one.
	samples []string
}

// entry is one job of a topic.
type entry struct {
	*ledger.Record
	facts
	source *source
	// model is the model that the entry counts for.
	model *Model
	// post is nil if there is no file to show.
	post *post
	// blocked, if set, says what is at the post's path instead of a file.
	blocked error
	// repeats is the slug of the model's earlier post that this one nearly
	// repeats.
	repeats string
	// sent and columns are what was sent and the topic's columns; nil if that is not
	// known, or not for a page.
	sent    *llm.Messages
	columns map[string]string
}

// topics yields the topics of all sources in the order of their slugs. Jobs with
// the same slug belong to the same topic.
func (r *Report) topics(ctx context.Context) iter.Seq2[*topic, error] {
	return func(yield func(*topic, error) bool) {
		var heads []*head
		for _, s := range r.sources {
			next, stop := iter.Pull2(s.ledger.Records(ctx))
			defer stop()
			h := &head{source: s, next: next}
			if err := h.advance(); err != nil {
				yield(nil, err)
				return
			}
			heads = append(heads, h)
		}
		for {
			t, err := gather(heads)
			if t == nil && err == nil || !yield(t, err) || err != nil {
				return
			}
		}
	}
}

// head reads the records of a source. rec is the next one, nil at the end.
type head struct {
	source *source
	next   func() (*ledger.Record, error, bool)
	rec    *ledger.Record
}

func (h *head) advance() error {
	rec, err, ok := h.next()
	if !ok {
		h.rec = nil
		return nil
	}
	h.rec = rec
	if err != nil {
		return fmt.Errorf("%s: %w", h.source.dir, err)
	}
	return nil
}

// gather takes all records with the lowest slug. It returns nil at the end.
func gather(heads []*head) (*topic, error) {
	lowest, found := "", false
	for _, h := range heads {
		if h.rec == nil {
			continue
		}
		if s := fold(h.rec.Slug); !found || s < lowest {
			lowest, found = s, true
		}
	}
	if !found {
		return nil, nil
	}
	t := &topic{}
	for _, h := range heads {
		for h.rec != nil && fold(h.rec.Slug) == lowest {
			if t.Slug == "" {
				t.Slug, t.Text = h.rec.Slug, h.rec.Topic
			}
			t.Entries = append(t.Entries, &entry{Record: h.rec, source: h.source})
			if err := h.advance(); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// fold lowers ASCII letters only, as SQLite's NOCASE does.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
