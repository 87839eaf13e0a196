package reply_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
)

// longPost is the contract of a post of three sections with 600 words.
func longPost() *contract.Contract {
	return &contract.Contract{End: []string{"</END>"}, Sections: &contract.Sections{Min: 3, Max: 5, Words: 600, Tolerance: 0.1}}
}

func outline() *contract.Contract {
	return longPost().Of(contract.Part{Kind: contract.PartOutline, Words: 600})
}

func section(p contract.Part) *contract.Contract {
	p.Kind = contract.PartSection
	return longPost().Of(p)
}

func repairs(v contract.Verdict) (all []string) {
	for _, r := range v.Repairs {
		all = append(all, r.Code.String())
	}
	return all
}

func TestAnOutlineIsReadInTheFormsThatModelsUse(t *testing.T) {
	want := "Bees in spring 200, Honey & wax 200, The year ahead 200"
	for name, text := range map[string]string{
		"as requested":      "## Bees in spring (200 words)\n- how they wake\n- what they eat\n\n## Honey & wax (200 words)\n- combs\n\n## The year ahead (200 words)\n- plans\n",
		"numbered":          "Here is the outline:\n\n1. Bees in spring (200 words)\n   - how they wake\n   - what they eat\n2. Honey & wax (200 words)\n   - combs\n3. The year ahead (200 words)\n   - plans",
		"bold, with ranges": "# A year with bees\n\n**1. Bees in spring** (150-250 words)\n* how they wake\n* what they eat\n\n**2. Honey & wax** (150 to 250 words)\n* combs\n\n**3. The year ahead** (~200 words)\n* plans\n\nTotal: 600 words",
		"headings, numbers": "# Outline\n\n## 1. Bees in spring\nWords: 200\n- how they wake\n- what they eat\n## 2. Honey & wax\nWords: 200\n- combs\n## 3. The year ahead\nWords: 200\n- plans",
		"list in a list":    "- Bees in spring (200 words)\n  - how they wake\n  - what they eat\n- Honey & wax (200 words)\n  - combs\n- The year ahead (200 words)\n  - plans",
		"no words":          "## Bees in spring\n- how they wake\n- what they eat\n## Honey & wax\n- combs\n## The year ahead\n- plans",
		"an object":         "```json\n{\"sections\": [{\"heading\": \"Bees in spring\", \"words\": 200, \"points\": [\"how they wake\", \"what they eat\"]}, {\"heading\": \"Honey & wax\", \"words\": 200, \"points\": [\"combs\"]}, {\"heading\": \"The year ahead\", \"words\": 200, \"points\": [\"plans\"]}]}\n```",
		"thinking before":   "<think>\n## A (1 words)\nwhat to write?\n</think>\n## Bees in spring (200 words)\n- how they wake\n- what they eat\n## Honey & wax (200 words)\n- combs\n## The year ahead (200 words)\n- plans\n</END>",
	} {
		v := reply.Read(outline(), text, reply.Ended)
		if v.Post == nil {
			t.Errorf("%s: %v", name, v.Problems)
			continue
		}
		var got []string
		for _, s := range reply.Outline(v.Post.Body) {
			got = append(got, fmt.Sprintf("%s %d", s.Heading, s.Words))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if first := reply.Outline(v.Post.Body)[0]; !slices.Equal(first.Points, []string{"how they wake", "what they eat"}) {
			t.Errorf("%s: points %q", name, first.Points)
		}
		if again := reply.Read(outline(), v.Post.Body, reply.Ended); again.Post == nil || again.Post.Body != v.Post.Body || len(again.Repairs) > 0 {
			t.Errorf("%s: its usual form reads as %v with %v, %v", name, again.Post, again.Repairs, again.Problems)
		}
	}
}

func TestTheWordsOfAnOutlineAddUp(t *testing.T) {
	for _, text := range []string{
		"## A thing (1000 words)\n- x y\n## B thing (10 words)\n- x y\n## C thing (500 words)\n- x y",
		"## A thing (5 words)\n- x y\n## B thing\n- x y\n## C thing (7 words)\n- x y",
		"## A thing (999999999999 words)\n- x y\n## B thing (0 words)\n- x y\n## C thing (-3 words)\n- x y",
	} {
		v := reply.Read(outline(), text, reply.Ended)
		if v.Post == nil {
			t.Errorf("%q: %v", text, v.Problems)
			continue
		}
		sum := 0
		for _, s := range reply.Outline(v.Post.Body) {
			if sum += s.Words; s.Words < 60 {
				t.Errorf("%q: %d words for %q", text, s.Words, s.Heading)
			}
		}
		if sum != 600 || !slices.Contains(repairs(v), "budgets") {
			t.Errorf("%q: %d words, repairs %v", text, sum, v.Repairs)
		}
	}
}

func TestAnOutlineThatLacksSomethingHasAProblem(t *testing.T) {
	for code, text := range map[string]string{
		"outline-missing":  "I like bees very much, and there is a lot to say about them in every season of the year.",
		"outline-sections": "## One thing (300 words)\n- x\n## Two things (300 words)\n- y",
		"outline-points":   "## One thing (200 words)\n## Two things (200 words)\n- y\n## Three (200 words)\n- z",
		"outline-repeated": "## One thing (200 words)\n- x\n## One thing (200 words)\n- y\n## Three (200 words)\n- z",
		"body-missing":     "",
	} {
		v := reply.Read(outline(), text, reply.Ended)
		if len(v.Problems) == 0 || v.Problems[0].Code.String() != code {
			t.Errorf("%s: %v, post %v", code, v.Problems, v.Post)
		}
	}
}

// sentences are n sentences of ten words, all different.
func sentences(from, n int) string {
	var b strings.Builder
	for i := from; i < from+n; i++ {
		name := strings.Fields("Ada Ben Cleo Dan Eve Finn Gus Hal Ida Jon Kay")[i*7%11]
		does := strings.Fields("saw heard built carried moved fed lost found weighed sold counted fixed drew")[i%13]
		where := strings.Fields("garden meadow orchard valley barn harbor market village")[i%8]
		fmt.Fprintf(&b, "Sentence %d says what keeper %s %s near the %s.", i, name, does, where)
		if i%5 == 4 {
			b.WriteString("\n\n")
		} else {
			b.WriteString(" ")
		}
	}
	return strings.TrimSpace(b.String())
}

func TestASectionIsReadUnderItsOwnContract(t *testing.T) {
	part := contract.Part{Heading: "Bees in spring", Others: []string{"Honey & wax", "The year ahead"}, Words: 200}
	for name, c := range map[string]struct {
		text    string
		repairs []string
		problem string
		// stopped is why the reader stopped.
		stopped string
	}{
		"well-formed":             {text: "## Bees in spring\n\n" + sentences(0, 20)},
		"no heading":              {text: sentences(0, 20), repairs: []string{"section-heading"}},
		"other level":             {text: "# 3. Bees in spring\n\n" + sentences(0, 20), repairs: []string{"section-heading"}},
		"other words":             {text: "## Spring, and its bees\n\n" + sentences(0, 20), repairs: []string{"section-heading"}},
		"bold":                    {text: "**Bees in spring**\n\n" + sentences(0, 20), repairs: []string{"section-heading"}},
		"a remark before":         {text: "Here is the section:\n\n## Bees in spring\n\n" + sentences(0, 20), repairs: []string{"preamble"}},
		"own heading of level 2":  {text: "## Bees in spring\n\n" + sentences(0, 10) + "\n\n## Pollen\n\n" + sentences(10, 10), repairs: []string{"heading-level"}},
		"underlined heading":      {text: "## Bees in spring\n\n" + sentences(0, 10) + "\n\nPollen\n------\n\n" + sentences(10, 10), repairs: []string{"heading-level"}},
		"runs into the next":      {text: "## Bees in spring\n\n" + sentences(0, 19) + "\n\n## Honey & wax\n\n" + sentences(40, 30), repairs: []string{"run-on"}, stopped: "section"},
		"begins again":            {text: "## Bees in spring\n\n" + sentences(0, 19) + "\n\n## Bees in spring\n\n" + sentences(40, 30), repairs: []string{"run-on"}, stopped: "section"},
		"runs on":                 {text: "## Bees in spring\n\n" + sentences(0, 90), stopped: "budget"},
		"runs on in one line":     {text: "## Bees in spring\n\n" + strings.ReplaceAll(sentences(0, 90), "\n\n", " "), repairs: []string{"run-on"}, stopped: "budget"},
		"marker":                  {text: "## Bees in spring\n\n" + sentences(0, 19) + "\n\n</END>\n", stopped: "marker"},
		"sums up":                 {text: "## Bees in spring\n\n" + sentences(0, 19) + "\n\nIn conclusion, bees are fine.", repairs: []string{"sum-up"}},
		"sums up, short":          {text: "## Bees in spring\n\n" + sentences(0, 15) + "\n\nIn conclusion, " + sentences(15, 4), problem: "closing-words"},
		"stops early":             {text: "## Bees in spring\n\n" + sentences(0, 9), problem: "body-short"},
		"another section":         {text: "## Honey & wax\n\n" + sentences(0, 20), problem: "other-section", stopped: "other-section"},
		"empty":                   {text: "", problem: "body-missing"},
		"no end within its words": {text: "## Bees in spring\n\n" + strings.Repeat("word and ", 200), problem: "loop"},
		"a heading at its end":    {text: "## Bees in spring\n\n" + sentences(0, 19) + "\n\n### Pollen", repairs: []string{"empty-section"}},
	} {
		r := reply.NewReader(section(part))
		for _, chunk := range strings.SplitAfter(c.text, " ") {
			r.Feed(chunk)
		}
		v := r.Close(reply.Ended)
		whole := reply.Read(section(part), c.text, reply.Ended)
		if fmt.Sprint(v.Problems, v.Repairs) != fmt.Sprint(whole.Problems, whole.Repairs) {
			t.Errorf("%s: in pieces %v %v, whole %v %v", name, v.Problems, v.Repairs, whole.Problems, whole.Repairs)
		}
		if r.Stopped() != c.stopped && c.problem != "loop" {
			t.Errorf("%s: stopped %q, want %q", name, r.Stopped(), c.stopped)
		}
		if c.problem != "" {
			if v.Post != nil || v.Problems[0].Code.String() != c.problem {
				t.Errorf("%s: %v, want %s", name, v.Problems, c.problem)
			}
			continue
		}
		if v.Post == nil {
			t.Errorf("%s: %v", name, v.Problems)
			continue
		}
		if got := repairs(v); !slices.Equal(got, c.repairs) {
			t.Errorf("%s: repairs %v, want %v", name, got, c.repairs)
		}
		if !strings.HasPrefix(v.Post.Body, "## Bees in spring\n\nSentence 0 ") || strings.Count(v.Post.Body, "\n## ") > 0 {
			t.Errorf("%s: %.80q", name, v.Post.Body)
		}
		if v.Post.Words < 180 || v.Post.Words > 220 {
			t.Errorf("%s: %d words", name, v.Post.Words)
		}
		if again := reply.Read(section(part), v.Post.Body, reply.Ended); again.Post == nil || again.Post.Body != v.Post.Body {
			t.Errorf("%s: read again, it is %v, %v", name, again.Post, again.Problems)
		}
	}
}

func TestTheLastSectionMaySumUp(t *testing.T) {
	text := "## The year ahead\n\n" + sentences(0, 19) + "\n\nIn conclusion, bees are fine."
	v := reply.Read(section(contract.Part{Heading: "The year ahead", Words: 200, Last: true}), text, reply.Ended)
	if v.Post == nil || !strings.HasSuffix(v.Post.Body, "bees are fine.") {
		t.Error(v.Post, v.Problems)
	}
}

func TestPhrasesOfAnEarlierSectionAreAProblemUnlessTheyAreQuoted(t *testing.T) {
	earlier := "## Honey & wax\n\n" + sentences(0, 20)
	part := contract.Part{Heading: "Bees in spring", Words: 200, Earlier: []string{earlier}}
	repeated := "## Bees in spring\n\n" + sentences(18, 20)
	v := reply.Read(section(part), repeated, reply.Ended)
	if len(v.Problems) != 1 || v.Problems[0].Code != contract.ProblemPhrasesRepeated || !strings.Contains(v.Problems[0].Ask, `say something else: not "sentence 18 says what keeper finn fed near"`) {
		t.Errorf("%+v", v.Problems)
	}
	for name, text := range map[string]string{
		"nothing repeated": "## Bees in spring\n\n" + sentences(20, 20),
		"a quotation":      "## Bees in spring\n\n> " + sentences(18, 2) + "\n\n" + sentences(20, 18),
		"in quotes":        "## Bees in spring\n\nThey say: “" + sentences(18, 1) + "”\n\n" + sentences(20, 18),
		"code":             "## Bees in spring\n\n```\n" + sentences(18, 2) + "\n```\n\n" + sentences(20, 18),
	} {
		if v := reply.Read(section(part), text, reply.Ended); v.Post == nil {
			t.Errorf("%s: %v", name, v.Problems)
		}
	}
	if all, again := reply.Repeated(earlier + "\n\n" + repeated); all == 0 || again == 0 || again > all/2 {
		t.Errorf("%d of %d", again, all)
	}
	if _, again := reply.Repeated(earlier); again > 0 {
		t.Errorf("one section repeats %d phrases", again)
	}
}
