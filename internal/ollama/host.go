package ollama

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/nightpress/nightpress/internal/secret"
)

// defaultPort is the server's own.
const defaultPort = "11434"

// HostError is an address that cannot be a server's.
type HostError struct {
	// Host is the address as given, with any secret masked.
	Host string
	Err  error
}

func (e *HostError) Error() string { return fmt.Sprintf("server address %q: %v", e.Host, e.Err) }
func (e *HostError) Unwrap() error { return e.Err }

// Hint is an address that works.
func (e *HostError) Hint() string {
	if errors.Is(e.Err, errUserInfo) {
		return "reach a server behind a login through a tunnel: ssh -L 11434:127.0.0.1:11434 HOST, then export OLLAMA_HOST=127.0.0.1:11434"
	}
	return "export OLLAMA_HOST=127.0.0.1:11434"
}

// errUserInfo refuses a name and a password in an address. They would be a
// secret to keep out of every text, and Ollama has no login of its own.
var errUserInfo = errors.New("a name or password in the address is not supported")

// masked is an address without what may be a secret: everything before an "@",
// a query, and a fragment.
func masked(s string) string {
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		scheme, rest = "", s
	} else {
		scheme += "://"
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		rest = secret.Masked + rest[at:]
	}
	if q := strings.IndexAny(rest, "?#"); q >= 0 {
		rest = rest[:q+1] + secret.Masked
	}
	return scheme + rest
}

// ParseHost reads a server's address as OLLAMA_HOST has it: "", "host",
// "host:port", ":port", or a URL. Unlike the server's own client it refuses
// what that one guesses at (a bad port, user information), and a query or a
// fragment, which no server of Ollama has a use for. A wildcard address,
// which a server listens on, becomes the loopback, which a client can reach.
func ParseHost(s string) (*url.URL, error) {
	u, err := parseHost(strings.Trim(strings.TrimSpace(s), `"'`))
	if err != nil {
		return nil, &HostError{masked(s), err}
	}
	return u, nil
}

func parseHost(s string) (*url.URL, error) {
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		scheme, rest = "http", s
	}
	scheme = strings.ToLower(scheme)
	port := map[string]string{"http": defaultPort, "https": "443"}[scheme]
	switch {
	case port == "":
		return nil, fmt.Errorf("scheme %q is not http or https", scheme)
	case found && scheme == "http":
		// The server's own client reads it the same way (envconfig/config.go,
		// v0.17.4).
		port = "80"
	}
	if strings.Contains(rest, "@") {
		return nil, errUserInfo
	}
	if strings.ContainsAny(rest, "?#") {
		return nil, errors.New("a query or a fragment is not part of a server's address")
	}
	rest, path, _ := strings.Cut(rest, "/")
	host, given, err := net.SplitHostPort(rest)
	if err != nil {
		host, given = strings.Trim(rest, "[]"), ""
	}
	if given != "" {
		if n, err := strconv.ParseUint(given, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("port %q is not a number from 1 to 65535", given)
		}
		port = given
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = map[bool]string{true: "127.0.0.1", false: "::1"}[ip.Is4()]
	}
	if strings.ContainsAny(host, " \t\r\n/?#%\\\"'<>") {
		return nil, errors.New("not a host name")
	}
	if h := strings.ToLower(strings.TrimSuffix(host, ".")); h == "ollama.com" || strings.HasSuffix(h, ".ollama.com") {
		return nil, errors.New("that is a cloud service")
	}
	return &url.URL{Scheme: scheme, Host: net.JoinHostPort(host, port), Path: strings.TrimSuffix("/"+path, "/")}, nil
}

// Loopback reports whether the address is this machine's own.
func Loopback(u *url.URL) bool {
	h := u.Hostname()
	ip, err := netip.ParseAddr(h)
	return h == "localhost" || err == nil && ip.IsLoopback()
}
