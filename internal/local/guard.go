// Package local serves a command's own pages to this machine, or to the local network
// if a person asks for that: each page at its own random address, and nothing else.
package local

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
)

// Guard serves each page under "/" + its token + "/", and nothing else. hosts are the
// addresses that are served, such as "127.0.0.1:3456". policy is the
// Content-Security-Policy of all answers.
//
// Other pages do not know a token. A page that resolves its own name to 127.0.0.1
// (DNS rebinding) sends another Host. An answer from another page has another
// Origin.
func Guard(hosts, tokens []string, pages []http.Handler, policy string) http.Handler {
	within := make([]http.Handler, len(pages))
	for i, p := range pages {
		within[i] = http.StripPrefix("/"+tokens[i], p)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		token, _, whole := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		i := slices.IndexFunc(tokens, func(t string) bool { return subtle.ConstantTimeCompare([]byte(t), []byte(token)) == 1 })
		switch {
		case i < 0 || !whole:
			http.NotFound(w, r)
		case !slices.Contains(hosts, r.Host):
			http.Error(w, "this page is at http://"+hosts[0], http.StatusForbidden)
		case r.Method != http.MethodGet && r.Header.Get("Origin") != "http://"+r.Host:
			http.Error(w, "answers come from the page itself", http.StatusForbidden)
		default:
			within[i].ServeHTTP(w, r)
		}
	})
}
