package term

import (
	"fmt"
	"strings"
)

// Rows says which rows of the input are no topics: how many bad ones are
// skipped, the first of them, and how many --where leaves out. It is "" where
// all rows are topics.
func Rows(skipped int, first []string, filtered int) string {
	var b strings.Builder
	if filtered > 0 {
		fmt.Fprintf(&b, "\n%s left out by --where\n", Count(filtered, "row"))
	}
	if skipped > 0 {
		fmt.Fprintf(&b, "\n%s skipped\n", Count(skipped, "bad row"))
	}
	for _, r := range first {
		fmt.Fprintf(&b, "  %s\n", Truncate(Clean(r), 200))
	}
	if more := skipped - len(first); more > 0 && len(first) > 0 {
		fmt.Fprintf(&b, "  and %s more\n", Number(more))
	}
	return b.String()
}
