package watch

import "testing"

func TestAReasonLeavesOutTheAddressOfItsServer(t *testing.T) {
	for reason, want := range map[string]string{
		"Ollama at http://192.168.0.7:11434 does not answer: connection refused": "does not answer: connection refused",
		"connection refused":  "connection refused",
		"Ollama at somewhere": "Ollama at somewhere",
		"":                    "",
	} {
		if got := brief(reason); got != want {
			t.Errorf("%q: %q, want %q", reason, got, want)
		}
	}
}
