package fleet

import (
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nightpress/nightpress/internal/hint"
)

// ServerOptions say how the embedded server listens.
type ServerOptions struct {
	// Dir is the folder of its store, which is made where it is missing.
	Dir string
	// Listen is the address with the port; port 0 is any.
	Listen string
	// Token lets workers in, and Admin the commands of this folder.
	Token, Admin string
	// Prefix begins the names of streams and subjects.
	Prefix string
	// TLS, if set, is used for every connection over the network.
	TLS *tls.Config
	// Trouble receives the server's errors; nil drops them.
	Trouble func(text string)
}

// Server is an embedded NATS server with its store in a folder.
type Server struct {
	s *server.Server
	// Addr is where it listens.
	Addr *net.TCPAddr
}

// readyWithin bounds how long the server takes to start. A large store is read
// first.
const readyWithin = 2 * time.Minute

// Serve starts the server. What it acknowledges is on the disk: it syncs each
// message, because the default lets two minutes of them be lost at a power cut
// (nats-server#7564).
func Serve(o ServerOptions) (*Server, error) {
	host, port, err := listenAddress(o.Listen)
	if err != nil {
		return nil, err
	}
	opts := &server.Options{
		ServerName: o.Prefix, Host: host, Port: port,
		JetStream: true, StoreDir: o.Dir, SyncAlways: true, SyncInterval: 10 * time.Second,
		JetStreamMaxMemory: 64 << 20,
		NoSigs:             true, DisableJetStreamBanner: true,
		TLSConfig: o.TLS, TLS: o.TLS != nil, TLSTimeout: 10,
		CustomClientAuthentication: &auth{token: o.Token, admin: o.Admin, workers: workerPermissions(o.Prefix)},
		AuthTimeout:                10,
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("fleet: %w", err)
	}
	s.SetLogger(&logger{o.Trouble}, false, false)
	if err := free(o.Listen); err != nil {
		return nil, err
	}
	s.Start()
	if !s.ReadyForConnections(readyWithin) {
		s.Shutdown()
		return nil, hint.Wrap(fmt.Errorf("fleet: the NATS server did not start at %s", o.Listen), "--fleet-listen 127.0.0.1:4333")
	}
	addr, ok := s.Addr().(*net.TCPAddr)
	if !ok {
		s.Shutdown()
		return nil, errors.New("fleet: the NATS server does not listen")
	}
	return &Server{s: s, Addr: addr}, nil
}

// listenAddress reads an address to listen at.
func listenAddress(text string) (host string, port int, err error) {
	host, digits, err := net.SplitHostPort(text)
	if err == nil {
		port, err = strconv.Atoi(digits)
	}
	if err != nil || port < 0 || port > 65535 {
		return "", 0, hint.Wrap(fmt.Errorf("fleet: %q is not an address to listen at", text), "--fleet-listen 0.0.0.0:4222")
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	return host, port, nil
}

// free returns an error if another program listens at the address. The server
// itself only logs that, and waits.
func free(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return hint.Wrap(fmt.Errorf("fleet: %w", err), "another port: --fleet-listen 127.0.0.1:4333")
	}
	return l.Close()
}

// Close ends the server. What it acknowledged stays in its store.
func (s *Server) Close() {
	s.s.Shutdown()
	s.s.WaitForShutdown()
}

// auth lets clients in by their token. A worker can take jobs and send results,
// and can read or change nothing else.
type auth struct {
	token, admin string
	workers      *server.Permissions
}

// Check reports whether a client may connect.
func (a *auth) Check(c server.ClientAuthentication) bool {
	given := c.GetOpts().Token
	switch {
	case same(given, a.admin):
		c.RegisterUser(&server.User{Username: "coordinator"})
		return true
	case same(given, a.token):
		c.RegisterUser(&server.User{Username: "worker", Permissions: a.workers})
		return true
	}
	return false
}

func same(given, token string) bool {
	return token != "" && subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
}

// workerPermissions are what a worker may do.
func workerPermissions(prefix string) *server.Permissions {
	n := names{prefix}
	blobs := "OBJ_" + n.blobs()
	return &server.Permissions{
		Publish: &server.SubjectPermission{Allow: []string{
			n.hello(), n.beat(), n.claim(), n.anyResult(),
			"$JS.API.CONSUMER.MSG.NEXT." + n.jobs() + ".*", "$JS.API.CONSUMER.INFO." + n.jobs() + ".*", "$JS.ACK." + n.jobs() + ".>",
			"$JS.API.STREAM.INFO." + blobs, "$JS.API.STREAM.MSG.GET." + blobs, "$JS.API.DIRECT.GET." + blobs + ".>", "$JS.API.DIRECT.GET." + blobs,
			"$JS.API.CONSUMER.CREATE." + blobs + ".>", "$JS.API.CONSUMER.DELETE." + blobs + ".*", "$JS.API.CONSUMER.MSG.NEXT." + blobs + ".*", "$JS.API.CONSUMER.INFO." + blobs + ".*",
			"$JS.ACK." + blobs + ".>", "$JS.FC." + blobs + ".>", "$O." + n.blobs() + ".>",
		}},
		Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX.>", n.news()}},
	}
}

// logger passes on what goes wrong in the server.
type logger struct{ trouble func(string) }

func (l *logger) say(format string, args []any) {
	if l.trouble != nil {
		l.trouble(fmt.Sprintf(format, args...))
	}
}

func (l *logger) Noticef(string, ...any)            {}
func (l *logger) Warnf(format string, args ...any)  { l.say(format, args) }
func (l *logger) Errorf(format string, args ...any) { l.say(format, args) }
func (l *logger) Fatalf(format string, args ...any) { l.say(format, args) }
func (l *logger) Debugf(string, ...any)             {}
func (l *logger) Tracef(string, ...any)             {}
