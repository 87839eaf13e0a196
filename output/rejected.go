package output

import (
	"errors"
	"fmt"
	"iter"
	"path"
	"path/filepath"
	"strings"

	"github.com/nightpress/nightpress/internal/record"
)

// rejectedFiles yields every raw reply of a rejected job, with its problems.
func rejectedFiles(res *record.Result) iter.Seq2[string, string] {
	return func(yield func(name, text string) bool) {
		for _, a := range res.Attempts {
			base := path.Join(rejected, res.Label, res.Slug, fmt.Sprintf("attempt-%d", a.N))
			if !yield(base+".txt", a.Reply) {
				return
			}
			if a.Joined != "" && !yield(base+".joined.txt", a.Joined) {
				return
			}
			if !yield(base+".problems.txt", problemText(res, &a)) {
				return
			}
		}
	}
}

// stageRejected stages the files of a rejected job, all or none.
func (f *Folder) stageRejected(res *record.Result) (all []*staged, err error) {
	for name, text := range rejectedFiles(res) {
		one, err := f.stage(name, []byte(text))
		if err != nil {
			for _, one := range all {
				err = errors.Join(err, f.discard(one.temp))
			}
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// writeRejected writes the files of a rejected job.
func (f *Folder) writeRejected(res *record.Result) error {
	if err := f.forgetRejected(res.Label, res.Slug); err != nil {
		return err
	}
	for name, text := range rejectedFiles(res) {
		if err := f.write(name, []byte(text)); err != nil {
			return err
		}
	}
	return nil
}

func problemText(res *record.Result, a *record.Attempt) string {
	var b strings.Builder
	fmt.Fprintf(&b, "topic: %s\nmodel: %s\nattempt: %d (%s), seed %d\n", strings.Join(strings.Fields(res.Topic), " "), res.Model, a.N, a.Remedy, a.Seed)
	if a.Aborted != "" {
		fmt.Fprintf(&b, "aborted: %s\n", a.Aborted)
	}
	for _, p := range a.Problems {
		fmt.Fprintf(&b, "line %d: %s: %s\n", p.Line, p.Code, p.Message)
	}
	if a.Error != "" {
		fmt.Fprintf(&b, "error: %s\n", a.Error)
	}
	if a.Thinking != "" {
		fmt.Fprintf(&b, "\nthinking:\n%s\n", a.Thinking)
	}
	return b.String()
}

// forgetRejected removes the raw replies of a job that now has a post.
func (f *Folder) forgetRejected(label, slug string) error {
	dir := path.Join(rejected, label)
	if err := f.checkDir(dir); err != nil {
		return err
	}
	return f.root.RemoveAll(path.Join(dir, slug))
}

// RejectedDir is the folder of the raw replies of a label's rejected jobs.
func (f *Folder) RejectedDir(label string) string {
	return filepath.Join(f.dir, filepath.FromSlash(rejected), label)
}
