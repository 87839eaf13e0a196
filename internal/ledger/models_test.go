package ledger

import (
	"path/filepath"
	"testing"
)

func TestAModelKeepsItsKeyOnEveryMachine(t *testing.T) {
	old := atVersion(t, len(migrations)-1, `INSERT INTO jobs (id, slug, label, topic, model, digest, prompt, status, reason, path, sha256, words, repairs, attempts, run, updated)
		VALUES ('a', 'cats', 'small', 'Cats', 'small:latest', 'old', 'p', 'done', '', 'small/cats.md', 'abc', 300, '[]', 1, 7, '2026-01-01T00:00:00Z')`)
	for _, c := range []struct {
		what, path string
		// seen are the identity and the digest that servers have for the model,
		// one after the other.
		seen [][2]string
		want string
	}{
		{"a new folder", "", [][2]string{{"I", "d1"}, {"I", "d2"}}, "I"},
		{"an old folder", old, [][2]string{{"I", "old"}, {"I", "other"}}, "old"},
		{"an updated server", "", [][2]string{{"I", "d1"}, {"I2", "d1"}, {"I2", "d2"}}, "I"},
		{"a server that says too little", "", [][2]string{{"", "d1"}, {"I", "d1"}}, "d1"},
	} {
		if c.path == "" {
			c.path = filepath.Join(t.TempDir(), "ledger.db")
		}
		l, err := Open(c.path)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		for _, s := range c.seen {
			key, err := l.ModelKey(t.Context(), s[0], s[1])
			if err != nil || key != c.want {
				t.Errorf("%s: %v has the key %q, want %q (%v)", c.what, s, key, c.want, err)
			}
			if err := l.RememberModel(t.Context(), s[0], s[1], key); err != nil {
				t.Fatal(err)
			}
		}
	}
}
