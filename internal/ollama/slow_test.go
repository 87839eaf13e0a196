package ollama

import (
	"net/url"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/guard"
)

func TestAfterFiveSecondsAPersonReadsWhatIsWaitedFor(t *testing.T) {
	var said string
	c := New(&url.URL{Scheme: "http", Host: "127.0.0.1:1"}, Options{Waiting: func(text string) { said = text }})
	x := c.slow(&guard.Exchange{}, "list its models")
	x.Slow()
	if want := "waiting for Ollama at 127.0.0.1:1 to list its models"; said != want || x.SlowAfter != 5*time.Second {
		t.Errorf("%q after %s", said, x.SlowAfter)
	}
	if x := New(&url.URL{}, Options{}).slow(&guard.Exchange{}, "list its models"); x.Slow != nil {
		t.Error("nobody wants to hear it")
	}
}
