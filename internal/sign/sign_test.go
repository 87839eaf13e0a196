package sign_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/sign"
	"github.com/nightpress/nightpress/internal/sign/signtest"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestASignatureSaysWhoSignedAndEndsWithTheFirstChangedByte(t *testing.T) {
	private, public := signtest.Key(t, t.TempDir())
	key, err := sign.ReadKey(private)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := key.Sign(strings.NewReader("the words"))
	if err != nil {
		t.Fatal(err)
	}
	line := strings.TrimSpace(string(signtest.Read(t, public)))
	fields := strings.Fields(line)
	bare := fields[0] + " " + fields[1]
	other, _ := signtest.Key(t, t.TempDir())
	for name, c := range map[string]struct{ message, keys, who, wrong string }{
		"a .pub file":           {"the words", line, "", ""},
		"an allowed signer":     {"the words", "# us\n\npress@example.com " + bare, "press@example.com", ""},
		"of our namespace":      {"the words", `press@example.com namespaces="git,night*" ` + bare, "press@example.com", ""},
		"within its time":       {"the words", `a valid-after="20260101",valid-before="20270101Z" ` + bare, "a", ""},
		"another message":       {"the word", line, "", "does not match"},
		"another key":           {"the words", string(signtest.Read(t, other+".pub")), "", "does not list this key"},
		"of another namespace":  {"the words", `a namespaces="git" ` + bare, "", "for other namespaces"},
		"of a refused one":      {"the words", `a namespaces="*,!nightpress" ` + bare, "", "for other namespaces"},
		"too late":              {"the words", `a valid-before="20260101" ` + bare, "", "no longer valid"},
		"too early":             {"the words", `a valid-after="202612312359Z" ` + bare, "", "not valid yet"},
		"an authority's key":    {"the words", `a cert-authority ` + bare + "\nb " + strings.TrimSpace(string(signtest.Read(t, other+".pub"))), "", "does not list this key"},
		"a second line with it": {"the words", `a valid-before="20260101" ` + bare + "\nb " + bare, "b", ""},
	} {
		t.Run(name, func(t *testing.T) {
			trusted, err := sign.ReadTrusted(write(t, "keys", c.keys))
			if err != nil {
				t.Fatal(err)
			}
			by, err := sign.Check(strings.NewReader(c.message), sig, trusted, now)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("%v, want %q", err, c.wrong)
				}
				return
			}
			if err != nil || by.Name != c.who || !by.Trusted || by.Fingerprint != key.Fingerprint() {
				t.Errorf("%+v, %v", by, err)
			}
		})
	}
	if by, err := sign.Check(strings.NewReader("the words"), sig, nil, now); err != nil || by.Trusted {
		t.Errorf("without keys: %+v, %v", by, err)
	}
	for cut := range sig {
		if _, err := sign.Check(strings.NewReader("the words"), sig[:cut], nil, now); err == nil {
			t.Fatalf("a signature of %d bytes counts", cut)
		}
	}
}

// Whoever has only OpenSSH can check what nightpress signed, and the other way round.
func TestSSHKeygenAndNightpressCheckEachOther(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Log("ssh-keygen is not installed")
		return
	}
	dir := t.TempDir()
	private, public := signtest.Key(t, dir)
	key, err := sign.ReadKey(private)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := key.Sign(strings.NewReader("the words"))
	if err != nil {
		t.Fatal(err)
	}
	signers := write(t, "signers", "us "+string(signtest.Read(t, public)))
	cmd := exec.Command(keygen, "-Y", "verify", "-f", signers, "-I", "us", "-n", sign.Namespace, "-s", write(t, "sig", string(sign.Armor(sig))))
	cmd.Stdin = strings.NewReader("the words")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	cmd = exec.Command(keygen, "-q", "-Y", "sign", "-f", private, "-n", sign.Namespace)
	cmd.Stdin = strings.NewReader("the words")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := sign.Unarmor(out)
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := sign.ReadTrusted(signers)
	if err != nil {
		t.Fatal(err)
	}
	if by, err := sign.Check(bytes.NewReader([]byte("the words")), theirs, trusted, now); err != nil || by.Name != "us" {
		t.Errorf("%+v, %v", by, err)
	}
}

func TestAKeyThatCannotSignSaysWhatToDo(t *testing.T) {
	private, public := signtest.Key(t, t.TempDir())
	for name, c := range map[string]struct{ path, words, hint string }{
		"missing":   {filepath.Join(t.TempDir(), "none"), "does not exist", "ssh-keygen -t ed25519"},
		"public":    {public, "is a public key", "--key " + private},
		"encrypted": {write(t, "k", signtest.Encrypted), "encrypted with a passphrase", "ssh-keygen -p"},
		"nonsense":  {write(t, "k", "hello"), "is not an SSH key", "ssh-keygen"},
		"a folder":  {t.TempDir(), "is a folder", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sign.ReadKey(c.path)
			if err == nil || !strings.Contains(err.Error(), c.words) || !strings.Contains(strings.Join(hint.Of(err), "\n"), c.hint) {
				t.Errorf("%v %v", err, hint.Of(err))
			}
		})
	}
	if _, err := sign.ReadTrusted(private); err == nil || !strings.Contains(hint.Text(err), private+".pub") {
		t.Errorf("a private key as one that counts: %v", err)
	}
	for _, text := range []string{"", "hello", "a unknown-option ssh-ed25519 AAAA", "a valid-after=x " + string(signtest.Read(t, public))} {
		if _, err := sign.ReadTrusted(write(t, "keys", text)); err == nil {
			t.Errorf("%q is taken for keys", text)
		}
	}
}
