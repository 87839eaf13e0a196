package metrics

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/nightpress/nightpress/internal/exit"
)

// loopback is where a Server listens unless a host is written out.
const loopback = "127.0.0.1"

// parse reads HOST:PORT. A port alone, as 9095 or as :9095, is one of the
// loopback: other machines can connect only if a host is written out.
func parse(text string) (host, port string, err error) {
	wrong := func(why string) (string, string, error) {
		return "", "", exit.Usage(fmt.Errorf("--metrics is %q: %s", text, why), "--metrics "+loopback+":9095")
	}
	host, port = loopback, text
	if strings.ContainsAny(text, ":[]") {
		if host, port, err = net.SplitHostPort(text); err != nil {
			return wrong("it is HOST:PORT, with an IPv6 address in brackets")
		}
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return wrong(fmt.Sprintf("the port is %q; it is a number from 0 to 65535", port))
	} else {
		port = strconv.FormatUint(n, 10)
	}
	if host == "" {
		host = loopback
	}
	if strings.ContainsAny(host, " /@?#") {
		return wrong("it is HOST:PORT, and neither a URL nor a path")
	}
	return host, port, nil
}
