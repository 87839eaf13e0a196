package loop

import (
	"fmt"
	"strings"
	"testing"
)

// Lists that count, and end, are what posts are made of.
func TestAListThatEndsIsNoLoop(t *testing.T) {
	temperatures := func(i int) string { return fmt.Sprintf("- %d °C is %d °F\n", 100+10*i, 212+18*i) }
	for name, c := range map[string]struct {
		n    int
		line func(i int) string
	}{
		"thirty days":       {31, func(i int) string { return fmt.Sprintf("- Day %d: do %d push-ups, rest for 60 seconds\n", i+1, i+5) }},
		"the same each day": {31, func(i int) string { return fmt.Sprintf("- Day %d: walk for half an hour before lunch\n", i+1) }},
		"weeks of a year":   {52, func(i int) string { return fmt.Sprintf("**Week %d:** put %d dollars aside.\n", i+1, i+1) }},
		"a year":            {365, func(i int) string { return fmt.Sprintf("Day %d: save $%d\n", i+1, i+1) }},
		"a year, listed":    {366, func(i int) string { return fmt.Sprintf("- **Day %d:** save $%d and write it down\n", i+1, i+1) }},
		"ein Jahr":          {365, func(i int) string { return fmt.Sprintf("- Tag %d: %d Euro sparen\n", i+1, i+1) }},
		"a hundred days": {100, func(i int) string {
			return fmt.Sprintf("%d. Day %d: write %d words in the morning\n", i+1, i+1, 100+10*i)
		}},
		"paragraphs": {30, func(i int) string {
			return fmt.Sprintf("Day %d: Do %d push-ups in the morning and %d in the evening.\n\n", i+1, i+5, i+3)
		}},
		"oven temperatures": {20, temperatures},
		"a timetable":       {24, func(i int) string { return fmt.Sprintf("- %d:00 to %d:00: one hour at the oven\n", i, i+1) }},
		"ports":             {40, func(i int) string { return fmt.Sprintf("- Port %d: reserved for service number %d\n", 8000+i, i+1) }},
		"inches":            {48, func(i int) string { return fmt.Sprintf("- %d inches = %.2f cm\n", i+1, 2.54*float64(i+1)) }},
		"multiplication":    {100, func(i int) string { return fmt.Sprintf("%d x %d = %d\n", i/10+1, i%10+1, (i/10+1)*(i%10+1)) }},
		"years":             {40, func(i int) string { return fmt.Sprintf("- In %d, the club had %d members.\n", 1980+i, 12+3*i) }},
		"a word in each line": {31, func(i int) string {
			return fmt.Sprintf("Day %d: write about your %s.\n", i+1, strings.Fields("mother father sister brother house garden dog cat job town")[i%10])
		}},
		"hours of meditation": {40, func(i int) string {
			return fmt.Sprintf("Session %d: sit for %d minutes, then stretch for %d.\n", i+1, 5+i, 2+i%3)
		}},
		"rooms": {50, func(i int) string { return fmt.Sprintf("Room %d has a bed, a desk, and a window.\n", 101+i) }},
	} {
		text := "The plan follows, line by line.\n\n"
		for i := range c.n {
			text += c.line(i)
		}
		text += "\nThat is all of it, and it is enough for a start.\n"
		var d Detector
		for i := range len(text) {
			if d.Feed(text[i], false) {
				t.Errorf("%s: taken for a loop after %d of %d bytes", name, i, len(text))
				break
			}
		}
	}
}

// A plan of days that goes on behind the end of a year is a loop.
func TestDaysWithoutEndAreALoop(t *testing.T) {
	var d Detector
	for i := range 500 {
		for _, c := range []byte(fmt.Sprintf("Day %d: save $%d\n", i+1, i+1)) {
			if d.Feed(c, false) {
				if i < 366 {
					t.Errorf("called a loop in day %d", i+1)
				}
				return
			}
		}
	}
	t.Error("500 days are no loop")
}
