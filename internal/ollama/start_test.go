package ollama

import "testing"

func TestTheHintStartsTheServerThatDoesNotAnswer(t *testing.T) {
	for host, want := range map[string]string{
		"":                       "ollama serve (or nightpress run --serve, which starts it)",
		"localhost":              "ollama serve (or nightpress run --serve, which starts it)",
		"127.0.0.1:17442":        "OLLAMA_HOST=127.0.0.1:17442 ollama serve",
		"[::1]:17442":            "OLLAMA_HOST=[::1]:17442 ollama serve",
		"192.168.0.7":            "start Ollama on that machine; with OLLAMA_HOST=0.0.0.0 it answers other machines",
		"https://attic.lan:8443": "start Ollama on that machine; with OLLAMA_HOST=0.0.0.0 it answers other machines",
	} {
		base, err := ParseHost(host)
		if err != nil {
			t.Fatal(err)
		}
		if got := New(base, Options{}).start(); got != want {
			t.Errorf("%s: %s, want %s", host, got, want)
		}
	}
	// Only a run with one server starts it.
	base, err := ParseHost("")
	if err != nil {
		t.Fatal(err)
	}
	if got := New(base, Options{Others: true}).start(); got != "ollama serve" {
		t.Errorf("one of several: %s", got)
	}
}
