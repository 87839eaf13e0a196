package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/hint"
)

const reportAt = "https://github.com/nightpress/nightpress/issues"

// explainPanic says of a panic that the fault is ours and what to do. The
// stack goes to a file: it is long, and no person can act on it. Other errors
// stay as they are.
func (a *app) explainPanic(err error) error {
	c, ok := errors.AsType[*crash.Error](err)
	if !ok {
		return err
	}
	text := fmt.Sprintf("nightpress %s, %s %s/%s\n%v\n\n%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH, c, c.Stack)
	where, fileErr := writeCrash(text)
	if fileErr != nil {
		fmt.Fprintln(a.stderr, text)
		where = "the lines above"
	}
	err = fmt.Errorf("a fault in nightpress itself, not in your input: %w", err)
	return hint.Wrapf(err, "report it at %s with %s; the same command resumes", reportAt, where)
}

func writeCrash(text string) (path string, err error) {
	f, err := os.CreateTemp("", "nightpress-crash-*.txt")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.WriteString(text)
	return f.Name(), err
}
