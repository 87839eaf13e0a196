package reply_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
)

// loops are the ways in which models lose theirs; each makes the text of round
// i. within is how many bytes of it may come before it is noticed.
var loops = []struct {
	name   string
	within int
	round  func(i int) string
}{
	{"a token", 300, func(int) string { return " very" }},
	{"two tokens", 300, func(int) string { return " and so" }},
	{"laughter", 500, func(int) string { return "ha" }},
	{"a syllable of three letters", 700, func(int) string { return "lol" }},
	{"a sentence", 360, func(int) string { return "And then the wind comes back, as it always does. " }},
	{"a sentence in Chinese", 400, func(int) string { return "风总是会回来的，就像从前一样。" }},
	{"a sentence in Greek", 500, func(int) string { return "Και μετά ο άνεμος επιστρέφει, όπως πάντα. " }},
	{"an item of a list", 360, func(int) string { return "- Check the settings once more\n" }},
	{"two items", 420, func(int) string {
		return "- Check the settings once more\n- Check the results once more\n"
	}},
	{"a heading with its paragraph", 700, func(int) string {
		return "## Another Important Point\n\nAs we have seen in the section above, this matters. It matters because of what we saw before.\n\n"
	}},
	{"a paragraph", 2700, func(int) string {
		return strings.Repeat(prose(1)+" "+prose(2)+" "+prose(3)+" "+prose(4)+" ", 2) + prose(5) + "\n\n"
	}},
	{"a page", 14000, func(int) string {
		var b strings.Builder
		for i := range 60 {
			b.WriteString(prose(i) + " ")
		}
		return b.String() + "\n\n"
	}},
	{"a counted step", 420, func(i int) string { return fmt.Sprintf("Step %d: check the logs. ", i+12) }},
	{"a counted item", 900, func(i int) string { return fmt.Sprintf("item %d, ", i+1) }},
	{"a counted line", 1500, func(i int) string { return fmt.Sprintf("- item %d\n", i+1) }},
	{"a numbered list that says the same", 4400, func(i int) string { return fmt.Sprintf("%d. Check the settings of your device.\n", i+1) }},
	{"a count by tens", 4900, func(i int) string { return fmt.Sprintf("After %d minutes, look at the dough again.\n\n", i*10) }},
	{"a word that changes", 1500, func(i int) string {
		return "It is important to remember that the " + noun(i) + " is a part of the whole. "
	}},
	{"a word that changes in a list", 7000, func(i int) string {
		return fmt.Sprintf("%d. Always check the %s before you go out to sea.\n", i+1, noun(i))
	}},
	{"one word or two that change", 2200, func(i int) string {
		if i%3 == 0 {
			return "Next, you should think about the " + noun(i) + " and the " + noun(i+7) + " of your boat. "
		}
		return "Next, you should think about the " + noun(i) + " of your boat. "
	}},
	{"a line that counts twice", 6500, func(i int) string { return fmt.Sprintf("- Day %d: do %d push-ups, then rest.\n", i+1, i+5) }},
	{"a letter and a number", 700, func(int) string { return "T89" }},
	{"a figure and a stop", 700, func(int) string { return "0." }},
	{"a number", 700, func(int) string { return "89 " }},
	{"numbers and nothing else", 7000, func(i int) string { return fmt.Sprintf("%d, ", i) }},
	{"line ends", 6500, func(int) string { return "\n" }},
	{"a ruler", 6500, func(int) string { return "-----" }},
	{"empty cells", 6500, func(int) string { return "|   |   |\n" }},
	{"a row of a table", 3400, func(int) string { return "| wind | from the west | strong |\n" }},
	{"a listing", 3400, func(int) string { return "```\nfmt.Println(\"hello\")\n"[4*min(1, 1):] }},
}

func noun(i int) string {
	a := strings.Fields("wind sail rope anchor keel mast deck hull boom jib tiller rudder stern bow cleat winch fender buoy chart compass")
	b := strings.Fields("old new red blue wet dry long short")
	return a[i%len(a)] + b[i/len(a)%len(b)]
}

func TestALoopIsNoticedSoon(t *testing.T) {
	for _, l := range loops {
		t.Run(l.name, func(t *testing.T) {
			r := reply.NewReader(sailing())
			r.Feed(header + text + "\n")
			if l.name == "a listing" {
				r.Feed("```go\n")
			}
			n := 0
			for i := 0; r.Stopped() == ""; i++ {
				round := l.round(i)
				for j := 0; j < len(round) && r.Feed(round[j:j+1]) == reply.Continue; j++ {
					n++
				}
				if n > l.within {
					t.Fatalf("not noticed within %d bytes", n)
				}
			}
			v := r.Close(reply.Cut)
			if r.Stopped() != reply.StoppedLoop || v.Post != nil || v.Problems[0].Code != contract.ProblemLoop {
				t.Fatalf("stopped by %q: %+v", r.Stopped(), v.Problems)
			}
			if at := v.Problems[0].Line; at < 6 || at > 14 {
				t.Errorf("said to begin in line %d", at)
			}
			t.Logf("noticed after %d bytes, %d rounds", n, n/max(len(l.round(3)), 1))
		})
	}
}
