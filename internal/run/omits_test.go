package run

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
)

func TestThePreviewSaysWhatDoesNotFitOfAPostInSections(t *testing.T) {
	s := &contract.Sections{Min: 5, Max: 10, Words: 4000, Tolerance: 0.1}
	for numCtx, want := range map[int]string{
		32768: "",
		8192:  "num_ctx = 9216 holds all",
		2048:  "may not fit in num_ctx 2048 with its outline; num_ctx = 9216 holds the whole post",
	} {
		got := omits(llm.Model{NumCtx: numCtx}, s, 200)
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("num_ctx %d: %q", numCtx, got)
		}
	}
}
