package output

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"

	"github.com/nightpress/nightpress/internal/ledger"
)

// Difference is a difference between the folder and its ledger.
type Difference struct {
	// Kind is one of the kinds below.
	Kind string `json:"kind"`
	// Path is the path below the folder, with "/".
	Path string `json:"path"`
	// Label and Slug are "" for a file that belongs to no topic.
	Label string `json:"label,omitempty"`
	Slug  string `json:"slug,omitempty"`
	Text  string `json:"text"`
}

// The kinds of differences. The names are stable.
const (
	// Missing: the ledger has the post, but the folder does not.
	Missing = "missing"
	// Altered: the post changed after it was written.
	Altered = "altered"
	// Extra: the ledger does not know this file among the posts.
	Extra = "extra"
	// Unrecorded: the run of this post was killed before it was recorded.
	Unrecorded = "unrecorded"
	// Orphan: the post's topic is no longer listed.
	Orphan = "orphan"
	// Leftover: a killed run left this temporary file.
	Leftover = "leftover"
	// Blocked: something other than a readable file is at the path of a post,
	// or something other than a folder at the path of a label.
	Blocked = "blocked"
)

// Verifier compares a folder with its ledger. It writes nothing.
type Verifier struct {
	Folder *Folder
	Ledger *ledger.Ledger
	// Listed, if set, reports whether a slug's topic is still listed.
	Listed func(slug string) bool
	// Posts counts the posts that were checked.
	Posts int

	// known holds the hashes of the paths of all posts in the ledger.
	known map[[16]byte]struct{}
}

// Differences yields every difference and stops at an error. A run may write at
// the same time: what it changes meanwhile is checked again.
func (v *Verifier) Differences(ctx context.Context) iter.Seq2[Difference, error] {
	return func(yield func(Difference, error) bool) {
		v.known, v.Posts = map[[16]byte]struct{}{}, 0
		for _, step := range []func(context.Context, func(Difference) bool) (bool, error){v.recorded, v.unknown, v.leftover} {
			going, err := step(ctx, func(d Difference) bool { return yield(d, nil) })
			if err != nil && going {
				yield(Difference{}, err)
			}
			if err != nil || !going {
				return
			}
		}
	}
}

func pathHash(p string) [16]byte {
	sum := sha256.Sum256([]byte(strings.ToLower(p)))
	return [16]byte(sum[:16])
}

// recorded checks every post in the ledger.
func (v *Verifier) recorded(ctx context.Context, say func(Difference) bool) (bool, error) {
	for s, err := range v.Ledger.Posts(ctx) {
		if err != nil {
			return true, err
		}
		v.Posts++
		p := v.Folder.PostPath(s.Label, s.Slug)
		v.known[pathHash(p)] = struct{}{}
		d, err := v.post(ctx, s)
		if err != nil {
			return true, err
		}
		if d != nil && !say(*d) {
			return false, nil
		}
		if v.Listed != nil && !v.Listed(s.Slug) && !say(Difference{Orphan, p, s.Label, s.Slug, "its topic is no longer listed"}) {
			return false, nil
		}
	}
	return true, nil
}

// post compares a post with its file. If they differ, it reads the ledger again,
// because a run may have replaced the post meanwhile.
func (v *Verifier) post(ctx context.Context, s ledger.LocatedPost) (*Difference, error) {
	for again := false; ; again = true {
		sum, exists, err := v.Folder.Hash(s.Label, s.Slug)
		if blocked, ok := errors.AsType[*BlockedError](err); ok {
			return &Difference{Blocked, v.Folder.PostPath(s.Label, s.Slug), s.Label, s.Slug, blocked.text(v.Folder.PostPath(s.Label, s.Slug))}, nil
		}
		if err != nil || exists && sum == s.SHA256 {
			return nil, err
		}
		now, err := v.Ledger.Post(ctx, s.Label, s.Slug)
		if err != nil {
			return nil, err
		}
		if now.SHA256 != s.SHA256 && !again {
			s.Post = now
			continue
		}
		d := &Difference{Altered, v.Folder.PostPath(s.Label, s.Slug), s.Label, s.Slug, "the file changed after it was written"}
		if !exists {
			d.Kind, d.Text = Missing, "the post is missing from the folder; the next run makes it again"
		} else if own, err := v.Folder.Own(s.Label, s.Slug); err != nil {
			return nil, err
		} else if own != nil {
			d.Kind, d.Text = Unrecorded, unrecordedText
		}
		return d, nil
	}
}

const unrecordedText = "its run ended before the post was recorded; the next run records it"

// unknown finds files among the posts that the ledger does not know.
func (v *Verifier) unknown(ctx context.Context, say func(Difference) bool) (bool, error) {
	labels, err := v.Ledger.Labels(ctx)
	if err != nil {
		return true, err
	}
	dirs := map[string]string{}
	for _, l := range labels {
		dirs[v.Folder.labelDir(l)] = l
	}
	for dir, label := range dirs {
		if blocked, ok := errors.AsType[*BlockedError](v.Folder.checkDir(dir)); ok {
			// Reading it would follow a link, or wait for a pipe.
			if !say(Difference{Kind: Blocked, Path: blocked.Path, Label: label, Text: blocked.What}) {
				return false, nil
			}
			continue
		}
		going, err := v.walk(dir, func(name string) (bool, error) {
			p := v.candidate(dir, name)
			if _, known := v.known[pathHash(p)]; known || !strings.HasSuffix(p, ".md") || strings.HasPrefix(p, inner+"/") {
				return true, nil
			}
			d, err := v.file(p, label)
			return d == nil || say(*d), err
		})
		if err != nil || !going {
			return going, err
		}
	}
	return true, nil
}

// candidate is the path of the post that a name in a label's folder can be. What
// lies beside a bundle's post belongs to the bundle.
func (v *Verifier) candidate(dir, name string) string {
	p := path.Join(dir, name)
	if v.Folder.site.Bundle {
		if info, err := v.Folder.root.Lstat(p); err == nil && info.IsDir() {
			return path.Join(p, bundled)
		}
	}
	return p
}

// file says of a file that the ledger did not know a moment ago what it is.
func (v *Verifier) file(p, label string) (*Difference, error) {
	info, err := v.Folder.lstat(p)
	if err == nil && info == nil {
		return nil, nil
	}
	own, err := v.Folder.own(p)
	if blocked, ok := errors.AsType[*BlockedError](err); ok {
		return &Difference{Kind: Blocked, Path: p, Label: label, Text: blocked.text(p)}, nil
	}
	if err != nil || own == nil {
		return &Difference{Kind: Extra, Path: p, Label: label, Text: "the ledger does not know it"}, err
	}
	// A run may have recorded it since.
	now, err := v.Ledger.Post(context.Background(), label, own.Slug)
	if err != nil || now.SHA256 == own.Files.SHA256 {
		return nil, err
	}
	return &Difference{Unrecorded, p, label, own.Slug, unrecordedText}, nil
}

// walk calls fn for each name in a folder. It reads a few names at a time, because
// a folder may have a million.
func (v *Verifier) walk(dir string, fn func(name string) (bool, error)) (bool, error) {
	if v.Folder.root == nil {
		return true, nil
	}
	d, err := v.Folder.root.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return true, err
	}
	defer d.Close()
	for {
		entries, err := d.ReadDir(512)
		for _, e := range entries {
			if going, err := fn(e.Name()); err != nil || !going {
				return going, err
			}
		}
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return true, fmt.Errorf("read %s: %w", dir, err)
		}
	}
}

// leftover finds temporary files, unless a writer is active.
func (v *Verifier) leftover(_ context.Context, say func(Difference) bool) (bool, error) {
	if w, err := Holder(v.Folder.dir); err != nil || w != nil {
		return true, nil
	}
	return v.walk(temps, func(name string) (bool, error) {
		return say(Difference{Kind: Leftover, Path: path.Join(temps, name), Text: "left by a killed run; the next run removes it"}), nil
	})
}
