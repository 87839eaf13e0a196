package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"html/template"
	"io"
	"regexp"
	"strings"

	"github.com/nightpress/nightpress/internal/page"
	"github.com/nightpress/nightpress/internal/sketch"
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
	// Text is the body as it is in the file, and HTML the same, rendered and
	// sanitized.
	Text     string
	HTML     template.HTML
	Headings int
	// Outline holds the first headings of the body.
	Outline []heading
	// Marks counts headings, list items, and bold phrases.
	Marks int
	// Edited is set if the file has changed since nightpress wrote it, and Cut
	// if only its beginning is shown.
	Edited, Cut bool
	sketch      *sketch.Sketch
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
		sketch:      sketch.Of(body),
	}
	p.Text = body
	if len(body) > maxBody {
		body, p.Cut = strings.ToValidUTF8(body[:maxBody], ""), true
	}
	p.HTML = render(visible(body))
	// Sanitized elements have no attributes, and text has no "<".
	p.Headings = strings.Count(string(p.HTML), "</h")
	p.Marks = p.Headings + strings.Count(string(p.HTML), "</li>") + strings.Count(string(p.HTML), "</strong>")
	p.Outline = outline(string(p.HTML))
	return p, nil
}

// heading is one of a body. Deep is set if it is not of the highest level.
type heading struct {
	Text string
	Deep bool
}

// outlineShown bounds the headings of a post that its page lists.
const outlineShown = 30

var (
	headings = regexp.MustCompile(`(?s)<h([3-6])>(.*?)</h[3-6]>`)
	tags     = regexp.MustCompile(`<[^>]*>`)
)

// outline lists the headings of a rendered body, whose highest is an h3.
func outline(body string) (all []heading) {
	for _, m := range headings.FindAllStringSubmatch(body, outlineShown) {
		all = append(all, heading{line(html.UnescapeString(tags.ReplaceAllString(m[2], "")), 120), m[1] != "3"})
	}
	return all
}

// render renders a body so that its highest heading is an h3, which belongs
// below the page's h2.
func render(body string) template.HTML {
	const usual = 2 // "##", the highest heading of most posts
	text := page.HTML(body, 3-usual)
	for first := 1; first <= 6; first++ {
		if !strings.Contains(string(text), fmt.Sprintf("<h%d>", first+3-usual)) {
			continue
		}
		if first != usual {
			text = page.HTML(body, 3-first)
		}
		break
	}
	return text
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
