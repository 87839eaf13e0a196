package output

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/errtype"
)

// reservedSlugs returns file names with a meaning for the site generator. No post
// gets one of them. The lists for Hugo 0.165 and Eleventy 3.1 were tried; the
// others follow the generators' documentation.
func (s Site) reservedSlugs() []string {
	var names []string
	switch s.name() {
	case "hugo":
		// index.md makes its folder a leaf bundle, in which no other file is a
		// page (hugo, common/paths/pathparser.go).
		names = []string{"index"}
		if s.Flat {
			// In the content folder itself, they replace the taxonomies' lists.
			names = append(names, "tags", "categories")
		}
	case "jekyll":
		// With a permalink such as /:title.html, they are the site's own pages.
		names = []string{"index", "404"}
	case "eleventy":
		// It overwrites the folder's page.
		names = []string{"index"}
	case "astro":
		// The entry's ID becomes its folder's. Among the pages, these are the
		// folder's page and the error pages.
		names = []string{"index", "404", "500"}
	}
	return names
}

// HiddenLabelError reports a label whose folder the site generator ignores.
type HiddenLabelError struct{ Site, Label string }

func (e *HiddenLabelError) Error() string {
	return fmt.Sprintf("the label %s begins with \"_\", and %s ignores such folders", e.Label, e.Site)
}

// Hint returns what the user can do.
func (e *HiddenLabelError) Hint() string {
	return fmt.Sprintf("give the model another label in models.toml: label = %q", strings.TrimLeft(e.Label, "_"))
}

// checkLabel refuses a label whose posts the generator would not publish
// (jekyll, lib/jekyll/entry_filter.rb; Astro's documentation of pages).
func (s Site) checkLabel(label string) error {
	if !s.Flat && (s.Name == "jekyll" || s.Name == "astro") && strings.HasPrefix(label, "_") {
		return &HiddenLabelError{s.Name, label}
	}
	return nil
}

// Slug is the slug of a text in this folder: SlugIn with the language of the folder's
// slugs, except for names that have a special meaning to its site generator.
func (f *Folder) Slug(text string) string { return f.site.slug(text) }

func (s Site) slug(text string) string {
	slug := SlugIn(text, s.Language)
	if slices.Contains(s.reservedSlugs(), slug) {
		return unreserve(slug)
	}
	return slug
}

// unreserve turns a reserved slug into another one.
func unreserve(slug string) string { return slug + "-post" }

// moveReserved renames the posts to which an older version gave a reserved slug:
// in Hugo, such a post unpublishes its whole folder. It requests nothing again.
// It renames the file before it changes the ledger, and completes an interrupted
// move.
func (p *Posts) moveReserved(ctx context.Context) error {
	f := p.Folder
	for _, from := range f.site.reservedSlugs() {
		given, err := p.Ledger.HasSlug(ctx, from)
		if err != nil || !given {
			if err != nil {
				return err
			}
			continue
		}
		to := unreserve(from)
		if taken, err := p.Ledger.HasSlug(ctx, to); err != nil {
			return err
		} else if taken {
			to = SlugClash(to, from)
		}
		labels, err := p.Ledger.Labels(ctx)
		if err != nil {
			return err
		}
		for _, label := range labels {
			if err := f.renamePost(label, from, to); err != nil {
				return err
			}
		}
		if err := p.Ledger.MoveSlug(ctx, from, to, func(label string) string { return f.PostPath(label, to) }); err != nil {
			return err
		}
	}
	return nil
}

// renamePost renames a post's file, if it exists and the new name is free.
func (f *Folder) renamePost(label, from, to string) error {
	old, name := f.PostPath(label, from), f.PostPath(label, to)
	info, err := f.lstat(old)
	if errtype.Is[*BlockedError](err) || info == nil && err == nil {
		return nil
	}
	if err != nil {
		return err
	}
	if info, err := f.lstat(name); info != nil || err != nil {
		return unlessBlocked(err)
	}
	if err := f.makeDir(path.Dir(name)); err != nil {
		return err
	}
	if err := f.root.Rename(old, name); err != nil {
		return err
	}
	return syncDir(f.root, path.Dir(name))
}
