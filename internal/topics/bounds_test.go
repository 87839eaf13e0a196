package topics_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/topics"
)

// long opens a text that is made as it is read.
func long(t *testing.T, parts ...any) *topics.Input {
	t.Helper()
	var readers []io.Reader
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			readers = append(readers, strings.NewReader(p))
		case io.Reader:
			readers = append(readers, p)
		}
	}
	in, err := topics.Open("-", topics.Options{}, io.MultiReader(readers...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	return in
}

// again is a text many times.
type again struct {
	text string
	n    int
	rest string
}

func (a *again) Read(p []byte) (int, error) {
	if a.rest == "" {
		if a.n == 0 {
			return 0, io.EOF
		}
		a.n--
		a.rest = a.text
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// allocated runs fn and returns how many bytes were allocated meanwhile, which
// bounds what was held.
func allocated(fn func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fn()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestALongCellIsOneBadRowInBoundedMemory(t *testing.T) {
	line := strings.Repeat("x", 2400) + "\n"
	for name, c := range map[string]struct {
		in   []any
		want string
	}{
		"a quoted cell over many lines":         {[]any{"topic,note\nCats,a\n\"", &again{text: line, n: 20_000}, "end\",b\nDogs,c\n"}, "20,001 lines"},
		"the same in a column that nobody uses": {[]any{"topic,note\nCats,a\nBirds,\"", &again{text: line, n: 20_000}, "end\"\nDogs,c\n"}, "20,001 lines"},
		"a quoted cell of a list":               {[]any{"topic\nCats\n\"", &again{text: line, n: 20_000}, "end\"\nDogs\n"}, "20,001 lines"},
		"a line of 16 MiB":                      {[]any{"topic,note\nCats,a\n", &again{text: "abcdefgh", n: 2 << 20}, ",b\nDogs,c\n"}, "16 MiB"},
		"a line of 16 MiB in a list":            {[]any{"topic\nCats\n", &again{text: "abcdefgh", n: 2 << 20}, "\nDogs\n"}, "16 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			in := long(t, c.in...)
			var rep *topics.Report
			used := allocated(func() {
				var err error
				if rep, err = in.Check(); err != nil {
					t.Fatal(err)
				}
			})
			if rep.Topics != 2 || rep.BadRows != 1 || rep.Bad[0].Line != 3 || !strings.Contains(rep.Bad[0].Reason, "longer than 64 KiB") || !strings.Contains(rep.Bad[0].Reason, c.want) {
				t.Errorf("%+v %v", rep, rep.Bad)
			}
			if used > 8<<20 {
				t.Errorf("%d bytes were allocated", used)
			}
			if got := texts(t, in); len(got) != 2 || got[1] != "Dogs" {
				t.Errorf("topics %.80q", got)
			}
		})
	}
}

func TestAQuoteThatIsNeverClosedSwallowsNoRow(t *testing.T) {
	in := long(t, "topic,note\nCats,a\n\"Birds,b\n", &again{text: "Dogs are good,c\n", n: 1}, &again{text: strings.Repeat("y", 3000) + ",d\n", n: 10_000})
	var rep *topics.Report
	used := allocated(func() {
		var err error
		if rep, err = in.Check(); err != nil {
			t.Fatal(err)
		}
	})
	if rep.BadRows != 1 || rep.Bad[0].Line != 3 || !strings.Contains(rep.Bad[0].Reason, "never closed") || rep.Topics != 3 {
		t.Errorf("%+v %v", rep, rep.Bad)
	}
	if used > 400<<20 { // 30 MB of rows, each made a topic
		t.Errorf("%d bytes were allocated", used)
	}
	// One that is closed amid a cell lines below is no cell either.
	in, err := open(t, "t.csv", "topic,note\n\"Birds,b\nDogs,c\n12\" screens,d\nCats,e\n", topics.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if rep, err := in.Check(); err != nil || rep.BadRows != 1 || rep.Bad[0].Line != 2 || !strings.Contains(rep.Bad[0].Reason, "line 4") {
		t.Errorf("%+v %v", rep, err)
	}
	if got := strings.Join(texts(t, in), "|"); got != `Dogs|12" screens|Cats` {
		t.Errorf("topics %q", got)
	}
}

func TestManyBadRowsAreTheFirstAndTheirKinds(t *testing.T) {
	var b strings.Builder
	b.WriteString("topic,note\nCats,a\n")
	for i := range 200_000 {
		if i%4 == 0 {
			b.WriteString("Dogs,b,more\n")
		} else {
			fmt.Fprintf(&b, ",%d\n", i)
		}
	}
	in, err := open(t, "t.csv", b.String(), topics.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := in.Check()
	if err != nil {
		t.Fatal(err)
	}
	if rep.BadRows != 200_000 || len(rep.Bad) != 20 {
		t.Fatalf("%d bad rows, %d listed", rep.BadRows, len(rep.Bad))
	}
	text := rep.Err().Error()
	for _, want := range []string{"t.csv:3: row 3: ", "200,000 bad rows", "--all-rows", "150,000 rows: the topic is empty", "50,000 rows: more cells than the header has"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if n := strings.Count(text, "\n"); n > 24 {
		t.Errorf("%d lines", n)
	}
	all, err := open(t, "t.csv", b.String(), topics.Options{AllRows: true})
	if err != nil {
		t.Fatal(err)
	}
	if rep, err := all.Check(); err != nil || len(rep.Bad) != 200_000 {
		t.Errorf("%d listed with AllRows, %v", len(rep.Bad), err)
	}
}

// counted makes rows that all differ, as it is read.
type counted struct {
	next, n int
	fill    string
	rest    []byte
}

func (c *counted) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		if c.next == c.n {
			return 0, io.EOF
		}
		c.next++
		c.rest = fmt.Appendf(c.rest[:0], "How bees find home in garden %d,%s\n", c.next, c.fill)
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// peak runs fn and returns the most bytes that the heap had meanwhile. Little
// garbage is left lying about, so that it is what was held.
func peak(fn func()) (most uint64) {
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	runtime.GC()
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	fn()
	close(done)
	<-over
	return most
}

// bothPasses reads a whole file twice, as a run does.
func bothPasses(tb testing.TB, src io.Reader, rows int) {
	in, err := topics.Open("-", topics.Options{}, io.MultiReader(strings.NewReader("topic,note\n"), src))
	if err != nil {
		tb.Fatal(err)
	}
	defer in.Close()
	rep, err := in.Check()
	if err != nil || rep.Topics != rows || rep.Duplicates != 0 {
		tb.Fatalf("%+v, %v", rep, err)
	}
	n := 0
	for _, err := range in.All() {
		if err != nil {
			tb.Fatal(err)
		}
		n++
	}
	if n != rows {
		tb.Fatalf("%d topics, want %d", n, rows)
	}
}

// To find duplicates takes eight bytes for a row and eight for its topic, twice
// that in the maps that hold them, and for a moment as much again while they
// grow.
func TestARowTakesFewBytesOfMemory(t *testing.T) {
	const rows = 200_000
	few := peak(func() { bothPasses(t, &counted{n: 1000, fill: "a note"}, 1000) })
	most := peak(func() { bothPasses(t, &counted{n: rows, fill: "a note"}, rows) })
	t.Logf("%d bytes for 1,000 rows, %d for %d", few, most, rows)
	if most > few && most-few > 45*rows {
		t.Errorf("%d rows took %d bytes each", rows, (most-few)/rows)
	}
}

// BenchmarkBounds shows that memory grows with the rows alone: a million of
// them, and two gigabytes of text in few rows.
func BenchmarkBounds(b *testing.B) {
	for _, c := range []struct {
		name string
		rows int
		fill string
	}{
		{"rows=1M", 1_000_000, "a note"},
		{"bytes=2GB", 40_000, strings.Repeat("z", 50_000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				most := peak(func() { bothPasses(b, &counted{n: c.rows, fill: c.fill}, c.rows) })
				b.ReportMetric(float64(most)/(1<<20), "MB-held")
				if most > 160<<20 {
					b.Fatalf("%d bytes are held", most)
				}
			}
		})
	}
}

// Here 100 MB of text in few rows.
func TestMemoryDoesNotGrowWithTheText(t *testing.T) {
	if testing.Short() {
		t.Log("reads 100 MB")
		return
	}
	in := long(t, "topic,note\n", &again{text: "Cats and dogs," + strings.Repeat("z", 40_000) + "\n", n: 2500})
	if _, err := in.Check(); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > 64<<20 {
		t.Errorf("%d bytes are held", m.HeapAlloc)
	}
}

func BenchmarkCheck(b *testing.B) {
	path := filepath.Join(b.TempDir(), "topics.csv")
	var text strings.Builder
	text.WriteString("topic,audience,keywords,note\n")
	for i := range 100_000 {
		fmt.Fprintf(&text, "How bees find home in garden %d,gardeners,\"hive, honey\",a note of some words\n", i)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		in, err := topics.Open(path, topics.Options{}, nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := in.Use([]string{"audience", "keywords"}, nil); err != nil {
			b.Fatal(err)
		}
		if rep, err := in.Check(); err != nil || rep.Topics != 100_000 {
			b.Fatal(rep, err)
		}
		_ = in.Close()
	}
}
