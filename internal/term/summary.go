package term

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/stats"
)

// Summary is how a run ended and how the whole stands; its JSON names are
// promised.
type Summary struct {
	// Jobs are all: topics times models. Written are the posts of this run,
	// AlreadyDone those of earlier ones.
	Jobs        int `json:"jobs"`
	Written     int `json:"written"`
	AlreadyDone int `json:"already_done"`
	Kept        int `json:"kept"`
	Rejected    int `json:"rejected"`
	SetAside    int `json:"set_aside"`
	// Left were not asked for, or not to an end, or are gone. Gone are posts that
	// disappeared from the folder during the run; they count in Written,
	// AlreadyDone, or Kept as well.
	Left int `json:"left"`
	Gone int `json:"gone,omitempty"`
	// Judged are the jobs of this run that ended in a post or were rejected:
	// what FirstTry is a share of.
	Judged int `json:"judged"`
	// FirstTry and Repaired count posts of this run, Mended those that a
	// remedy gave, by its name.
	FirstTry int            `json:"first_try"`
	Repaired int            `json:"repaired"`
	Mended   map[string]int `json:"mended"`
	// TokensPerPost is what a post of this run cost, rejected jobs and failed
	// attempts included; TokensSaved estimates what early aborts saved.
	TokensPerPost int `json:"tokens_per_post"`
	TokensSaved   int `json:"tokens_saved"`
	// Tokens are all that were generated in this run.
	Tokens       int     `json:"tokens"`
	PromptTokens int     `json:"prompt_tokens"`
	Seconds      float64 `json:"seconds"`
	Duplicates   int     `json:"duplicate_rows"`
	// BadRows are rows of the input that were skipped, because a person said
	// so, and SkippedRows the first of them with their reasons. Filtered are
	// rows that --where left out.
	BadRows     int      `json:"bad_rows"`
	SkippedRows []string `json:"skipped_rows,omitempty"`
	Filtered    int      `json:"filtered_rows,omitempty"`
	Interrupted bool     `json:"interrupted"`
	// Reloads are loads of a model in this run that it did not ask for: another
	// client used the server. ReloadSeconds is how long they took.
	Reloads       int     `json:"reloads,omitempty"`
	ReloadSeconds float64 `json:"reload_seconds,omitempty"`
	// Workers is how many requests were under way at once at most.
	Workers int    `json:"workers"`
	Out     string `json:"out"`
	// SampleOf is how many topics the input has, where the run was for a
	// sample of them, and Sample which one.
	SampleOf int    `json:"sample_of,omitempty"`
	Sample   string `json:"sample,omitempty"`
	// Only says which part of the jobs --only chose.
	Only string `json:"only,omitempty"`
	// Models has a line for each model, Problems the most frequent first.
	Models   []ModelLine `json:"models"`
	Problems []Problem   `json:"problems"`
	// Servers has a line for each server.
	Servers []ServerLine `json:"servers"`
	// Reasons tell why models were set aside.
	Reasons []string `json:"set_aside_reasons"`
	// Next are commands to type.
	Next []string `json:"next"`
}

// ModelLine is one model's part.
type ModelLine struct {
	Label    string `json:"label"`
	Model    string `json:"model"`
	Jobs     int    `json:"jobs"`
	Done     int    `json:"done"`
	Rejected int    `json:"rejected"`
	SetAside int    `json:"set_aside"`
	Left     int    `json:"left"`
	// Judged, Written and FirstTry count jobs of this run, as in Summary.
	Judged   int `json:"judged"`
	Written  int `json:"written"`
	FirstTry int `json:"first_try"`
	Tokens   int `json:"tokens"`
}

// ServerLine is what one server did in the run.
type ServerLine struct {
	// Name is "" of a server that was not given one.
	Name     string `json:"name"`
	Version  string `json:"version"`
	Posts    int    `json:"posts"`
	Rejected int    `json:"rejected"`
	// Tokens are all that it generated, TokensPerSecond those for each second
	// of the run.
	Tokens          int     `json:"tokens"`
	TokensPerSecond float64 `json:"tokens_per_second"`
	Loads           int     `json:"loads"`
	Outages         int     `json:"outages"`
	AwaySeconds     float64 `json:"away_seconds"`
	// Tuned is what was found, by the label of the model.
	Tuned map[string]Tuned `json:"tuned"`
}

// Tuned is how many requests at once a server was given, and how many it works
// on at once: 0 where no request had to wait.
type Tuned struct {
	Workers int `json:"workers"`
	Slots   int `json:"slots"`
}

// Problem counts the rejected jobs whose last reply had it.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	N       int    `json:"n"`
}

// mostProblems is how many problems a summary names.
const mostProblems = 3

// There is how many of the jobs have a post that exists.
func (s *Summary) There() int { return s.Written + s.AlreadyDone + s.Kept - s.Gone }

// Text is the summary for a person who reads it in the morning.
func (s *Summary) Text() string {
	var b strings.Builder
	line := func(head, format string, args ...any) {
		fmt.Fprintf(&b, "  %-10s %s\n", head, fmt.Sprintf(format, args...))
	}
	there := s.There()
	fmt.Fprintf(&b, "\n%s of %s there%s\n\n", Number(there), Count(s.Jobs, "post"), s.manner())
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
	if s.AlreadyDone > 0 {
		line("before", "%s from earlier runs", Number(s.AlreadyDone))
	}
	if s.Kept > 0 {
		line("kept", "%s edited by hand, left as they are", Number(s.Kept))
	}
	if s.Rejected > 0 {
		line("rejected", "%s", Number(s.Rejected))
	}
	for i, p := range s.Problems {
		if i < mostProblems {
			line("", "%s x %s: %s", Number(p.N), p.Code, Truncate(Clean(p.Message), 90))
		}
	}
	if s.SetAside > 0 {
		line("set aside", "%s", Number(s.SetAside))
	}
	for _, r := range s.Reasons {
		line("", "%s", Truncate(Clean(r), 500))
	}
	if s.Gone > 0 {
		line("gone", "%s disappeared from the folder during the run", Number(s.Gone))
	}
	if s.Left > 0 {
		line("left", "%s", Number(s.Left))
	}
	if s.BadRows > 0 {
		line("skipped", "%s", Count(s.BadRows, "bad row"))
	}
	if s.Filtered > 0 {
		line("filtered", "%s left out by --where", Count(s.Filtered, "row"))
	}
	if s.Duplicates > 0 {
		line("duplicates", "%s ran once", Count(s.Duplicates, "repeated row"))
	}
	if s.Tokens > 0 && s.Seconds > 0 {
		line("tokens", "%s in %s, %s tokens/s%s", Number(s.Tokens), seconds(s.Seconds), Number(int(math.Round(float64(s.Tokens)/s.Seconds))), s.perPost())
	}
	if s.Reloads > 0 {
		line("reloads", "%s in %s that this run did not ask for: does another client use the server?", Count(s.Reloads, "load"), seconds(s.ReloadSeconds))
	}
	if len(s.Models) > 1 {
		for _, m := range s.Models {
			line("", "%s: %s of %s%s", Clean(m.Label), Number(m.Done), Number(m.Jobs), firstTry(m))
		}
	}
	for _, one := range s.Servers {
		one.text(len(s.Servers) > 1, line)
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

// perPost is what a post cost and what aborts saved.
func (s *Summary) perPost() string {
	text := ""
	if s.TokensPerPost > 0 {
		text = ", " + Number(s.TokensPerPost) + " a post"
	}
	if s.TokensSaved > 0 {
		text += ", about " + Number(s.TokensSaved) + " saved by early aborts"
	}
	return text
}

// manner is how the run ended, where that is not by itself.
func (s *Summary) manner() string {
	switch {
	case s.Interrupted:
		return "; interrupted, the same command resumes the run"
	case s.Left > 0:
		return "; stopped, the same command resumes the run"
	}
	return ""
}

func firstTry(m ModelLine) string {
	if m.Judged == 0 {
		return ""
	}
	return fmt.Sprintf(", %s at the first try", stats.PercentOf(m.FirstTry, m.Judged))
}
