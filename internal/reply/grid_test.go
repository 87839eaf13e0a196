package reply_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/phrases"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
)

const (
	gridTitle = "Where to Put a Bee Hive in a Small Garden"
	gridAbout = "What a beginner should know about sun, wind and neighbours before the first hive arrives."
)

var gridTags = []string{"bees", "gardens", "beginners"}

// gridBody is a body that the built-in blog-post prompt accepts.
func gridBody() string {
	var b strings.Builder
	for i, heading := range []string{"", "Sun and wind", "The neighbours", "What to remember"} {
		if heading != "" {
			fmt.Fprintf(&b, "\n\n## %s\n\n", heading)
		}
		for n := range 10 {
			b.WriteString(prose(100*i+n) + " ")
		}
	}
	return strings.TrimSpace(strings.ReplaceAll(b.String(), " \n", "\n"))
}

func blogPost(t *testing.T) *contract.Contract {
	t.Helper()
	p, err := prompts.Open(t.TempDir()).Get("blog-post")
	if err != nil {
		t.Fatal(err)
	}
	return p.For(nil).Contract
}

// isGridPost holds a reply to what the grid's replies all say.
func isGridPost(c *contract.Contract, raw string, marked bool) string {
	switch v := reply.Read(c, raw, reply.Ended); {
	case v.Post == nil && !marked && len(v.Problems) == 1 && v.Problems[0].Code == contract.ProblemMarkerMissing:
		if v.Draft.Body != gridBody() {
			return fmt.Sprintf("the draft's body is %q", v.Draft.Body)
		}
		return ""
	case v.Post == nil:
		return fmt.Sprint(codes(v), v.Problems)
	case v.Post.Text("title") != gridTitle:
		return fmt.Sprintf("title %q", v.Post.Text("title"))
	case v.Post.Text("description") != gridAbout:
		return fmt.Sprintf("description %q", v.Post.Text("description"))
	case !slices.Equal(v.Post.List("tags"), gridTags):
		return fmt.Sprintf("tags %q", v.Post.List("tags"))
	case !slices.Equal(v.Post.List("categories"), []string{"Tutorials", "Home Automation"}):
		return fmt.Sprintf("categories %q", v.Post.List("categories"))
	case v.Post.Body != gridBody():
		return fmt.Sprintf("body %q", v.Post.Body)
	}
	return ""
}

// dependsOnChunks reads a reply byte by byte, and in pieces as long as a token.
func dependsOnChunks(c *contract.Contract, raw string) string {
	v := reply.Read(c, raw, reply.Ended)
	for _, size := range []int{1, 5} {
		r := reply.NewReader(c)
		for i := 0; i < len(raw); i += size {
			r.Feed(raw[i:min(i+size, len(raw))])
		}
		if got := r.Close(reply.Ended); !reflect.DeepEqual(got, v) {
			return fmt.Sprintf("whole %+v, in chunks of %d %+v", v, size, got)
		}
	}
	return ""
}

var gridLabels = []string{"TITLE", "META_DESCRIPTION", "TAGS", "CATEGORIES"}

func gridValues() []string {
	return []string{gridTitle, gridAbout, strings.Join(gridTags, ", "), "Tutorials, Home Automation"}
}

func TestEveryFormOfALabelIsReadInEveryPlace(t *testing.T) {
	c := blogPost(t)
	c.Language = "" // it costs most of the time, and says nothing here
	for form, write := range labelForms {
		for edge, around := range edges {
			if !common[form] && !slices.Contains([]string{"none", "chatter", "fence", "think", "gemma", "llama", "next turn"}, edge) {
				continue // each pair costs a millisecond
			}
			if form != "colon" && form != "bold label" && edge == "thinking aloud" {
				continue // only a plain header line shows that what came before was none
			}
			if form != "colon" && form != "bold label" && strings.Contains(around, "%s") && !strings.Contains(around, "\n%s") && around != "%s" {
				continue // what begins within a line begins with the label itself
			}
			raw := fmt.Sprintf(strings.ReplaceAll(around, "%s", "%[1]s"), write(gridLabels, gridValues())+"\n"+gridBody()+"\n\n</EndOFText>")
			if strings.Contains(form, "fenced") && strings.Contains(around, "\n%s\n") {
				continue // a fence inside a fence ends it
			}
			if wrong := isGridPost(c, raw, true); wrong != "" {
				t.Errorf("%s, %s: %s", form, edge, wrong)
			}
			if form != "colon" && edge != "none" {
				continue
			}
			if wrong := dependsOnChunks(c, raw); wrong != "" {
				t.Errorf("%s, %s: %s", form, edge, wrong)
			}
		}
	}
}

func TestEveryDecorationOfAValueIsTakenOff(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	for _, form := range []string{"colon", "bold label", "numbers, bold", "heading, blank", "list", "tags", "dash"} {
		for name, around := range decorations {
			if form == "tags" && strings.HasPrefix(name, "count") {
				continue
			}
			if form == "heading, blank" && (name == "picture" || name == "pipes" || name == "element") {
				continue // below a blank line, they are rather the body's
			}
			values := gridValues()
			values[0] = fmt.Sprintf(around, gridTitle)
			if name != "label again" && name != "element" && name != "heading" && name != "HTML heading" {
				values[1] = fmt.Sprintf(strings.ReplaceAll(around, "41", fmt.Sprint(len(gridAbout))), gridAbout)
			}
			raw := labelForms[form](gridLabels, values) + "\n" + gridBody() + "\n\n</EndOFText>"
			if wrong := isGridPost(c, raw, true); wrong != "" {
				t.Errorf("%s, %s: %s", form, name, wrong)
			}
		}
	}
}

func TestEveryFormOfAListIsRead(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	for _, form := range []string{"colon", "bold label", "heading, below", "numbers, bold", "bold, value below"} {
		for name, list := range listForms {
			if strings.HasPrefix(list, "\n") && (form == "heading, below" || form == "bold, value below") {
				list = strings.TrimLeft(list, "\n")
			}
			values := gridValues()
			values[2] = list
			raw := labelForms[form](gridLabels, values) + "\n" + gridBody() + "\n\n</EndOFText>"
			if wrong := isGridPost(c, raw, true); wrong != "" {
				t.Errorf("%s, %s: %s", form, name, wrong)
			}
		}
	}
}

func TestWhatIsNoDecorationStays(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	form := each("%s: %s\n")
	for _, title := range literalTitles {
		values := gridValues()
		values[0] = title
		if v := reply.Read(c, form(gridLabels, values)+"\n"+gridBody()+"\n\n</EndOFText>", reply.Ended); v.Post == nil || v.Post.Text("title") != title {
			t.Errorf("%q: %+v %v", title, v.Post, v.Problems)
		}
	}
	for _, list := range literalLists {
		for _, written := range []string{strings.Join(list, ", "), "\n- " + strings.Join(list, "\n- ")} {
			values := gridValues()
			values[2] = written
			if v := reply.Read(c, form(gridLabels, values)+"\n"+gridBody()+"\n\n</EndOFText>", reply.Ended); v.Post == nil || !slices.Equal(v.Post.List("tags"), list) {
				t.Errorf("%q: %+v %v", written, v.Post, v.Problems)
			}
		}
	}
	for _, begin := range beginnings {
		if v := reply.Read(c, form(gridLabels, gridValues())+"\n"+begin+"\n\n"+gridBody()+"\n\n</EndOFText>", reply.Ended); v.Post == nil || v.Post.Body != begin+"\n\n"+gridBody() {
			t.Errorf("%q: %+v %v", begin, v.Post, v.Problems)
		}
	}
}

func TestThinkingIsPassedOverHoweverItIsMarked(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	head := each("%s: %s\n")(gridLabels, gridValues()) + "\n"
	post := head + gridBody() + "\n\n</EndOFText>"
	draft := "TITLE: A draft of a title here\nTAGS: a, b, c\n\nA draft.\n"
	for _, tag := range thinking {
		for name, raw := range map[string]string{
			"a plan":           tag[0] + "\nI plan.\n" + tag[1] + "\n\n" + post,
			"a draft":          tag[0] + "\nI plan.\n\n" + draft + tag[1] + "\n\n" + post,
			"no blank":         tag[0] + "\nI plan.\n\n" + draft + tag[1] + post,
			"one line":         tag[0] + " I plan it. " + tag[1] + post,
			"never ended":      tag[0] + "\nI plan it.\n\n" + post,
			"empty":            tag[0] + "\n\n" + tag[1] + "\n\n" + post,
			"ended twice":      tag[0] + "\nI plan.\n" + tag[1] + "\n" + tag[1] + "\n\n" + post,
			"two":              tag[0] + "\nI plan.\n" + tag[1] + "\n\n" + tag[0] + "\nMore.\n" + tag[1] + "\n\n" + post,
			"nested":           tag[0] + "\nI plan.\n" + tag[0] + "\nMore.\n" + tag[1] + "\nDone.\n" + tag[1] + "\n\n" + post,
			"below the header": head + tag[0] + "\nI plan the body.\n" + tag[1] + "\n\n" + gridBody() + "\n\n</EndOFText>",
		} {
			if wrong := isGridPost(c, raw, true); wrong != "" {
				t.Errorf("%s, %s: %s", tag[0], name, wrong)
			}
		}
	}
}

func TestATurnThatIsNotTheModelsEndsThePost(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	post := each("%s: %s\n")(gridLabels, gridValues()) + "\n" + gridBody()
	for _, turn := range turns {
		for _, end := range []string{"", "\n\n</EndOFText>"} {
			if wrong := isGridPost(c, post+turn+"Ducks like water."+end, false); wrong != "" {
				t.Errorf("%q %q: %s", turn, end, wrong)
			}
		}
	}
	for _, stray := range strays {
		if wrong := isGridPost(c, post+stray+"\n\n</EndOFText>", true); wrong != "" {
			t.Errorf("%q: %s", stray, wrong)
		}
	}
}

func TestLabelsAreReadInEveryLanguageThatPhrasesHave(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	for i, key := range []string{"title", "description", "tags", "categories"} {
		for _, l := range phrases.Labels[key] {
			for _, form := range []string{"%s: ", "**%s:** ", "## %s\n"} {
				labels := slices.Clone(gridLabels)
				raw := ""
				for k := range labels {
					if k == i {
						raw += fmt.Sprintf(form, l) + gridValues()[k] + "\n"
					} else {
						raw += labels[k] + ": " + gridValues()[k] + "\n"
					}
				}
				if wrong := isGridPost(c, raw+"\n"+gridBody()+"\n\n</EndOFText>", true); wrong != "" {
					t.Errorf("%s %q: %s", key, fmt.Sprintf(form, l), wrong)
				}
			}
		}
	}
}

func TestEveryMarkerAndRemarkAtTheEndIsTakenOff(t *testing.T) {
	c := blogPost(t)
	head := each("%s: %s\n")(gridLabels, gridValues()) + "\n"
	for _, marker := range markers {
		if wrong := isGridPost(c, head+gridBody()+marker, true); wrong != "" && !strings.Contains(marker, "```") {
			t.Errorf("%q: %s", marker, wrong)
		}
	}
	for _, remark := range remarks {
		for _, end := range []string{"\n\n</EndOFText>", "\n</EndOFText>\n", ""} {
			if wrong := dependsOnChunks(c, head+gridBody()+"\n\n"+remark+end); wrong != "" {
				t.Errorf("%q %q: %s", remark, end, wrong)
			}
			if wrong := isGridPost(c, head+gridBody()+"\n\n"+remark+end, false); wrong != "" {
				t.Errorf("%q %q: %s", remark, end, wrong)
			}
		}
	}
	for _, remark := range []string{"Here is the blog post:", "Here's your blog post in Markdown!", "Sure! Here is the article you requested.", "Certainly! Below is the post.", "**Here is the blog post:**", "Hier ist der Beitrag:", "<content>"} {
		if wrong := isGridPost(c, head+remark+"\n\n"+gridBody()+"\n\n</EndOFText>", true); wrong != "" {
			t.Errorf("%q: %s", remark, wrong)
		}
	}
}
