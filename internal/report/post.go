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
	// maxFile bounds the file that is read for a post, maxBody what of it is
	// shown. A post of ten thousand words has about 60,000 bytes.
	maxFile = 4 << 20
	maxBody = 128 << 10
)

// post is what a post's file holds.
type post struct {
	Title, Description string
	Tags, Categories   []string
	// HTML is the body, rendered and harmless.
	HTML     template.HTML
	Headings int
	// Edited says that the file is not as nightpress wrote it, Cut that only
	// its beginning is shown.
	Edited, Cut bool
	sketch      *sketch
}

// readPost reads the file of an accepted job; nil when it is not there or is
// no post.
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
		// Someone took the front matter away; there is still something to
		// read.
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
	// Whatever the policy let through has no attributes, and text has no "<".
	p.Headings = strings.Count(string(p.HTML), "</h")
	return p, nil
}

// render renders a body below a page's h2, whatever level its headings begin
// at.
func render(body string) template.HTML {
	const usual = 2 // "##", the level that a post begins with
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
