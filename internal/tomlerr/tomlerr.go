// Package tomlerr puts the decoder's errors about TOML into words for a person.
package tomlerr

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// typeError matches the decoder's message about a value of the wrong type, for
// which it has no error type (BurntSushi/toml v1.6.0, decode.go, errorf).
var typeError = regexp.MustCompile(`^toml: line (\d+) \(last key "([^"]*)"\): (?:incompatible types: TOML value has type (\S+); destination has type (\S+)|type mismatch for .*: expected (\S+) but found (\S+)|(.*))$`)

// kinds describes the decoder's types.
var kinds = map[string]string{
	"string": "a string", "integer": "a whole number", "int": "a whole number", "int64": "a whole number", "float": "a number", "float64": "a number",
	"boolean": "true or false", "bool": "true or false", "slice": "a list", "any": "a list", "map": "a table", "map[string]any": "a table", "struct": "a table", "table": "a table", "datetime": "a date", "time.Time": "a date",
}

func kind(name string) string {
	if name == "[]any" || strings.HasPrefix(name, "[]map") {
		return "a list"
	}
	if words := kinds[strings.TrimPrefix(name, "[]")]; words != "" {
		return words
	}
	return name
}

// Type describes an error about a value of the wrong type: the line of the TOML text,
// from 1, and what is wrong with which key. ok is false for any other error.
func Type(err error) (line int, text string, ok bool) {
	m := typeError.FindStringSubmatch(err.Error())
	if m == nil {
		return 0, strings.TrimPrefix(err.Error(), "toml: "), false
	}
	line, _ = strconv.Atoi(m[1])
	is, must := m[3]+m[6], m[4]+m[5]
	if is == "" {
		return line, m[2] + ": " + m[7], true
	}
	return line, fmt.Sprintf("%s is %s; it must be %s", m[2], kind(is), kind(must)), true
}
