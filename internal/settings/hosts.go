package settings

import (
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/config"
)

// Host is one server that is in force.
type Host struct {
	// Name tells the servers apart; "" for one that was not given a name.
	Name, URL string
	Workers   config.Workers
	// Models are patterns of the models that it is used for; none is all.
	Models []string
	// Headers are sent with each request. Their values are secrets: they stand
	// in no text.
	Headers map[string]string
}

// hosts chooses the servers: those of --server, the one of OLLAMA_HOST, those
// of [[servers]], or the one of [server]. everywhere is set where the number of
// workers was given for all of them.
func (o *overlay) hosts(everywhere bool) {
	s := o.s
	if list, set := o.given("server"); set {
		o.note("server.url", list, "--server")
		urls := strings.Split(list, ",")
		for _, url := range urls {
			o.add(o.byName(url, len(urls) > 1), everywhere)
		}
	} else if url := o.getenv("OLLAMA_HOST"); url != "" || len(s.Servers) == 0 {
		s.Server.URL = o.text("server.url", "", "OLLAMA_HOST", s.Server.URL)
		o.add(config.Host{URL: s.Server.URL}, everywhere)
	} else {
		for _, h := range s.Servers {
			o.note("server "+h.Name, o.add(h, everywhere).String(), fromFile)
		}
	}
	s.Server.URL = s.Hosts[0].URL
}

// byName returns the server of models.toml with this name, else the one at this
// address.
func (o *overlay) byName(text string, several bool) config.Host {
	for _, h := range o.s.Servers {
		if h.Name == text {
			return h
		}
	}
	h := config.Host{URL: text}
	if several {
		h.Name = strings.TrimSuffix(text[strings.LastIndex(text, "://")+1:], "/")
		h.Name = strings.TrimPrefix(h.Name, "//")
	}
	return h
}

// add makes a server one of those in force.
func (o *overlay) add(from config.Host, everywhere bool) Host {
	s := o.s
	h := Host{Name: from.Name, URL: from.URL, Workers: s.Defaults.Workers, Models: from.Models, Headers: map[string]string{}}
	if from.Workers != nil && !everywhere {
		h.Workers = *from.Workers
	}
	for name, value := range from.Headers {
		variable := strings.TrimPrefix(value, config.EnvPrefix)
		if h.Headers[name] = o.getenv(variable); h.Headers[name] == "" {
			o.err = fmt.Errorf("server %s: the header %s needs the environment variable %s, which is not set", from.Name, name, variable)
		}
	}
	for _, other := range s.Hosts {
		if other.Name == h.Name || other.URL == h.URL {
			o.err = fmt.Errorf("the server %s is listed twice", h.URL)
		}
	}
	s.Hosts = append(s.Hosts, h)
	return h
}

// String describes a server without the values of its headers.
func (h Host) String() string {
	text := h.URL + ", workers " + h.Workers.String()
	if len(h.Models) > 0 {
		text += ", for " + strings.Join(h.Models, " ")
	}
	for name := range h.Headers {
		text += ", with a header " + name
	}
	return text
}
