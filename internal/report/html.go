package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// Pages configures where and how pages are written.
type Pages struct {
	// Dir is created if it is missing. Files in it that are not pages of a
	// report stay untouched. Write fails if one has the name of a page.
	Dir string
	// Version is nightpress's own.
	Version string
	// Number counts how often a report that is served was made. Its pages look for a
	// higher number and load themselves again. 0 is a report that is not served.
	Number int64
	// Now is written into the pages; nil means the machine's clock.
	Now func() time.Time
}

// Written counts what the pages show.
type Written struct{ Models, Topics, Jobs int }

func (w Written) String() string {
	return term.Count(w.Models, "model") + ", " + term.Count(w.Topics, "topic") + ", " + term.Count(w.Jobs, "job")
}

// Write writes index.html and a page for each topic. Each file is replaced as
// a whole, index.html last. Then Write removes the pages of topics that no
// longer exist.
func (r *Report) Write(ctx context.Context, p Pages) (w Written, err error) {
	f, err := openFolder(p.Dir)
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, f.root.Close()) }()
	if p.Now == nil {
		p.Now = time.Now
	}
	book := &book{Pages: p, folder: f, report: r, list: newList()}
	if book.answers, err = r.answers(ctx); err != nil {
		return w, err
	}
	models, err := r.walk(ctx, true, book.topic)
	if err == nil {
		err = book.finish(ctx, models)
	}
	return Written{len(models), book.topics, book.jobs}, err
}

// book writes the pages as it receives the topics.
type book struct {
	Pages
	folder *folder
	report *Report
	// waiting is the page of the previous topic. It is written once the page
	// that it links to as the next one is known.
	waiting *topicPage
	// list is the list being filled. first is index.html's, once a second
	// list exists.
	list, first         *list
	lists, topics, jobs int
	repetitions         []repetition
	repetitionsOmitted  int
	answers             map[string][]said
}

// repetition is a post that nearly repeats another one.
type repetition struct {
	Model, Page, Slug, OfPage, Of string
}

// repetitionsShown bounds the examples on the index page.
const repetitionsShown = 20

func (b *book) topic(t *topic) error {
	if len(b.list.Topics) == listSize {
		if err := b.turn(); err != nil {
			return err
		}
	}
	b.topics++
	b.jobs += len(t.Entries)
	b.list.add(t)
	for _, e := range t.Entries {
		if e.repeats == "" {
			continue
		}
		if len(b.repetitions) == repetitionsShown {
			b.repetitionsOmitted++
			continue
		}
		b.repetitions = append(b.repetitions, repetition{e.model.Name, pageName(t.Slug), t.Slug, pageName(e.repeats), e.repeats})
	}
	page := newTopicPage(t, b.topics, "../"+listName(b.lists))
	page.Sheet = b.sheets().topic
	page.Answers = b.answers[fold(t.Slug)]
	if n := len(page.Answers); n > answersShown {
		page.Answers, page.AnswersLeft = page.Answers[:answersShown], n-answersShown
	}
	if err := b.flush(page); err != nil {
		return err
	}
	b.waiting = page
	return nil
}

// flush writes the waiting page; next is nil at the end.
func (b *book) flush(next *topicPage) error {
	page := b.waiting
	if page == nil {
		return nil
	}
	if next != nil {
		page.Next = &link{next.file, next.Topic}
		next.Prev = &link{page.file, page.Topic}
	}
	return b.write("topics/"+page.file, "topic.html", page)
}

// turn begins another list. The first list waits for the figures; turn writes
// any other.
func (b *book) turn() error {
	if b.lists == 0 {
		b.first = b.list
	} else if err := b.writeList(); err != nil {
		return err
	}
	b.lists++
	b.list = newList()
	return nil
}

func (b *book) writeList() error {
	data, err := b.list.script()
	if err != nil {
		return err
	}
	return b.write(listName(b.lists), "list.html", &indexPage{Sheet: b.sheets().index, Title: "Topics", Data: data, List: b.lists + 1, Version: b.Version})
}

func (b *book) finish(ctx context.Context, models []*Model) error {
	if err := b.flush(nil); err != nil {
		return err
	}
	if b.lists > 0 {
		if err := b.writeList(); err != nil {
			return err
		}
	} else {
		b.first = b.list
	}
	page, err := b.index(ctx, models)
	if err != nil {
		return err
	}
	if err := b.write("index.html", "index.html", page); err != nil {
		return err
	}
	return b.folder.sweep()
}

func (b *book) write(name, template string, data any) error {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, template, data); err != nil {
		return err
	}
	return b.folder.write(name, page.Bytes())
}

// pageName is the file name of a topic's page. A slug that is not a safe file
// name is replaced by its hash. Only a ledger of foreign origin has such slugs.
func pageName(slug string) string {
	if own := output.TopicSlug(slug); output.Slug(own) == fold(own) {
		return slug + ".html"
	}
	sum := sha256.Sum256([]byte(fold(slug)))
	return "topic-" + hex.EncodeToString(sum[:8]) + ".html"
}
