package output

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// saving is a result or an attempt on its way to the folder and the ledger.
type saving struct {
	// res is nil for an attempt.
	res *record.Result
	// staged are the result's files.
	staged []*staged
	entry  ledger.Entry
	err    error
}

// queue gathers what is saved at the same time into groups. The first caller of a
// group commits it for the others, as soon as the group before is committed: while
// it waits, others join. The zero value is ready.
type queue struct {
	// committing is held by the group that is being committed.
	committing sync.Mutex
	mu         sync.Mutex // guards next
	next       *group
}

type group struct {
	all  []*saving
	done chan struct{}
}

// wait has p committed, in a group of all that wait, and returns p's error.
func (q *queue) wait(p *saving, commit func([]*saving)) error {
	g, first := q.join(p)
	if first {
		q.lead(g, commit)
	} else {
		<-g.done
	}
	return p.err
}

func (q *queue) join(p *saving) (g *group, first bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if first = q.next == nil; first {
		q.next = &group{done: make(chan struct{})}
	}
	g = q.next
	g.all = append(g.all, p)
	return g, first
}

func (q *queue) lead(g *group, commit func([]*saving)) {
	defer close(g.done)
	err := crash.Guard(func() error {
		return q.alone(func() error {
			q.mu.Lock()
			q.next = nil
			q.mu.Unlock()
			commit(g.all)
			return nil
		})
	})
	if err == nil {
		return
	}
	for _, p := range g.all {
		p.err = errors.Join(p.err, err)
	}
}

// alone calls fn while no group is committed.
func (q *queue) alone(fn func() error) error {
	q.committing.Lock()
	defer q.committing.Unlock()
	return fn()
}

// commit returns what commits a group. Of two results for one location, the second
// is committed after the first.
func (s *Sink) commit(ctx context.Context) func([]*saving) {
	ctx = context.WithoutCancel(ctx)
	return func(all []*saving) {
		for len(all) > 0 {
			var now, later []*saving
			taken := map[[2]string]bool{}
			for _, p := range all {
				if p.res == nil {
					now = append(now, p)
				} else if at := [2]string{p.res.Label, p.res.Slug}; taken[at] {
					later = append(later, p)
				} else {
					taken[at] = true
					now = append(now, p)
				}
			}
			s.commitGroup(ctx, now)
			all = later
		}
	}
}

// commitGroup makes a group durable, in the order of safety: the files are, which
// stage did; then their folders; then the entries.
func (s *Sink) commitGroup(ctx context.Context, all []*saving) {
	if err := s.Folder.CheckStill(); err != nil {
		s.fail(all, err)
		return
	}
	t := &placing{Folder: s.Folder, dirs: map[string][]*saving{}, ready: map[string]error{}}
	// A post that is replaced is safe in its new location before another takes
	// the old one.
	s.each(all, func(p *saving) error { return s.makeWay(ctx, t, p) })
	s.sync(t)
	s.each(all, func(p *saving) error { return t.place(p) })
	s.sync(t)
	s.each(all, s.forgetRejected)
	left := slices.DeleteFunc(slices.Clone(all), func(p *saving) bool { return p.err != nil })
	if err := s.Folder.CheckStill(); err != nil {
		s.fail(left, err)
		return
	}
	s.record(ctx, left)
}

// each calls fn for what has no error yet, and explains the errors.
func (s *Sink) each(all []*saving, fn func(*saving) error) {
	for _, p := range all {
		if p.res == nil || p.err != nil {
			continue
		}
		err := fn(p)
		if blocked, ok := errors.AsType[*BlockedError](err); ok {
			err = s.setAside(p, blocked)
		}
		if err != nil {
			p.err = errors.Join(s.failed(p.res, err), p.discard(s.Folder))
		}
	}
}

// fail ends savings with an error that concerns all of them.
func (s *Sink) fail(all []*saving, err error) {
	for _, p := range all {
		p.err = err
		_ = p.discard(s.Folder) // err matters more
	}
}

// discard removes the files that are not in place.
func (p *saving) discard(f *Folder) error {
	var errs []error
	for _, one := range p.staged {
		errs = append(errs, f.discard(one.temp))
	}
	p.staged = nil
	return errors.Join(errs...)
}

// makeWay moves what is at the locations of a result's files away. It makes a
// result Kept whose post a person edited.
func (s *Sink) makeWay(ctx context.Context, t *placing, p *saving) error {
	res := p.res
	switch res.Status {
	case record.Rejected:
		return s.Folder.forgetRejected(res.Label, res.Slug)
	case record.Done:
	default:
		return nil
	}
	kept, err := s.clear(ctx, res.Label, res.Slug, func(dir string) { t.changed(dir, p) })
	if err != nil || !kept {
		return err
	}
	res.Status, res.Reason = record.Kept, ledger.ReasonEdited
	p.entry.Files = ledger.Files{Path: s.Folder.PostPath(res.Label, res.Slug)}
	return p.discard(s.Folder)
}

// forgetRejected removes the raw replies of a job that now has a post.
func (s *Sink) forgetRejected(p *saving) error {
	if p.res.Status != record.Done {
		return nil
	}
	return unlessBlocked(s.Folder.forgetRejected(p.res.Label, p.res.Slug))
}

// setAside saves the replies of a result whose path is blocked, if it can, and
// changes what is recorded. That lacks this run's attempts: the next run would take
// them for failed ones.
func (s *Sink) setAside(p *saving, blocked *BlockedError) error {
	res := p.res
	res.Status, res.Reason = record.SetAside, blocked.Error()
	recorded := *res
	recorded.Post, recorded.Attempts = nil, res.Attempts[:res.Earlier]
	err := errors.Join(p.discard(s.Folder), unlessBlocked(s.Folder.writeRejected(res)))
	res.Post = nil
	p.entry.Result, p.entry.Files = &recorded, ledger.Files{}
	return err
}

// sync makes the folders durable that were changed. An error is that of each
// result in the folder.
func (s *Sink) sync(t *placing) {
	for _, dir := range slices.Sorted(maps.Keys(t.dirs)) {
		err := syncDir(s.Folder.root, dir)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			// Who removes a folder removes its posts: they are missed at the
			// end of the run, as if they had been removed a moment later.
			continue
		}
		err = fmt.Errorf("sync %s: %w", dir, err)
		for _, p := range t.dirs[dir] {
			if p.err == nil {
				p.err = errors.Join(s.failed(p.res, err), p.discard(s.Folder))
			}
		}
	}
	clear(t.dirs)
}

// record writes the entries in one transaction. After an error each is written
// alone: what another entry fails for is not its error.
func (s *Sink) record(ctx context.Context, all []*saving) {
	entries := make([]ledger.Entry, len(all))
	for i, p := range all {
		entries[i] = p.entry
	}
	err := s.Ledger.Commit(ctx, s.RunID, entries)
	if err == nil {
		return
	}
	for i, p := range all {
		if len(all) > 1 && !errors.Is(err, ledger.ErrBusy) {
			p.err = s.Folder.Explain(s.Ledger.Commit(ctx, s.RunID, entries[i:i+1]))
		} else {
			p.err = s.Folder.Explain(err)
		}
	}
}

// placing puts the files of a group in place.
type placing struct {
	*Folder
	// dirs are the folders to sync, with the results that are in them.
	dirs map[string][]*saving
	// ready has the folders of posts that were checked and created, or why they
	// cannot be.
	ready map[string]error
}

// place renames the files of a result into place.
func (t *placing) place(p *saving) error {
	for len(p.staged) > 0 {
		one := p.staged[0]
		err := t.placeOne(one, p)
		if errors.Is(err, fs.ErrNotExist) {
			// Its folder was removed since it was made ready.
			delete(t.ready, one.dir())
			err = t.placeOne(one, p)
		}
		if err != nil {
			return err
		}
		if p.res.Status == record.Done {
			p.entry.Files = one.files
		}
		t.changed(one.dir(), p)
		p.staged = p.staged[1:]
	}
	return nil
}

func (t *placing) placeOne(one *staged, p *saving) error {
	if err := t.makeReady(one.dir(), t.labelsOf(one.files.Path), p); err != nil {
		return err
	}
	return t.rename(one)
}

// makeReady creates a folder of posts.
func (t *placing) makeReady(dir, labels string, p *saving) error {
	err, known := t.ready[dir]
	if !known {
		t.noteChange(labels)
		var made []string
		made, err = t.makeDirs(dir)
		for _, parent := range made {
			t.changed(parent, p)
		}
		t.note(labels)
		t.ready[dir] = err
	}
	return err
}

// changed notes that a folder is to be synced for a result.
func (t *placing) changed(dir string, p *saving) { t.dirs[dir] = append(t.dirs[dir], p) }
