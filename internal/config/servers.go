package config

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Host is one [[servers]].
type Host struct {
	// Name tells the servers apart, wherever one is named.
	Name string `toml:"name"`
	// URL is the server's address as OLLAMA_HOST has it.
	URL string `toml:"url"`
	// Workers is how many requests are in progress at once; nil leaves it to
	// Defaults.Workers.
	Workers *Workers `toml:"workers"`
	// Models are patterns of the models that it is used for; none is all.
	Models []string `toml:"models"`
	// Headers are sent with each request. A value is "env:" and the name of a
	// variable of the environment: no secret stands in a file.
	Headers map[string]string `toml:"headers"`
}

// Workers is a number of workers, or Auto.
type Workers int

// Auto finds the number of workers from what a server does.
const Auto Workers = 0

// MostWorkers bounds a number of workers that is written down.
const MostWorkers = 1024

func (w Workers) String() string {
	if w == Auto {
		return "auto"
	}
	return strconv.Itoa(int(w))
}

// ParseWorkers reads "auto" or a number, and reports whether it is one of them.
func ParseWorkers(text string) (Workers, bool) {
	if text == "auto" {
		return Auto, true
	}
	n, err := strconv.Atoi(text)
	return Workers(n), err == nil && n >= 1 && n <= MostWorkers
}

// UnmarshalTOML reads "auto" or a number.
func (w *Workers) UnmarshalTOML(v any) (err error) {
	switch v := v.(type) {
	case string:
		if *w = Auto; v != "auto" {
			err = fmt.Errorf("%q is a text; it should be \"auto\" or a whole number", v)
		}
	case int64:
		*w = Workers(v)
		if v == 0 {
			*w = -1 // a number, and not Auto: refused by its check
		}
	default:
		err = fmt.Errorf("it should be \"auto\" or a whole number")
	}
	return err
}

func (k *checker) workers(key string, w Workers) {
	if w != Auto && (w < 1 || w > MostWorkers) {
		k.fault(key, `workers = "auto"`, "%s is %d; it is \"auto\" or a number from 1 to %d", plainKey(key), max(0, int(w)), MostWorkers)
	}
}

// EnvPrefix begins the value of a header.
const EnvPrefix = "env:"

var (
	hostName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)
	headerName = regexp.MustCompile(`^[A-Za-z0-9-]+$`)
)

// servers checks each [[servers]].
func (k *checker) servers() {
	first := map[string]int{}
	for i := range k.c.Servers {
		h := &k.c.Servers[i]
		table := serverKey(i)
		switch other, taken := first[h.Name]; {
		case h.Name == "":
			k.fault(table, `name = "big"`, "a [[servers]] has no name")
		case !hostName.MatchString(h.Name):
			k.fault(table+".name", `name = "big"`, "server name %q has other characters than letters, digits, \".\", \"_\" and \"-\", or more than 40", h.Name)
		case taken:
			k.fault(table+".name", fmt.Sprintf("name = %q", h.Name+"-2"), "server name %q is already used in line %d", h.Name, k.lines.around(serverKey(other)+".name"))
		default:
			first[h.Name] = i
		}
		if h.URL == "" {
			k.fault(table, `url = "192.168.0.7:11434"`, "server %q has no url", h.Name)
		}
		if h.Workers != nil {
			k.workers(table+".workers", *h.Workers)
		}
		for _, p := range h.Models {
			if _, err := path.Match(p, ""); err != nil {
				k.fault(table+".models", `a pattern has "*", "?" and "[a-z]"`, "servers.models has %q: %v", p, err)
			}
		}
		k.headers(table+".headers", h.Headers)
	}
	if len(k.c.Servers) > 0 && k.c.Server.URL != "" {
		k.fault("server.url", "remove it, or make it one of [[servers]]", "there is a url in [server], and there are [[servers]]")
	}
}

// headers checks the headers of one server.
func (k *checker) headers(key string, all map[string]string) {
	for name, value := range all {
		if !headerName.MatchString(name) {
			k.fault(key, `headers = { Authorization = "env:OLLAMA_TOKEN" }`, "%q is not the name of a header", name)
		}
		if variable, ok := strings.CutPrefix(value, EnvPrefix); !ok || variable == "" {
			// The value may be a secret, so it is not shown.
			k.fault(key, fmt.Sprintf("headers = { %s = \"env:OLLAMA_TOKEN\" }, and export OLLAMA_TOKEN=...", name),
				"the header %s has its value in the file; it is to name a variable of the environment", name)
		}
	}
}
