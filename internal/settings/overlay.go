package settings

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nightpress/nightpress/internal/config"
)

const (
	fromFile    = "models.toml"
	fromDefault = "default"
)

// overlay lays environment and flags over the file's values and notes where
// each came from.
type overlay struct {
	given  Given
	getenv func(string) string
	s      *Settings
	err    error
}

func (o *overlay) last() Origin { return o.s.origins[len(o.s.origins)-1] }

func (o *overlay) note(key, value, from string) {
	o.s.origins = append(o.s.origins, Origin{key, value, from})
}

// where names the place of the last value as a person wrote it: the flag, the
// variable, or the key.
func (o *overlay) where() string {
	if from := o.last().From; from != fromFile && from != fromDefault {
		return from
	}
	return o.last().Key + " in " + o.s.Path
}

// fail adds a fault of a value: all of them are reported together.
func (o *overlay) fail(format string, args ...any) {
	o.err = errors.Join(o.err, fmt.Errorf(format, args...))
}

// text chooses between a flag, a variable and the file.
func (o *overlay) text(key, flag, variable, file string) string {
	value, set := o.given(flag)
	switch {
	case flag != "" && set:
		o.note(key, value, "--"+flag)
		return value
	case o.getenv(variable) != "":
		o.note(key, o.getenv(variable), variable)
		return o.getenv(variable)
	case o.s.Has(key):
		o.note(key, file, fromFile)
	default:
		o.note(key, file, fromDefault)
	}
	return file
}

// number is text for a number from 1 to most.
func (o *overlay) number(key, flag, variable string, file, most int) int {
	text := o.text(key, flag, variable, strconv.Itoa(file))
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		o.fail("%s is %s; it is a whole number from 1 to %d", o.where(), text, most)
	}
	return n
}

// workers is text for a number of workers, or "auto".
func (o *overlay) workers(key, flag, variable string, file config.Workers) config.Workers {
	text := o.text(key, flag, variable, file.String())
	w, ok := config.ParseWorkers(text)
	if !ok {
		o.err = fmt.Errorf("%s is %s; it is auto, or a whole number from 1 to %d", o.where(), text, config.MostWorkers)
	}
	return w
}

// tokens is text for a number of tokens, 0 for no bound.
func (o *overlay) tokens(key, flag, variable string, file int) int {
	text := o.text(key, flag, variable, strconv.Itoa(file))
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		o.fail("%s is %s; it is a number of tokens, or 0 for no bound", o.where(), text)
	}
	return n
}

// span is text for a span of time.
func (o *overlay) span(key, flag string, usual time.Duration) time.Duration {
	d, err := time.ParseDuration(o.text(key, flag, "", usual.String()))
	if err != nil || d <= 0 {
		o.fail("%s is %s; it is a span of time, such as 30m or 2h", o.where(), o.last().Value)
	}
	return d
}
