// Package secret masks passwords in addresses. Secrets come only from the environment.
// Every text that may hold an address goes through Mask before nightpress prints,
// logs, or records it.
package secret

import "regexp"

// Masked stands in place of a secret.
const Masked = "***"

var (
	// userinfo is "user:password@" in a URL. The password may itself hold an
	// "@" or a "/", so everything up to the last "@" of the word goes.
	userinfo = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)[^\s"'<>]*@`)
	// query is "?key=value" in a URL, where tokens stand.
	query = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://[^\s"'<>?#]*)[?#][^\s"'<>]*`)
	// bare is "user:password@host" in a text without a scheme.
	bare = regexp.MustCompile(`(^|[\s"'=])[^\s"'=@/:]+:[^\s"'@/][^\s"'@]*@([\w.-]+)`)
)

// Bare takes user information out of a URL.
func Bare(text string) string { return userinfo.ReplaceAllString(text, "${1}") }

// Mask replaces user information, queries, and fragments of every URL in a
// text, and "user:password@" before a host without a scheme.
func Mask(text string) string {
	text = userinfo.ReplaceAllString(text, "${1}"+Masked+"@")
	text = query.ReplaceAllString(text, "${1}?"+Masked)
	return bare.ReplaceAllString(text, "${1}"+Masked+"@${2}")
}
