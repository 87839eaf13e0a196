package main

import (
	"regexp"
	"runtime"
	"strings"
)

// shellQuote makes s one word of a command line: a POSIX shell's, or one that
// cmd.exe and PowerShell both read.
func shellQuote(s string) string { return quoteFor(runtime.GOOS, s) }

func quoteFor(goos, s string) string {
	plain := "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=@%+"
	if goos == "windows" {
		plain = strings.NewReplacer("%", "", "@", "", ",", "").Replace(plain) + `\`
	}
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	if goos == "windows" {
		// Programs take a backslash before a quote for its escape.
		return `"` + beforeQuote.ReplaceAllString(s, "$1$1$2$2") + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// beforeQuote is a run of backslashes before a quote or at the end.
var beforeQuote = regexp.MustCompile(`(\\*)("|$)`)

// pager and lister are what the system has to read a file with, and to list a
// folder.
func pager(goos string) string {
	if goos == "windows" {
		return "more"
	}
	return "less"
}

func lister(goos string) string {
	if goos == "windows" {
		return "dir"
	}
	return "ls"
}
