//go:build unix

package run

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
)

// A command that hangs is ended, and one that writes without end fills no memory. A
// run that ends does not wait for either.
func TestACommandOfWhileIsBounded(t *testing.T) {
	for command, want := range map[string]string{
		"echo waiting; sleep 600":                    "it ran for 300ms and was ended (waiting)",
		"yes 'a long line' | head -c 100000; exit 7": "exit status 7 (a long line)",
	} {
		control, said := &batch.Control{}, make(chan string, 100)
		c := &condition{
			command: command, every: time.Hour, limit: 300 * time.Millisecond, control: control,
			log: slog.New(slog.DiscardHandler), say: func(text string) { said <- text },
		}
		end := c.begin(t.Context())
		if p := control.Look().Pauses; len(p) != 1 {
			t.Errorf("%s: the run is not paused before the command succeeds: %+v", command, p)
		}
		if text := <-said; !strings.HasSuffix(text, want) || !strings.HasPrefix(text, "paused: the command of while fails: ") {
			t.Errorf("%s: said %.300q, want %q", command, text, want)
		}
		if p := control.Look().Pauses; len(p) != 1 || !strings.HasSuffix(p[0].Reason, want) {
			t.Errorf("%s: paused for %+v", command, p)
		}
		end()
	}
	out := &bounded{most: 10}
	for range 3 {
		if n, err := out.Write([]byte("1234567")); n != 7 || err != nil {
			t.Fatal(n, err)
		}
	}
	if string(out.text) != "1234567123" {
		t.Errorf("%q", out.text)
	}
}
