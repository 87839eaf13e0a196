package reply_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
)

// Folders of real Markdown in NIGHTPRESS_CORPUS (a list as in PATH) are read
// through, to see that no file of theirs is taken for a loop or a refusal.
// `make corpus` sets it. With none set, the few files of testdata/markdown are
// read alone.
func TestRealMarkdownIsNeverTakenForALoopOrARefusal(t *testing.T) {
	folders := append([]string{"testdata/markdown"}, filepath.SplitList(os.Getenv("NIGHTPRESS_CORPUS"))...)
	files, alarms, bytes := 0, 0, 0
	for _, dir := range folders {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || !isMarkdown(path) {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files, bytes = files+1, bytes+len(text)
			r := reply.NewReader(&contract.Contract{})
			r.Feed(string(text))
			if v := r.Close(reply.Ended); r.Stopped() == reply.StoppedLoop {
				alarms++
				t.Errorf("%s:%d: taken for a loop", path, v.Problems[0].Line)
			}
			r = reply.NewReader(sailing())
			r.Feed(string(text[:min(len(text), 4<<10)]))
			if r.Stopped() == reply.StoppedRefusal {
				alarms++
				t.Errorf("%s: taken for a refusal", path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files == 0 {
		t.Fatal("no file was read")
	}
	t.Logf("%d files, %d bytes: %d alarms", files, bytes, alarms)
}

func isMarkdown(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".md", ".markdown", ".mdx":
		return true
	}
	return false
}
