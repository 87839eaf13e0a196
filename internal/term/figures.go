package term

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
)

// Number writes a whole number with commas.
func Number(n int) string { return humanize.Comma(int64(n)) }

// Duration writes a time span as a person says it: "0.4 s", "42 s", "7 min",
// "1 h 12 min".
func Duration(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// Count writes a number with its noun: "1 post", "2 posts".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Number(n) + " " + noun + "s"
}

func seconds(s float64) string { return Duration(time.Duration(s * float64(time.Second))) }
