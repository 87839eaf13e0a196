package tomlerr_test

import (
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/nightpress/nightpress/internal/tomlerr"
)

func TestAValueOfTheWrongTypeIsToldInWords(t *testing.T) {
	var into struct {
		Contract struct {
			End      []string
			Language string
			Fields   []struct{ Min int }
			Body     struct{ Echo bool }
		}
	}
	for text, want := range map[string]string{
		"[contract]\nend = { a = 1 }":       "contract.end is a table; it must be a list",
		"[contract]\nend = \"x\"":           "contract.end is a string; it must be a list",
		"[contract]\nend = [1]":             "contract.end is a whole number; it must be a string",
		"[contract]\nlanguage = [\"a\"]":    "contract.language is a list; it must be a string",
		"[contract]\nlanguage = 1.5":        "contract.language is a number; it must be a string",
		"[[contract.fields]]\nmin = \"x\"":  "contract.fields.min is a string; it must be a whole number",
		"[contract]\nbody = 3":              "contract.body is a whole number; it must be a table",
		"[contract.body]\necho = \"x\"":     "contract.body.echo is a string; it must be true or false",
		"[contract]\nfields = { min = 3 }":  "contract.fields is a table; it must be a list",
		"[contract]\nfields = [\"a\"]":      "contract.fields is a string; it must be a table",
		"[contract]\nlanguage = 2024-01-02": "contract.language is a date; it must be a string",
	} {
		_, err := toml.Decode(text, &into)
		if err == nil {
			t.Errorf("%q is no error", text)
			continue
		}
		if line, got, ok := tomlerr.Type(err); !ok || got != want || line != 2 {
			t.Errorf("%q: line %d, %q, want %q (%v)", text, line, got, want, err)
		}
	}
}
