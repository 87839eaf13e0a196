package fleet

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nightpress/nightpress/internal/guard"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/secret"
)

// Address says how a NATS server is reached.
type Address struct {
	// URLs are "nats://TOKEN@host:4222" or "tls://...", one for each server of a
	// cluster.
	URLs []string
	// Token is used where a URL has none.
	Token string
	// Creds is a file with credentials, CA one with the certificates that are
	// trusted, and Cert and Key are this client's; "" is none.
	Creds, CA, Cert, Key string
}

// AddressError is a text that is no address of a NATS server.
type AddressError struct{ Text string }

func (e *AddressError) Error() string { return e.Text + " is not the address of a NATS server" }

// Hint returns what the user can do.
func (e *AddressError) Hint() string { return "nats://TOKEN@host:4222, as the coordinator prints it" }

// port is NATS's usual one.
const port = "4222"

// parse returns the servers' URLs, each with its port, and their addresses.
func (a Address) parse() (urls, hosts []string, err error) {
	for _, text := range a.URLs {
		u, err := url.Parse(text)
		if err != nil || u.Hostname() == "" || u.Scheme != "nats" && u.Scheme != "tls" {
			return nil, nil, &AddressError{secret.Mask(text)}
		}
		if u.Port() == "" {
			u.Host = net.JoinHostPort(u.Hostname(), port)
		}
		u.Path, u.RawQuery, u.Fragment = "", "", ""
		urls, hosts = append(urls, u.String()), append(hosts, u.Host)
	}
	if len(urls) == 0 {
		return nil, nil, &AddressError{"\"\""}
	}
	return urls, hosts, nil
}

// Hosts are the servers' addresses, without tokens, for a person.
func (a Address) Hosts() string {
	_, hosts, err := a.parse()
	if err != nil {
		return ""
	}
	return strings.Join(hosts, ", ")
}

// Bare returns a warning if a token or credentials would cross a network without TLS,
// or "".
func (a Address) Bare() string {
	urls, _, err := a.parse()
	if err != nil {
		return ""
	}
	for _, text := range urls {
		u, err := url.Parse(text)
		if err != nil || u.Scheme == "tls" || a.CA != "" || Loopback(u.Hostname()) {
			continue
		}
		return fmt.Sprintf("the token and the posts cross the network to %s unencrypted: use a network that you trust, or TLS (cert and key below [fleet])", u.Host)
	}
	return ""
}

// Loopback reports whether a host is this machine.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// conn is a connection with JetStream.
type conn struct {
	*nats.Conn
	js jetstream.JetStream
}

// ErrRefused means that the NATS server does not accept the token.
var ErrRefused = errors.New("the NATS server refused the token")

var errNoServer = errors.New("no NATS server answers")

// dial connects. A connection that is lost later is made again for as long as it
// takes; changed is called each time that it is lost or made.
func dial(a Address, who string, changed func(connected bool, err error)) (*conn, error) {
	urls, hosts, err := a.parse()
	if err != nil {
		return nil, err
	}
	opts := []nats.Option{
		// The server names others, and resolving a name gives addresses. The
		// guard knows only what was configured.
		nats.SetCustomDialer(&guard.Dialer{Only: hosts}), nats.SkipHostLookup(), nats.IgnoreDiscoveredServers(),
	}
	if a.Token != "" {
		opts = append(opts, nats.Token(a.Token))
	}
	if a.Creds != "" {
		opts = append(opts, nats.UserCredentials(a.Creds))
	}
	if a.CA != "" {
		opts = append(opts, nats.RootCAs(a.CA))
	}
	if a.Cert != "" {
		opts = append(opts, nats.ClientCert(a.Cert, a.Key))
	}
	if a.CA != "" || strings.HasPrefix(urls[0], "tls:") {
		opts = append(opts, nats.Secure(&tls.Config{MinVersion: tls.VersionTLS12}))
		if a.CA != "" {
			opts = append(opts, nats.RootCAs(a.CA))
		}
	}
	return connect(strings.Join(urls, ","), client{who, strings.Join(hosts, ", ")}, changed, opts...)
}

// inside connects to the embedded server without a network.
func (s *Server) inside(admin, who string) (*conn, error) {
	return connect("", client{who, "this machine"}, nil, nats.InProcessServer(s.s), nats.Token(admin))
}

func isCertificate(err error) bool {
	_, is := errors.AsType[*tls.CertificateVerificationError](err)
	return is
}

// client is the name of one, and where it connects to, for a person.
type client struct{ name, at string }

func connect(urls string, who client, changed func(bool, error), opts ...nats.Option) (*conn, error) {
	if changed == nil {
		changed = func(bool, error) {}
	}
	opts = append(opts,
		nats.Name(who.name), nats.MaxReconnects(-1), nats.ReconnectWait(time.Second), nats.ReconnectJitter(500*time.Millisecond, time.Second),
		nats.PingInterval(10*time.Second), nats.MaxPingsOutstanding(2), nats.Timeout(10*time.Second),
		// A coordinator that starts again may refuse a token for a moment.
		nats.IgnoreAuthErrorAbort(),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { changed(false, err) }),
		nats.ReconnectHandler(func(*nats.Conn) { changed(true, nil) }),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}),
	)
	nc, err := nats.Connect(urls, opts...)
	switch {
	case errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired):
		return nil, hint.Wrap(ErrRefused, "type the line that the coordinator prints, with its token")
	case errors.Is(err, nats.ErrNoServers):
		return nil, fmt.Errorf("%w at %s", errNoServer, who.at)
	case errors.Is(err, nats.ErrSecureConnWanted):
		return nil, hint.Wrap(fmt.Errorf("the NATS server at %s has no TLS: %w", who.at, err), "nats:// instead of tls://, where the coordinator prints that, or cert and key below [fleet] on its machine")
	case isCertificate(err):
		return nil, hint.Wrap(fmt.Errorf("the certificate of the NATS server at %s: %w", who.at, err), "ca below [fleet] in models.toml names the certificates that are trusted")
	case err != nil:
		return nil, fmt.Errorf("NATS server at %s: %w", who.at, err)
	}
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(4096))
	if err != nil {
		nc.Close()
		return nil, err
	}
	return &conn{nc, js}, nil
}
