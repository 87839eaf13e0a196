package shell

import (
	"regexp"
	"runtime"
	"strings"
)

// Quote makes s one word of a command line: a POSIX shell's, or one that cmd.exe
// and PowerShell both read.
func Quote(s string) string { return quoteFor(runtime.GOOS, s) }

func quoteFor(goos, s string) string {
	plain := "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=@%+"
	if goos == "windows" {
		plain = strings.NewReplacer("%", "", "@", "", ",", "").Replace(plain) + `\`
	}
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	if goos == "windows" {
		// Programs read a backslash before a quote as its escape.
		return `"` + beforeQuote.ReplaceAllString(s, "$1$1$2$2") + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// beforeQuote is a run of backslashes before a quote or at the end.
var beforeQuote = regexp.MustCompile(`(\\*)("|$)`)

// Show returns the command line that shows a file.
func Show(path string) string { return choose("more", "less") + " " + Quote(path) }

// List returns the command line that lists a folder.
func List(dir string) string { return choose("dir", "ls") + " " + Quote(dir) }

// ListBelow returns the command line that lists a folder's folders.
func ListBelow(dir string) string {
	if runtime.GOOS == "windows" {
		return List(dir)
	}
	return List(dir) + "/*"
}

func choose(windows, others string) string {
	if runtime.GOOS == "windows" {
		return windows
	}
	return others
}
