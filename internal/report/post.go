package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/nightpress/nightpress/internal/page"
	"github.com/nightpress/nightpress/output"
)

const (
	// maxFile bounds what is read of a post's file, and maxBody what is shown.
	// A post of ten thousand words has about 60,000 bytes.
	maxFile = 4 << 20
	maxBody = 128 << 10
)

// post is the content of a post's file.
type post struct {
	Title, Description string
	Tags, Categories   []string
	// HTML is the rendered and sanitized body.
	HTML     template.HTML
	Headings int
	// Edited is set if the file has changed since nightpress wrote it, and Cut
	// if only its beginning is shown.
	Edited, Cut bool
	sketch      *sketch
}

// readPost reads the file of a job. It returns nil if the job never had a post, or
// if the file is missing.
func readPost(e *entry) (*post, error) {
	if e.Path == "" {
		return nil, nil
	}
	file, err := e.source.folder.Open(e.Path)
	if file == nil || err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.source.dir, err)
	}
	meta, body, err := output.Decode(data)
	if err != nil {
		// Someone removed the front matter. The text can still be shown.
		meta, body = nil, string(data)
	}
	sum := sha256.Sum256(data)
	p := &post{
		Title:       one(meta["title"]),
		Description: one(meta["description"]),
		Tags:        many(meta["tags"]),
		Categories:  many(meta["categories"]),
		Edited:      e.SHA256 != "" && e.SHA256 != hex.EncodeToString(sum[:]),
		sketch:      newSketch(body),
	}
	if len(body) > maxBody {
		body, p.Cut = strings.ToValidUTF8(body[:maxBody], ""), true
	}
	p.HTML = render(visible(body))
	// Sanitized elements have no attributes, and text has no "<".
	p.Headings = strings.Count(string(p.HTML), "</h")
	return p, nil
}

// render renders a body so that its highest heading is an h3, which belongs
// below the page's h2.
func render(body string) template.HTML {
	const usual = 2 // "##", the highest heading of most posts
	html := page.HTML(body, 3-usual)
	for first := 1; first <= 6; first++ {
		if !strings.Contains(string(html), fmt.Sprintf("<h%d>", first+3-usual)) {
			continue
		}
		if first != usual {
			html = page.HTML(body, 3-first)
		}
		break
	}
	return html
}

func one(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return ""
}

func many(v any) (list []string) {
	items, _ := v.([]any)
	for _, i := range items {
		if s := one(i); s != "" {
			list = append(list, s)
		}
	}
	return list
}
