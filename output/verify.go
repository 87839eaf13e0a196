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

// Difference is one way in which the folder is not as the ledger says.
type Difference struct {
	// Kind is one of the kinds below.
	Kind string `json:"kind"`
	// Path is below the folder, with "/".
	Path string `json:"path"`
	// Label and Slug are "" for a file that belongs to no topic.
	Label string `json:"label,omitempty"`
	Slug  string `json:"slug,omitempty"`
	Text  string `json:"text"`
}

// The kinds of differences; the names are promised.
const (
	// Missing: the ledger says that the post is there, and it is not.
	Missing = "missing"
	// Altered: the post is not as it was written.
	Altered = "altered"
	// Extra: a file among the posts that the ledger does not know.
	Extra = "extra"
	// Unrecorded: a post whose run was killed before its entry was committed.
	Unrecorded = "unrecorded"
	// Orphan: the post's topic is no longer listed.
	Orphan = "orphan"
	// Leftover: a temporary file of a run that was killed.
	Leftover = "leftover"
	// Blocked: something other than a file that can be read is in the location
	// of a post, or of a label's folder.
	Blocked = "blocked"
)

// Verifier compares a folder with its ledger. It writes nothing.
type Verifier struct {
	Folder *Folder
	Ledger *ledger.Ledger
	// Listed, when set, tells whether a slug's topic is still listed.
	Listed func(slug string) bool
	// Posts counts the posts that were looked at.
	Posts int

	// known are the hashes of the paths that the ledger says are posts.
	known map[[16]byte]struct{}
}

// Differences yields every difference. It may be asked while a run writes: what
// that run is just changing is looked at twice. An error ends it.
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

// recorded looks at every post that the ledger says is there.
func (v *Verifier) recorded(ctx context.Context, say func(Difference) bool) (bool, error) {
	for s, err := range v.Ledger.Placed(ctx) {
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

// post compares one post with its file; where they differ the ledger is asked
// again, for a run may have replaced it meanwhile.
func (v *Verifier) post(ctx context.Context, s ledger.PlacedPost) (*Difference, error) {
	for again := false; ; again = true {
		sum, there, err := v.Folder.Hash(s.Label, s.Slug)
		if blocked := new(BlockedError); errors.As(err, &blocked) {
			return &Difference{Blocked, v.Folder.PostPath(s.Label, s.Slug), s.Label, s.Slug, blocked.text(v.Folder.PostPath(s.Label, s.Slug))}, nil
		}
		if err != nil || there && sum == s.SHA256 {
			return nil, err
		}
		now, err := v.Ledger.Place(ctx, s.Label, s.Slug)
		if err != nil {
			return nil, err
		}
		if now.SHA256 != s.SHA256 && !again {
			s.Place = now
			continue
		}
		d := &Difference{Altered, v.Folder.PostPath(s.Label, s.Slug), s.Label, s.Slug, "the file is not as it was written"}
		if !there {
			d.Kind, d.Text = Missing, "the post is gone from the folder; a run makes it again"
		} else if own, err := v.Folder.Own(s.Label, s.Slug); err != nil {
			return nil, err
		} else if own != nil {
			d.Kind, d.Text = Unrecorded, unrecordedText
		}
		return d, nil
	}
}

const unrecordedText = "written by a run that ended before it was recorded; the next run records it"

// unknown looks for files among the posts that the ledger does not know.
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
		if blocked := new(BlockedError); errors.As(v.Folder.checkDir(dir), &blocked) {
			// Looking into it would follow a link, or wait for a pipe.
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
	if blocked := new(BlockedError); errors.As(err, &blocked) {
		return &Difference{Kind: Blocked, Path: p, Label: label, Text: blocked.text(p)}, nil
	}
	if err != nil || own == nil {
		return &Difference{Kind: Extra, Path: p, Label: label, Text: "the ledger does not know it"}, err
	}
	// A run may have recorded it since.
	now, err := v.Ledger.Place(context.Background(), label, own.Slug)
	if err != nil || now.SHA256 == own.Files.SHA256 {
		return nil, err
	}
	return &Difference{Unrecorded, p, label, own.Slug, unrecordedText}, nil
}

// walk gives the names in a folder, a few at a time: a million are too many to
// hold.
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

// leftover looks for temporary files, unless they are a writer's.
func (v *Verifier) leftover(_ context.Context, say func(Difference) bool) (bool, error) {
	if w, err := Holder(v.Folder.dir); err != nil || w != nil {
		return true, nil
	}
	return v.walk(temps, func(name string) (bool, error) {
		return say(Difference{Kind: Leftover, Path: path.Join(temps, name), Text: "left by a run that was killed; the next run removes it"}), nil
	})
}
