package local

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

// Server says what is served where.
type Server struct {
	// Command is the name of the command, for errors.
	Command string
	// Port is the port of the pages; 0 is any that is free.
	Port int
	// LAN serves other machines, too.
	LAN bool
	// Policy is the Content-Security-Policy of all answers.
	Policy string
}

// Serve serves the pages until the context ends. ready is called with the address of
// each page once the server listens; its error ends Serve.
func (s Server) Serve(ctx context.Context, pages []http.Handler, ready func(urls []string) error) error {
	bind, addresses := "127.0.0.1", []string{"127.0.0.1"}
	if s.LAN {
		var err error
		if addresses, err = ownAddresses(s.Command); err != nil {
			return err
		}
		bind = ""
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(bind, fmt.Sprint(s.Port)))
	if err != nil {
		return hint.Wrap(fmt.Errorf("%s: %w", s.Command, err), "choose another port, or leave --port out")
	}
	hosts, tokens, urls := make([]string, len(addresses)), make([]string, len(pages)), make([]string, len(pages))
	for i, a := range addresses {
		hosts[i] = net.JoinHostPort(a, fmt.Sprint(listener.Addr().(*net.TCPAddr).Port))
	}
	for i := range pages {
		tokens[i] = strings.ToLower(rand.Text())
		urls[i] = "http://" + hosts[0] + "/" + tokens[i] + "/"
	}
	server := &http.Server{Handler: Guard(hosts, tokens, pages, s.Policy), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	crash.Go(func() { served <- server.Serve(listener) }, func(err error) { served <- err })
	if err = ready(urls); err == nil {
		select {
		case err = <-served:
			return fmt.Errorf("%s: %w", s.Command, err)
		case <-ctx.Done():
		}
	}
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, server.Shutdown(shutdown))
}

// ownAddresses returns the addresses of this machine at which others reach it, those
// of private networks first, and last the loopback.
func ownAddresses(command string) ([]string, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("%s --lan: %w", command, err)
	}
	var private, other []string
	for _, a := range all {
		network, ok := a.(*net.IPNet)
		if !ok || !network.IP.IsGlobalUnicast() {
			continue
		}
		if network.IP.IsPrivate() && network.IP.To4() != nil {
			private = append(private, network.IP.String())
		} else {
			other = append(other, network.IP.String())
		}
	}
	if len(private)+len(other) == 0 {
		return nil, hint.Wrap(fmt.Errorf("%s --lan: this machine has no address on a network", command), "leave --lan out to serve this machine only")
	}
	return append(append(private, other...), "127.0.0.1"), nil
}
