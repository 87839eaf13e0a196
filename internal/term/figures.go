package term

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
)

// Number writes a whole number with commas.
func Number(n int) string { return humanize.Comma(int64(n)) }

// Bytes writes a size in units of a thousand: "5.2 GB".
func Bytes(n int64) string { return humanize.Bytes(uint64(max(n, 0))) }

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

// Ago says how long ago something was, in its largest unit.
func Ago(d time.Duration) string {
	switch d = max(0, d); {
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}
