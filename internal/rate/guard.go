package rate

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// policy allows only the page's own style and script, and answers to the same
// origin. No page may frame it.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard passes on only requests made by our own page on this machine. host is
// the address that is served, such as "127.0.0.1:3456".
//
// Other pages do not know the token. A page that resolves its own name to
// 127.0.0.1 (DNS rebinding) sends another Host. An answer from another page has
// another Origin.
func guard(host, token string, next http.Handler) http.Handler {
	prefix := "/" + token
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		path := r.URL.Path
		if len(path) < len(prefix) || subtle.ConstantTimeCompare([]byte(path[:len(prefix)]), []byte(prefix)) != 1 {
			http.NotFound(w, r)
			return
		}
		switch {
		case r.Host != host:
			http.Error(w, "this page is at http://"+host, http.StatusForbidden)
		case r.Method != http.MethodGet && r.Header.Get("Origin") != "http://"+host:
			http.Error(w, "answers come from the page itself", http.StatusForbidden)
		case !strings.HasPrefix(path[len(prefix):], "/"):
			http.NotFound(w, r)
		default:
			http.StripPrefix(prefix, next).ServeHTTP(w, r)
		}
	})
}
