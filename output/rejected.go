package output

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/nightpress/nightpress/internal/record"
)

// writeRejected writes every raw reply of a rejected job, with its problems.
func (f *Folder) writeRejected(res *record.Result) error {
	dir := path.Join(rejected, res.Label, res.Slug)
	if err := f.forgetRejected(res.Label, res.Slug); err != nil {
		return err
	}
	for _, a := range res.Attempts {
		base := path.Join(dir, fmt.Sprintf("attempt-%d", a.N))
		if _, err := f.write(base+".txt", []byte(a.Reply)); err != nil {
			return err
		}
		if a.Joined != "" {
			if _, err := f.write(base+".joined.txt", []byte(a.Joined)); err != nil {
				return err
			}
		}
		if _, err := f.write(base+".problems.txt", []byte(problemText(res, &a))); err != nil {
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

// RejectedDir is where what is kept of a label's rejected jobs is.
func (f *Folder) RejectedDir(label string) string {
	return filepath.Join(f.dir, filepath.FromSlash(rejected), label)
}
