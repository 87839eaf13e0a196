package reply

import (
	"regexp"
	"sync"
)

// lazy is a pattern that is compiled when it is first used. Most commands read no
// reply, and should not wait for the patterns of this package.
func lazy(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
