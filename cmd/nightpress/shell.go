package main

import (
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
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// pager is what the system has to read a file with.
func pager(goos string) string {
	if goos == "windows" {
		return "more"
	}
	return "less"
}
