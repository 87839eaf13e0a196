package guard

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// Dialer connects only to the addresses in Only, even if a server names others.
type Dialer struct {
	// Only are the addresses, each with its port.
	Only []string
	// Timeout bounds a connection's beginning; 0 means five seconds.
	Timeout time.Duration
}

// Dial connects to an address if it is one of Only.
func (d *Dialer) Dial(network, address string) (net.Conn, error) {
	if !slices.Contains(d.Only, address) {
		return nil, fmt.Errorf("refused to connect to %s: only %s is configured", address, strings.Join(d.Only, ", "))
	}
	timeout := d.Timeout
	if timeout == 0 {
		timeout = 5 * time.Second
	}
	return net.DialTimeout(network, address, timeout)
}
