//go:build linux

package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// address finds the peer of a connect or sendto call in strace's output.
var address = regexp.MustCompile(`sin6?_port=htons\((\d+)\).*?(?:inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)")`)

// A run must reach no address but its server's. The system calls tell, whatever
// the code believes.
func TestARunConnectsToItsServerAndNothingElse(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is needed: apt-get install strace")
	}
	dir := t.TempDir()
	trace := filepath.Join(dir, "trace")
	run := command(dir, "run", examples(t), "-m", "rehearsal-steady", "--limit", "4", "--quiet")
	cmd := exec.Command(strace, append([]string{"-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", trace}, run.Args...)...)
	cmd.Dir = dir
	// Proxies that nothing may use.
	cmd.Env = append(run.Env, "HTTP_PROXY=http://127.0.0.2:9", "HTTPS_PROXY=http://127.0.0.2:9", "ALL_PROXY=http://127.0.0.2:9", "NO_PROXY=")
	if r := finish(cmd); r.code != 4 {
		t.Fatalf("exit %d\n%s", r.code, r.stderr)
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	calls := address.FindAllStringSubmatch(string(text), -1)
	if len(calls) == 0 {
		t.Fatalf("the trace shows no connection at all:\n%s", text)
	}
	for _, c := range calls {
		if got := net.JoinHostPort(c[2]+c[3], c[1]); got != host {
			t.Errorf("a call went to %s, the server is %s:\n%s", got, host, c[0])
		}
	}
}
