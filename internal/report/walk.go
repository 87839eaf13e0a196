package report

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/output"
	"golang.org/x/sync/errgroup"
)

// ahead is how many topics are read ahead of the one that is visited.
const ahead = 16

// reading is a topic whose posts are being read. done is closed at the end.
type reading struct {
	topic *topic
	done  chan struct{}
}

// walk reads the posts of every topic, adds them up, and calls visit for each
// topic in order. It returns the models sorted by name. It reads and renders
// files concurrently and holds only a few topics in memory. With replies, it
// also reads the raw replies of jobs without a post, what was sent, and the samples.
func (r *Report) walk(ctx context.Context, replies bool, visit func(*topic) error) ([]*Model, error) {
	group, running := errgroup.WithContext(ctx)
	order := make(chan reading, ahead)
	group.Go(crash.Guarded(func() error {
		defer close(order)
		// The readers have a group of their own, so that order is closed only
		// after all of them have ended.
		readers, ctx := errgroup.WithContext(running)
		readers.SetLimit(runtime.GOMAXPROCS(0))
		err := crash.Guard(func() error { return r.hand(ctx, readers, order, replies) })
		if failed := readers.Wait(); failed != nil {
			return failed
		}
		return err
	}))
	models := map[string]*Model{}
	var err error
	r.paired = paired{}
	if r.marks, err = r.ratedJobs(ctx); err != nil {
		return nil, err
	}
	group.Go(crash.Guarded(func() error {
		for next := range order {
			select {
			case <-next.done:
			case <-running.Done():
				return context.Cause(running)
			}
			addUp(models, next.topic)
			r.note(next.topic)
			r.paired.add(next.topic)
			r.warn(next.topic)
			if err := visit(next.topic); err != nil {
				return err
			}
		}
		return nil
	}))
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, s := range r.sources {
		if err := s.history(ctx, models); err != nil {
			return nil, fmt.Errorf("%s: %w", s.dir, err)
		}
	}
	return sorted(models), nil
}

// history adds to the models what the ledger has of their versions, loads, and
// setups.
func (s *source) history(ctx context.Context, models map[string]*Model) error {
	versions, err := s.ledger.Versions(ctx)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if m := models[modelKey(s, v.Label)]; m != nil {
			m.Versions = append(m.Versions, v.Version)
		}
	}
	loads, err := s.ledger.Loads(ctx)
	if err != nil {
		return err
	}
	for _, l := range loads {
		if m := models[modelKey(s, l.Label)]; m != nil {
			m.Loads.Add(l.Seconds)
		}
	}
	for _, m := range models {
		if m.Folder != s.name {
			continue
		}
		if m.setup, err = s.ledger.NewestSetup(ctx, m.Label); err != nil {
			return err
		}
	}
	return nil
}

func modelKey(s *source, label string) string { return s.name + "\x00" + fold(label) }

// note keeps how much Markdown the rated posts of a topic have.
func (r *Report) note(t *topic) {
	for _, e := range t.Entries {
		if _, rated := r.marks[e.ID]; rated && e.post != nil {
			r.marks[e.ID] = e.post.Marks
		}
	}
}

func (r *Report) warn(t *topic) {
	for _, e := range t.Entries {
		if e.blocked != nil && r.Warn != nil {
			r.Warn(e.blocked)
		}
	}
}

// hand reads the ledgers and starts a reader for each topic.
func (r *Report) hand(ctx context.Context, readers *errgroup.Group, order chan<- reading, replies bool) error {
	for t, err := range r.topics(ctx) {
		if err != nil {
			return err
		}
		next := reading{t, make(chan struct{})}
		readers.Go(crash.Guarded(func() error {
			if err := t.read(ctx, replies); err != nil {
				return err
			}
			close(next.done)
			return nil
		}))
		select {
		case order <- next:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// read fills in a topic's entries, except for what depends on earlier topics.
func (t *topic) read(ctx context.Context, replies bool) (err error) {
	if replies {
		if err := t.readSamples(ctx); err != nil {
			return err
		}
	}
	for _, e := range t.Entries {
		e.facts.read(e.Record)
		if e.outcome.hasPost() {
			e.post, err = readPost(e)
			if errtype.Is[*output.BlockedError](err) {
				e.blocked, err = err, nil
			}
			if err != nil {
				return err
			}
		}
		if replies {
			if err := e.readSent(ctx); err != nil {
				return err
			}
		}
		if replies && e.post == nil {
			if e.Attempts, err = e.source.ledger.Attempts(ctx, e.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// readSamples finds the other samples of a topic.
func (t *topic) readSamples(ctx context.Context) error {
	own := output.TopicSlug(t.Slug)
	number := map[string]int{}
	for _, s := range t.sources() {
		slugs, err := s.ledger.Samples(ctx, own)
		if err != nil {
			return err
		}
		for _, slug := range slugs {
			if key := fold(slug); fold(output.TopicSlug(slug)) == fold(own) && number[key] == 0 {
				number[key] = sampleNumber(slug)
				t.samples = append(t.samples, slug)
			}
		}
	}
	slices.SortFunc(t.samples, func(a, b string) int { return cmp.Compare(sampleNumber(a), sampleNumber(b)) })
	return nil
}

// sources are the folders that have the topic.
func (t *topic) sources() (all []*source) {
	for _, e := range t.Entries {
		if !slices.Contains(all, e.source) {
			all = append(all, e.source)
		}
	}
	return all
}

// sampleNumber is the number of the sample with a slug, from 1.
func sampleNumber(slug string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(slug[len(output.TopicSlug(slug)):], "."))
	if err != nil {
		return 1
	}
	return n
}

// addUp adds a topic's entries to their models and sorts them by model.
func addUp(models map[string]*Model, t *topic) {
	for _, e := range t.Entries {
		key := modelKey(e.source, e.Label)
		if models[key] == nil {
			models[key] = newModel(e)
		}
		e.model = models[key]
		e.model.add(e)
	}
	slices.SortStableFunc(t.Entries, func(a, b *entry) int { return byName(a.model, b.model) })
}

func byName(a, b *Model) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Folder, b.Folder))
}

func sorted(models map[string]*Model) []*Model {
	list := make([]*Model, 0, len(models))
	for _, m := range models {
		list = append(list, m)
	}
	slices.SortFunc(list, byName)
	return list
}
