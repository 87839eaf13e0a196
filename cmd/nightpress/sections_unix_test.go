//go:build unix

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/scripted"
)

const shortInSections = `+++
mode = "sections"
[sections]
min = 2
max = 3
words = 300
+++
Write about {{.topic}}.
{{define "outline"}}Plan it.{{end}}
{{define "section"}}Write section {{.n}} of {{.of}}.{{end}}
`

// watch and status show which section of a post is being written.
func TestWatchAndStatusShowTheSectionInProgress(t *testing.T) {
	server := scriptedServer(t)
	t.Chdir(topicsFile(t, "Bees"))
	toml := fmt.Sprintf("[[servers]]\nname = \"left\"\nurl = %q\n", server.Host())
	for name, text := range map[string]string{"models.toml": toml, "prompts/short.md": shortInSections} {
		if err := os.MkdirAll("prompts", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	server.Hold()
	server.Next(scripted.Reply{Text: "## Bees in spring (150 words)\n- one thing\n- another thing\n\n## Honey and wax (150 words)\n- one thing\n- another thing\n"})
	begin(t, "run", "topics.csv", "-m", "m", "-p", "short", "-j", "1")
	at := func(part string) func(*live.Snapshot) bool {
		return func(s *live.Snapshot) bool { return len(s.Sections) == 1 && s.Sections[0].Step.String() == part }
	}
	shows := func(part string) {
		t.Helper()
		s := snapshot(t, part, at(part))
		if one := s.Sections[0]; one.Topic != "Bees" || one.Server != "left" || one.Label != "m" {
			t.Errorf("watch shows %+v", one)
		}
		if _, out, _ := tell(t, "status"); !strings.Contains(out, "  "+part+": Bees, m (left)\n") {
			t.Errorf("status does not show %q:\n%s", part, out)
		}
		if _, st := asStatus(t); len(st.Sections) != 1 || st.Sections[0] != s.Sections[0] {
			t.Errorf("watch shows %+v, status %+v", s.Sections, st.Sections)
		}
	}
	shows("outline")
	server.Release(1)
	shows("section 1 of 2")
	if s := snapshot(t, "a section", at("section 1 of 2")); s.Sections[0].Step.Heading != "Bees in spring" || s.Sections[0].Step.Kind != contract.PartSection {
		t.Errorf("the step is %+v", s.Sections[0].Step)
	}
}
