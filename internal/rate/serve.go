package rate

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/hint"
)

// Serve serves the page on a port of the loopback until the context ends; port 0
// is any that is free. ready is called with the page's address once the server
// listens; its error ends Serve.
func (s *Server) Serve(ctx context.Context, port int, ready func(url string) error) error {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(port)))
	if err != nil {
		return hint.Wrap(fmt.Errorf("rate: %w", err), "choose another port, or leave --port out")
	}
	host, token := listener.Addr().String(), strings.ToLower(rand.Text())
	server := &http.Server{Handler: s.Handler(host, token), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	crash.Go(func() { served <- server.Serve(listener) }, func(err error) { served <- err })
	if err = ready("http://" + host + "/" + token + "/"); err == nil {
		select {
		case err = <-served:
			return fmt.Errorf("rate: %w", err)
		case <-ctx.Done():
		}
	}
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, server.Shutdown(shutdown))
}
