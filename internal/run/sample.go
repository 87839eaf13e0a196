package run

import (
	"fmt"

	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/internal/topics"
)

// Sample chooses a part of the topics: N of them, drawn with a seed. The zero
// value is all topics.
type Sample struct {
	N    int
	Seed int64
}

// draw leaves a sample of the input and makes the report speak of it.
func (f Sample) draw(in *topics.Input, rep *topics.Report) (of int, err error) {
	if f.N == 0 {
		return 0, nil
	}
	of = rep.Topics
	rep.Topics, err = in.Sample(f.N, f.Seed)
	rep.Bad, rep.BadRows, rep.Duplicates = nil, 0, 0
	return of, err
}

// Text says which sample it is, for people.
func (f Sample) Text(topics, of int) string {
	return fmt.Sprintf("%s of %s topics, seed %d", term.Number(topics), term.Number(of), f.Seed)
}
