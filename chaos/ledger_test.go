//go:build linux

package chaos

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A damage changes a ledger at a random place.
var damages = []struct {
	name   string
	damage func(d *rand.Rand, ledger []byte) []byte
}{
	{"a bit is flipped", func(d *rand.Rand, b []byte) []byte { b[d.IntN(len(b))] ^= 1 << d.IntN(8); return b }},
	{"the header is changed", func(d *rand.Rand, b []byte) []byte { b[d.IntN(100)] ^= byte(1 + d.IntN(255)); return b }},
	{"it is cut off", func(d *rand.Rand, b []byte) []byte { return b[:1+d.IntN(len(b)-1)] }},
	{"a stretch is zero", func(d *rand.Rand, b []byte) []byte {
		at := d.IntN(len(b))
		clear(b[at:min(len(b), at+1<<d.IntN(15))])
		return b
	}},
	{"a stretch is noise", func(d *rand.Rand, b []byte) []byte {
		at := d.IntN(len(b))
		for i := at; i < min(len(b), at+1<<d.IntN(15)); i++ {
			b[i] = byte(d.Uint32())
		}
		return b
	}},
	{"two pages are exchanged", func(d *rand.Rand, b []byte) []byte {
		const page = 4096
		x, y := d.IntN(len(b)/page)*page, d.IntN(len(b)/page)*page
		kept := append([]byte(nil), b[x:x+page]...)
		copy(b[x:x+page], b[y:y+page])
		copy(b[y:y+page], kept)
		return b
	}},
}

// Whatever is damaged in a ledger, each command either does its work or names the file
// and what to do, and no post is lost.
func TestADamagedLedgerIsNamedWhateverIsDamaged(t *testing.T) {
	s, d := newServer(t), dice(t)
	const jobs = 20
	f := newFolder(t, t.TempDir(), jobs, "", steady)
	f.start(t, s.addr).wantExit(t, 0)
	whole, err := os.ReadFile(f.ledgerPath())
	if err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(t.TempDir(), "posts")
	posts := filepath.Join(f.dir, "posts")
	if err := os.CopyFS(kept, os.DirFS(posts)); err != nil {
		t.Fatal(err)
	}
	for range rounds(3, 200) {
		x := damages[d.IntN(len(damages))]
		damaged := x.damage(d, append([]byte(nil), whole...))
		// Run asks nothing of the server where it can keep the posts.
		for _, args := range [][]string{{"status"}, {"verify"}, {"plan", "topics.csv"}, {"report", "--json"}, {"run", "topics.csv", "--keep-done", "--limit", "1"}} {
			if err := os.RemoveAll(posts); err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(posts, os.DirFS(kept)); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(f.ledgerPath(), damaged, 0o666); err != nil {
				t.Fatal(err)
			}
			out, code := f.tell(s.addr, args...)
			named := strings.Contains(out, filepath.Join("posts", ".nightpress", "ledger.db")) && strings.Contains(out, "hint: ")
			switch {
			case code != 0 && code != 1 && code != 3 && code != 4, code == 1 && !named, strings.Contains(out, "panic"):
				t.Errorf("%s: nightpress %s: exit %d\n%.2000s", x.name, strings.Join(args, " "), code, out)
			}
			if there, err := filepath.Glob(filepath.Join(posts, steady, "*.md")); err != nil || len(there) != jobs {
				t.Errorf("%s: nightpress %s: %d posts, %v", x.name, strings.Join(args, " "), len(there), err)
			}
		}
	}
}
