package plan

import (
	"iter"

	"github.com/nightpress/nightpress/internal/crash"
	"golang.org/x/sync/errgroup"
)

// chunksAhead is how many chunks are read before they are used.
const chunksAhead = 2

// ahead yields the chunks of a sequence. It reads them in another goroutine, a little
// ahead, so that reading the input and working on its topics each have a
// processor. The goroutine has ended when the iteration ends.
func ahead(chunks iter.Seq2[[]*Candidate, error]) iter.Seq2[[]*Candidate, error] {
	type element struct {
		chunk []*Candidate
		err   error
	}
	return func(yield func([]*Candidate, error) bool) {
		read, over := make(chan element, chunksAhead), make(chan struct{})
		var group errgroup.Group
		group.Go(crash.Guarded(func() error {
			defer close(read)
			for chunk, err := range chunks {
				select {
				case read <- element{chunk, err}:
				case <-over:
					return nil
				}
			}
			return nil
		}))
		going := true
		defer func() {
			close(over)
			if err := group.Wait(); err != nil && going {
				yield(nil, err)
			}
		}()
		for e := range read {
			if going = yield(e.chunk, e.err); !going {
				return
			}
		}
	}
}
