package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/report"
	"github.com/nightpress/nightpress/output"
)

// The tokens of each job on three topics are 100 and 300, 500 and 700, and 900 and 1100.
// By hand: the mean squares are 640,000/2 between and 60,000/3 within topics, so that
// the variance between topics is (320,000 - 20,000)/2 = 150,000, and 20,000 within.
func TestTheReportComparesSamplesOfATopicWithTopics(t *testing.T) {
	s := newShelf(t, filepath.Join(t.TempDir(), "posts"))
	for i := range 6 {
		r := result("m", fmt.Sprint("Topic ", i/2), 100+200*i, "")
		r.Slug = output.SampleSlug(r.Slug, 1+i%2)
		r.ID += fmt.Sprint("/", i)
		s.put(r)
	}
	s.put(result("once", "Topic 0", 100, ""), result("once", "Topic 1", 300, ""))
	models := lines(t, s.dir, "model")
	want := map[string]any{"topics": 3.0, "n": 6.0, "deviation_between_topics": 387.298, "deviation_between_samples": 141.421, "share_between_topics": 0.882353}
	if got := models[0]["samples"].(map[string]any)["tokens"]; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if models[1]["samples"] != nil {
		t.Errorf("a model with one post on each topic has %v", models[1]["samples"])
	}
	pages := filepath.Join(t.TempDir(), "report")
	if _, err := open(t, s.dir).Write(t.Context(), report.Pages{Dir: pages, Now: clock}); err != nil {
		t.Fatal(err)
	}
	index, err := os.ReadFile(filepath.Join(pages, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Samples of a topic", ">387<", ">141<", ">88%<"} {
		if !strings.Contains(string(index), text) {
			t.Errorf("the report has no %s", text)
		}
	}
}
