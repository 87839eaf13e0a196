package topics

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"

	"github.com/nightpress/nightpress/internal/crash"
)

// row is a row of the file with all that it shows by itself.
type row struct {
	rec record
	// blank, header, and selected: nothing is in it, it is the header again, and
	// --where selects it.
	blank, header, selected bool
	// topic is made of it, or bad says why it cannot be. short: it lacks cells at
	// its end.
	topic Topic
	short bool
	bad   *BadRow
	// key is of its topic, and looks of what a person sees of it; looks is the zero
	// value where the repeats are known.
	key, looks sum
	// err is why no more rows can be read.
	err error
}

// lookAt returns what a row shows; bare leaves Topic.Row out. It may be called from many
// goroutines if no column goes into the front matter.
func (in *Input) lookAt(rec record, bare bool) row {
	r := row{rec: rec}
	switch {
	case rec.blank() || rec.line == in.total:
		r.blank = true
		return r
	case in.isHeader(rec):
		r.header = true
		return r
	}
	r.selected = in.selected(rec)
	if r.topic, r.short, r.bad = in.topicOf(rec, bare); r.bad != nil {
		return r
	}
	r.key = hash(r.topic.Text, r.topic.Slug)
	if in.repeats == nil {
		r.looks = in.looks(rec)
	}
	return r
}

// rows yields the rows of a file, one by one; bare leaves their Topic.Row out.
func (in *Input) rows(src source, bare bool) iter.Seq[*row] {
	return func(yield func(*row) bool) {
		for {
			rec, err := src.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(&row{err: fmt.Errorf("read %s: %w", in.name, err)})
				return
			}
			if r := in.lookAt(rec, bare); !yield(&r) {
				return
			}
		}
	}
}

// together is how many rows a goroutine looks at.
const together = 512

// rowsAhead yields what rows yields. It reads and looks ahead of the caller, on all
// processors.
func (in *Input) rowsAhead(src source, bare bool) iter.Seq[*row] {
	if len(in.front) > 0 {
		// What a date means depends on the rows before it.
		return in.rows(src, bare)
	}
	return func(yield func(*row) bool) {
		batches, over := make(chan chan []row, runtime.GOMAXPROCS(0)), make(chan struct{})
		defer close(over)
		crash.Go(func() {
			in.readBatches(src, bare, batches, over)
			close(batches)
		}, func(err error) {
			failed := make(chan []row, 1)
			failed <- []row{{err: err}}
			select {
			case batches <- failed:
			case <-over:
			}
			close(batches)
		})
		for batch := range batches {
			rows := <-batch
			for i := range rows {
				if !yield(&rows[i]) || rows[i].err != nil {
					return
				}
			}
		}
	}
}

// readBatches reads all records. A goroutine for each batch of them makes rows of them,
// and the batches come in the order of the file.
func (in *Input) readBatches(src source, bare bool, batches chan<- chan []row, over <-chan struct{}) {
	for ended := false; !ended; {
		recs := make([]record, 0, together)
		var failed error
		for len(recs) < together && !ended {
			rec, err := src.next()
			switch {
			case errors.Is(err, io.EOF):
				ended = true
			case err != nil:
				ended, failed = true, fmt.Errorf("read %s: %w", in.name, err)
			default:
				recs = append(recs, rec)
			}
		}
		batch := make(chan []row, 1)
		select {
		case batches <- batch:
		case <-over:
			return
		}
		crash.Go(func() {
			rows := make([]row, 0, len(recs)+1)
			for _, rec := range recs {
				rows = append(rows, in.lookAt(rec, bare))
			}
			if failed != nil {
				rows = append(rows, row{err: failed})
			}
			batch <- rows
		}, func(err error) { batch <- []row{{err: err}} })
	}
}
