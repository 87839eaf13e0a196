package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

// tell runs one command line in this process, within a time.
func tell(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	a := &app{args: append([]string{"nightpress"}, args...), stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: os.Getenv, environ: os.Environ, wall: time.Now}
	code = a.run(ctx)
	if ctx.Err() != nil {
		t.Errorf("%s did not end", args)
	}
	return code, out.String(), errs.String()
}
