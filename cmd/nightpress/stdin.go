package main

import (
	"context"
	"io"

	"github.com/nightpress/nightpress/internal/crash"
)

// interruptible is a reader that gives up when its context ends: a read of a
// terminal or a pipe would otherwise outlast every signal.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i interruptible) Read(p []byte) (int, error) {
	type read struct {
		n   int
		err error
	}
	// A buffer of its own: a read that is given up goes on until its end.
	own, done := make([]byte, len(p)), make(chan read, 1)
	crash.Go(func() {
		n, err := i.r.Read(own)
		done <- read{n, err}
	}, func(err error) { done <- read{0, err} })
	select {
	case got := <-done:
		return copy(p, own[:got.n]), got.err
	case <-i.ctx.Done():
		return 0, context.Cause(i.ctx)
	}
}
