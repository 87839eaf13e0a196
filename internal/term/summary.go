package term

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/stats"
)

// mostProblems is how many problems a summary names.
const mostProblems = 3

// Summary returns a run's summary for a person who reads it in the morning.
func Summary(s *record.Summary) string {
	var b strings.Builder
	line := func(head, format string, args ...any) {
		fmt.Fprintf(&b, "  %-10s %s\n", head, fmt.Sprintf(format, args...))
	}
	some := func(head string, n int, format string) {
		if n > 0 {
			line(head, format, Number(n))
		}
	}
	fmt.Fprintf(&b, "\n%s of %s there%s\n\n", Number(s.There()), Count(s.Jobs, "post"), manner(s))
	if s.Only != "" {
		line("only", "%s", Truncate(Clean(s.Only), 120))
	}
	if s.Sample != "" {
		line("sample", "%s", Clean(s.Sample))
	}
	if s.Written > 0 {
		line("written", "%s, %s at the first try (%s of %s asked for), %s repaired", Number(s.Written), Number(s.FirstTry), stats.PercentOf(s.FirstTry, s.Judged), Number(s.Judged), Number(s.Repaired))
	}
	if len(s.Mended) > 0 {
		line("mended", "%s", ByRemedy(s.Mended))
	}
	some("before", s.AlreadyDone, "%s from earlier runs")
	some("kept", s.Kept, "%s edited by hand, left as they are")
	some("rejected", s.Rejected, "%s")
	for _, p := range s.Problems[:min(len(s.Problems), mostProblems)] {
		line("", "%s x %s: %s", Number(p.N), p.Code, Truncate(Clean(p.Message), 90))
	}
	some("set aside", s.SetAside, "%s")
	for _, r := range s.Reasons {
		line("", "%s", Truncate(Clean(r), 500))
	}
	some("gone", s.Gone, "%s disappeared from the folder during the run")
	some("left", s.Left, "%s")
	if s.BadRows > 0 {
		line("skipped", "%s", Count(s.BadRows, "bad row"))
	}
	if s.Filtered > 0 {
		line("filtered", "%s left out by --where", Count(s.Filtered, "row"))
	}
	if s.Duplicates > 0 {
		line("duplicates", "%s ran once", Count(s.Duplicates, "repeated row"))
	}
	if active := s.Seconds - s.PausedSeconds; s.Tokens > 0 && active > 0 {
		line("tokens", "%s in %s, %s tokens/s%s", Number(s.Tokens), seconds(active), Number(int(math.Round(float64(s.Tokens)/active))), perPost(s))
	}
	if s.PausedSeconds >= 1 {
		line("paused", "%s", seconds(s.PausedSeconds))
	}
	if s.Reloads > 0 {
		line("reloads", "%s in %s that this run did not ask for: does another client use the server?", Count(s.Reloads, "load"), seconds(s.ReloadSeconds))
	}
	if len(s.Models) > 1 {
		for _, m := range s.Models {
			line("model", "%s: %s of %s%s", Clean(m.Label), Number(m.There()), Number(m.Jobs), firstTry(m))
		}
	}
	for _, one := range s.Servers {
		serverText(&one, len(s.Servers) > 1, line)
	}
	line("files", "%s", Clean(s.Out))
	for _, n := range s.Next {
		line("next", "%s", Clean(n))
	}
	return b.String()
}

// ByRemedy lists the remedies that gave posts, the most frequent first, as in
// "8 by continue, 5 by again".
func ByRemedy(mended map[string]int) string {
	names := slices.SortedFunc(maps.Keys(mended), func(a, b string) int {
		if n := mended[b] - mended[a]; n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = Number(mended[name]) + " by " + name
	}
	return strings.Join(parts, ", ")
}

// perPost says what a post cost and what aborts saved.
func perPost(s *record.Summary) string {
	text := ""
	if s.TokensPerPost > 0 {
		text = ", " + Number(s.TokensPerPost) + " a post"
	}
	if s.TokensSaved > 0 {
		text += ", about " + Number(s.TokensSaved) + " saved by early aborts"
	}
	return text
}

// manner says how the run ended, unless it ended by itself.
func manner(s *record.Summary) string {
	switch {
	case s.Interrupted:
		return "; interrupted, the same command resumes the run"
	case s.Left > 0:
		return "; stopped, the same command resumes the run"
	}
	return ""
}

func firstTry(m record.ModelLine) string {
	if m.Judged == 0 {
		return ""
	}
	return fmt.Sprintf(", %s at the first try", stats.PercentOf(m.FirstTry, m.Judged))
}
