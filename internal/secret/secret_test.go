package secret_test

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/secret"
)

func TestNoPasswordOrTokenOfAnAddressIsLeft(t *testing.T) {
	const password = "hunter2"
	for in, want := range map[string]string{
		"http://u:hunter2@h:1":                             "http://***@h:1",
		"https://hunter2@h/api":                            "https://***@h/api",
		`server "http://u:p@hunter2@h:1": no`:              `server "http://***@h:1": no`,
		"http://u:p/hunter2@h":                             "http://***@h",
		"HTTP://u:hunter2@h":                               "HTTP://***@h",
		"http://h:1/?token=hunter2&a=b and http://g":       "http://h:1/?*** and http://g",
		"http://h/#hunter2":                                "http://h/?***",
		"u:hunter2@host:11434":                             "***@host:11434",
		`"u:hunter2@host"`:                                 `"***@host"`,
		"nightpress run x.csv --server=http://u:hunter2@h": "nightpress run x.csv --server=http://***@h",
		"http://[::1]:11434/x":                             "http://[::1]:11434/x",
		"a topic: why me@example.org asks":                 "a topic: why me@example.org asks",
		"model qwen3:8b at 127.0.0.1:11434":                "model qwen3:8b at 127.0.0.1:11434",
	} {
		got := secret.Mask(in)
		if got != want || strings.Contains(got, password) {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
		if again := secret.Mask(got); again != got {
			t.Errorf("masked twice, %s becomes %s", got, again)
		}
	}
}
