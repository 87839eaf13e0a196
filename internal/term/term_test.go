package term

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"
)

func TestCleanTakesAwayWhatATerminalWouldObey(t *testing.T) {
	for in, want := range map[string]string{
		"plain – ümlaut 日本 🎉":                      "plain – ümlaut 日本 🎉",
		"\x1b[31mred\x1b[0m":                       "red",
		"\x1b]0;title\x07after":                    "after",
		"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\": "link",
		"\x1bPdevice\x1b\\control":                 "control",
		"a\x1bcb":                                  "ab",
		"\u009b2Jcleared":                          "cleared",
		"two\nlines\tand\ra tab":                   "two lines and a tab",
		"bell\a, back\bspace\x00":                  "bell, backspace",
		"\u202eright to left\u202c":                "right to left",
		"zero\u200bwidth\ufeff":                    "zerowidth",
		"broken\xff":                               "broken\ufffd",
		"👩\u200d💻 keeps its joiner":                "👩\u200d💻 keeps its joiner",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNothingThatCleanReturnsIsAControlCharacter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Clean(rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("\x1b[]P\\\a;m0\u009b\u009d\u202e")))).Draw(t, "text"))
		if i := strings.IndexFunc(s, unicode.IsControl); i >= 0 {
			t.Fatalf("%q has a control character at %d", s, i)
		}
		if Clean(s) != s {
			t.Fatalf("%q is cleaned again to %q", s, Clean(s))
		}
	})
}

func TestTruncateCountsColumnsAndCutsNoCharacter(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"short", 10, "short"},
		{"a longer text", 10, "a longe..."},
		{"日本語のとても長い題名", 10, "日本語..."},
		{"👩\u200d💻👩\u200d💻👩\u200d💻👩\u200d💻", 7, "👩\u200d💻👩\u200d💻..."},
	} {
		if got := Truncate(c.in, c.width); got != c.want {
			t.Errorf("Truncate(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

func TestFiguresReadAsAPersonSaysThem(t *testing.T) {
	for got, want := range map[string]string{
		Number(0): "0", Number(999): "999", Number(1000): "1,000", Number(1234567): "1,234,567", Number(-1234): "-1,234",
		Count(1, "post"): "1 post", Count(2000, "post"): "2,000 posts",
		Duration(400 * time.Millisecond): "0.4 s", Duration(42 * time.Second): "42 s",
		Duration(7*time.Minute + 5*time.Second): "7 min 5 s", Duration(72 * time.Minute): "1 h 12 min",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// tip is an error with something to type.
type tip struct {
	error
	hint string
}

func (t tip) Hint() string  { return t.hint }
func (t tip) Unwrap() error { return t.error }

func TestEachErrorHasItsOwnHintBelowItAndNoneIsPrintedTwice(t *testing.T) {
	var b bytes.Buffer
	PrintError(&b, tip{errors.Join(
		tip{errors.New("the first"), "mend the first"},
		fmt.Errorf("the second: %w", tip{errors.New("\x1b[31mdeep"), "mend the second"}),
		tip{errors.New("the third"), "mend the first"},
	), "or go on"})
	want := `nightpress: the first
hint: mend the first
nightpress: the second: deep
hint: mend the second
nightpress: the third
hint: or go on
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestAPlainProgressSaysWhereItIsNowAndThenAndEveryRejection(t *testing.T) {
	var b bytes.Buffer
	now := time.Unix(1000, 0)
	p := NewProgress(&b, false, func(string) string { return "" }, func() time.Time { return now })
	p.Start(100, 40, func() (time.Duration, bool) { return 90 * time.Minute, true })
	p.Loading("a:7b", "a-7b")
	p.Loaded("a:7b", 3*time.Second)
	b.Reset()
	for range 6 {
		now = now.Add(10 * time.Second)
		p.Tokens(50)
		p.Job("topic", "a-7b", "done", "")
	}
	p.Job("evil\x1b[2J\ntopic", "a-7b", "rejected", "4 attempts, the last: too short")
	p.Finish()
	want := `nightpress: a-7b: 42 of 100, 0 rejected, 4 tokens/s, 1 h 30 min left
nightpress: a-7b: 45 of 100, 0 rejected, 4 tokens/s, 1 h 30 min left
nightpress: rejected a-7b for evil topic: 4 attempts, the last: too short
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestAQuietProgressSaysNothing(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, true, func(string) string { return "" }, time.Now)
	p.Start(2, 0, func() (time.Duration, bool) { return 0, false })
	p.Loading("a", "a")
	p.Job("x", "a", "rejected", "why")
	p.Note("note")
	p.Finish()
	if b.Len() > 0 {
		t.Errorf("said %q", b.String())
	}
}

func TestTheStateGivesUpTheNameAndThenTheSpeedWhereItIsNarrow(t *testing.T) {
	p := &Progress{label: "a-model:latest", total: 124, done: 4, now: time.Now, left: func() (time.Duration, bool) { return 48 * time.Second, true }}
	for width, want := range map[int]string{
		100: "a-model:latest: 4 of 124, 0 rejected, 0 tokens/s, 48 s left",
		56:  "a-model:...: 4 of 124, 0 rejected, 0 tokens/s, 48 s left",
		46:  "a-model:la...: 4 of 124, 0 tokens/s, 48 s left",
		40:  "4 of 124, 0 tokens/s, 48 s left",
		30:  "4 of 124, 48 s left",
		15:  "4 of 124, 48...",
		-5:  "...",
	} {
		if got := p.state(width); got != want {
			t.Errorf("%d columns: %q, want %q", width, got, want)
		}
	}
	p.rejected = 2
	if got, want := p.state(40), "4 of 124, 2 rejected, 48 s left"; got != want {
		t.Errorf("with rejected jobs: %q, want %q", got, want)
	}
	p.rejected = 0
	p.Ending()
	if got, want := p.state(100), "a-model:latest: 4 of 124, 0 rejected, 0 tokens/s"; got != want {
		t.Errorf("when it ends: %q, want %q", got, want)
	}
}
