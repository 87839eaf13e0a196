package topics_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/topics"
)

// exports are files as the programs write them that people plan posts with: their
// column heads, and a row or two. Each gives these topics with the column that its
// hint names; "" is a file that has none to name.
var exports = map[string]struct {
	text, column string
	want         []string
}{
	"Search Console, queries": {"Top queries,Clicks,Impressions,CTR,Position\nbee hive,12,340,3.5%,8.2\nhoney,1,5,20%,6.8\n", `"Top queries"`, []string{"bee hive", "honey"}},
	"Search Console, pages":   {"Top pages,Clicks,Impressions,CTR,Position\nhttps://example.org/a,2,4200,0.8%,12.0\n", "", nil},
	"Search Console, German":  {"Häufigste Suchanfragen,Klicks,Impressionen,CTR,Position\nBienen halten,12,340,\"3,5 %\",\"8,2\"\n", `"Häufigste Suchanfragen"`, []string{"Bienen halten"}},
	"YouTube Studio": {"Content,Video title,Video publish time,Duration,Views,Watch time (hours),Subscribers,Impressions,Impressions click-through rate (%)\nTotal,,,,181588,243.645,97,50929,1.68\nUWQNrpakgcA,Where to put a hive,\"Aug 28, 2025\",9,30331,45.8772,14,456,3.51\nbCDnDtsTHAk,How to keep bees,\"Aug 29, 2025\",15,5051,10.236,3,316,4.75\n",
		`"Video title"`, []string{"Where to put a hive", "How to keep bees"}},
	"YouTube Studio, German": {"Video;Videotitel;Veröffentlichungszeitpunkt des Videos;Aufrufe\nGesamt;;;100\nabc;Bienen halten;02.01.2024;60\ndef;Wo der Stock steht;03.01.2024;40\n", `"Videotitel"`, []string{"Bienen halten", "Wo der Stock steht"}},
	"YouTube Studio, TSV":    {"Content\tVideo title\tViews\nTotal\t\t100\nabc\tHow to keep bees\t60\n", `"Video title"`, []string{"How to keep bees"}},
	"YouTube's API":          {"Video ID,Video Title,Video URL,Published At,View Count\nabc,How to keep bees,https://youtu.be/abc,2024-01-02T10:00:00Z,60\n", `"Video Title"`, []string{"How to keep bees"}},
	"Ahrefs, keywords":       {"#,Keyword,Country,Difficulty,Volume,CPC,CPS,Parent Keyword,Last Update,SERP Features\n1,how to keep bees,us,12,1000,0.5,1.1,keep bees,2024-01-02,\"Sitelinks, Image pack\"\n2,bee hive,us,30,9000,0.9,1.0,bee hive,2024-01-02,\"People also ask, Video\"\n", `"Keyword"`, []string{"how to keep bees", "bee hive"}},
	"Ahrefs, backlinks":      {"Referring page title,Referring page URL,Language,Platform,Referring page HTTP code,Domain rating,UR\nWhat is a hive?,https://example.org/a,en,wordpress,200,40,12\nBees in town,https://example.org/b,en,wordpress,200,41,13\n", `"Referring page title"`, []string{"What is a hive?", "Bees in town"}},
	"Semrush":                {"Keyword,Intent,Volume,Trend,Keyword Difficulty,CPC (USD),Competitive Density,SERP Features,Number of Results\nhow to keep bees,Informational,1000,\"0.1,0.2,0.3\",12,0.5,0.1,\"Image pack, Reviews\",1000000\n", `"Keyword"`, []string{"how to keep bees"}},
	"Screaming Frog":         {"\ufeff\"Address\",\"Content Type\",\"Status Code\",\"Status\",\"Indexability\",\"Indexability Status\",\"Title 1\",\"Title 1 Length\",\"Meta Description 1\",\"H1-1\"\n\"https://example.org/\",\"text/html\",\"200\",\"OK\",\"Indexable\",\"\",\"Helpful articles for the hive\",\"29\",\"All of it\",\"Articles\"\n", `"Title 1"`, []string{"Helpful articles for the hive"}},
	"Keyword Planner":        {"Keyword Stats 2024-01-02 at 10_00_00\nJanuary 1, 2023 - December 31, 2023\nKeyword\tCurrency\tAvg. monthly searches\tThree month change\tYoY change\tCompetition\tCompetition (indexed value)\nai game\tUSD\t5000\t0%\t0%\tLow\t1\nbee hive\tUSD\t500\t0%\t0%\tLow\t2\n", `"Keyword"`, []string{"ai game", "bee hive"}},
	"AnswerThePublic":        {"Search Term,Modifier,Suggestion,Language,Region\nbees,are,are bees endangered,en,us\nbees,can,can bees sting twice,en,us\n", `"Suggestion"`, []string{"are bees endangered", "can bees sting twice"}},
	"Google Analytics":       {"# ----------------------------------------\n# Pages and screens\n# Account: Example\n# ----------------------------------------\n#\n# Start date: 20240101\n# End date: 20241231\nPage title and screen class,Views,Users\nHow to keep bees,100,50\nWhere to put a hive,90,40\n", `"Page title and screen class"`, []string{"How to keep bees", "Where to put a hive"}},
	"Google Ads":             {"Ad Group,Keyword,Campaign,Criterion Type,Match\nBees,buy bees,Bees 2024,Phrase,Phrase\nBees,buy hives,Bees 2024,Exact,Exact\n", `"Keyword"`, []string{"buy bees", "buy hives"}},
	"WooCommerce":            {"ID,Type,SKU,Name,Published,\"Is featured?\",\"Visibility in catalog\",\"Short description\",Description,\"Regular price\",Categories\n1,simple,A1,Blue mug,1,0,visible,\"A mug\",\"<p>A mug</p>\",9.5,Mugs > Blue\n2,simple,A2,Red mug,1,0,visible,\"A mug\",\"<p>A mug</p>\",9.5,Mugs\n", `"Name"`, []string{"Blue mug", "Red mug"}},
	"WordPress":              {"post_id,post_title,post_name,post_date,post_status,post_content\n1,How to keep bees,how-to-keep-bees,2024-01-02,publish,\"<p>Text, long</p>\"\n", `"post_title"`, []string{"How to keep bees"}},
	"ClickUp":                {"\"Task ID\",\"Task Name\",\"Assignee\",\"Due Date\",\"CMS LINK (url)\",\"Genre ES (labels)\"\n\"862j\",\"Best Movies To Watch\",\"[]\",\"Thursday, December 14th 2023\",\"\",\"\"\n\"862k\",\"Best Songs To Hear\",\"[]\",\"Thursday, December 14th 2023\",\"\",\"\"\n", `"Task Name"`, []string{"Best Movies To Watch", "Best Songs To Hear"}},
	"ClickUp, names alone":   {"\"Task Name\"\n\"Best Movies To Watch\"\n\"Best Songs To Hear\"\n", `"Task Name"`, []string{"Best Movies To Watch", "Best Songs To Hear"}},
	"Jira":                   {"\"Summary\",\"Issue key\",\"Issue id\",\"Status\"\n\"How to keep bees\",\"BEE-1\",\"100\",\"To Do\"\n", `"Summary"`, []string{"How to keep bees"}},
	"Notion":                 {"Name,Tags,Status,Created time\nHow to keep bees,\"a, b\",Draft,\"January 2, 2024 10:00 AM\"\n", `"Name"`, []string{"How to keep bees"}},
	"Pocket":                 {"title,url,time_added,tags,status\nHow to keep bees,https://example.org/a,1700000000,bees|honey,unread\n", `"title"`, []string{"How to keep bees"}},
	"Goodreads":              {"Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating\n1,The Hive,Jane Doe,\"Doe, Jane\",,\"=\"\"0123\"\"\",\"=\"\"978\"\"\",5\n2,Honey,John Doe,\"Doe, John\",,\"=\"\"0124\"\"\",\"=\"\"979\"\"\",4\n", `"Title"`, []string{"The Hive", "Honey"}},
	"R":                      {"\"talk\",\"talk_POB\",\"speaker.x\",\"speaker.y\"\n\"How to keep bees\",\"Ghent\",\"Ann\",\"Lee\"\n\"Where to put a hive\",\"Bruges\",\"Ben\",\"May\"\n", `"talk"`, []string{"How to keep bees", "Where to put a hive"}},
	"pipes":                  {"Title | Keyword | Volume\nHow to keep bees | beekeeping | 100\nWhere to put a hive | hive place | 50\n", `"Title"`, []string{"How to keep bees", "Where to put a hive"}},
	"pipes, with commas":     {"id|video_title|published|views\n1|My first hive, and what I learned|2024-01-02|1,200\n2|Honey: how, when|2024-02-02|300\n", `"video_title"`, []string{"My first hive, and what I learned", "Honey: how, when"}},
	"pipes around, no rule":  {"| Title | Keyword | Volume |\n| How to keep bees | beekeeping | 100 |\n| Where to put a hive | hive place | 50 |\n", `"Title"`, []string{"How to keep bees", "Where to put a hive"}},
}

func TestTheExportOfEachProgramIsReadWithTheHintItGets(t *testing.T) {
	for name, c := range exports {
		in, err := open(t, "t.csv", c.text, topics.Options{})
		if err != nil { // a single known column needs no hint
			hints := strings.Join(hint.Of(err), "\n")
			if c.column == "" {
				if strings.Contains(hints, `"`) {
					t.Errorf("%s: a column is named: %q", name, hints)
				}
				continue
			}
			if hints != "--topic-column "+c.column {
				t.Errorf("%s: %v, hint %q", name, err, hints)
				continue
			}
			if in, err = open(t, "t.csv", c.text, topics.Options{TopicColumn: strings.Trim(c.column, `"`)}); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
		}
		rep, err := in.Check()
		if err != nil || rep.Err() != nil {
			t.Errorf("%s: %v %v", name, err, rep.Err())
			continue
		}
		var got []string
		for tp, err := range in.All() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, tp.Text)
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A row of totals has no topic and costs none. A row without a topic that holds
// anything else is a mistake.
func TestARowOfTotalsIsLeftOutWhereverItStands(t *testing.T) {
	for text, want := range map[string]string{
		"id,topic,views\nTotal,,12\na,Cats,1\nb,Dogs,2\n":           "left out 1 row of totals without a topic",
		"id,topic,views\na,Cats,1\nTotal,,12\nb,Dogs,2\n":           "left out 1 row of totals without a topic",
		"id,topic,views\na,Cats,1\nb,Dogs,2\nTotal:,,\"1,234.5\"\n": "left out 1 row of totals without a topic",
		"id,topic,views\nTotal,,12\na,Cats,1\nGesamt,,7\n":          "left out 2 rows of totals without a topic",
		"id,topic,views\nTotal,,many\na,Cats,1\n":                   "the topic is empty",
		"id,topic,views\nx,,12\na,Cats,1\n":                         "the topic is empty",
	} {
		in, err := open(t, "t.csv", text, topics.Options{})
		if err != nil {
			t.Fatal(err)
		}
		rep, err := in.Check()
		if err != nil {
			t.Fatal(err)
		}
		said := in.Assumed()
		if err := rep.Err(); err != nil {
			said += err.Error()
		}
		if !strings.Contains(said, want) {
			t.Errorf("%q: %q", text, said)
		}
	}
}

func TestNestingWithoutEndIsToldInWords(t *testing.T) {
	lists, objects := strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000), strings.Repeat(`{"a":`, 100_000)+"1"+strings.Repeat("}", 100_000)
	for name, text := range map[string]string{
		"lists": lists, "objects": objects, "in a line": `{"topic":"Bees","x":` + lists + "}\n{\"topic\":\"Cats\"}\n", "in an array": `[{"topic":"Bees","x":` + lists + `},{"topic":"Cats"}]`, "in a list": `{"topics":[{"topic":"Bees","x":` + objects + `}]}`,
	} {
		path := filepath.Join(t.TempDir(), "t.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, said, code := read(t, path, "")
		if code != 2 || !strings.Contains(said, "nested more than 10,000 deep") || strings.Contains(said, "invalid character") {
			t.Errorf("%s: exit %d, %.300s", name, code, said)
		}
	}
}

// A cell of a workbook may refer to a text that is not there, after a program that
// repaired the file dropped texts.
func TestACellWithoutItsTextIsAnErrorWhereItIsUsed(t *testing.T) {
	cell := func(place, index string) string {
		return `<x:c r="` + place + `" t="s"><x:v>` + index + `</x:v></x:c>`
	}
	sheet := func(rows ...string) []byte {
		texts := `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>topic</t></si><si><t>notes</t></si><si><t>Cats</t></si><si><t>Dogs</t></si></sst>`
		return bomb(t, strings.NewReader("<x:row>"+strings.Join(rows, "</x:row><x:row>")+"</x:row>"), map[string]io.Reader{"xl/sharedStrings.xml": strings.NewReader(texts)})
	}
	for name, c := range map[string]struct {
		packed []byte
		want   string
	}{
		"all there":        {sheet(cell("A1", "0")+cell("B1", "1"), cell("A2", "2")+cell("B2", "3")), ""},
		"in a used column": {sheet(cell("A1", "0")+cell("B1", "1"), cell("A2", "99")+cell("B2", "3"), cell("A3", "2")), `column "topic" refers to a text that the workbook does not have`},
		"below zero":       {sheet(cell("A1", "0")+cell("B1", "1"), cell("A2", "-1")+cell("B2", "3"), cell("A3", "2")), `column "topic" refers to a text that the workbook does not have`},
		"no number":        {sheet(cell("A1", "0")+cell("B1", "1"), cell("A2", "x")+cell("B2", "3"), cell("A3", "2")), `column "topic" refers to a text that the workbook does not have`},
		"elsewhere":        {sheet(cell("A1", "0")+cell("B1", "1"), cell("A2", "2")+cell("B2", "99")), ""},
	} {
		in, err := topics.Open("-", topics.Options{}, bytes.NewReader(c.packed))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := in.Use(nil, nil); err != nil {
			t.Fatal(err)
		}
		rep, err := in.Check()
		if err != nil {
			t.Fatal(err)
		}
		switch err := rep.Err(); {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestColumnsThatNothingUsesAreNamed(t *testing.T) {
	in, err := open(t, "t.csv", "Video title,audiense,Status,Notes,Slug\nCats,kids,pending,x,cats\n", topics.Options{TopicColumn: "Video title", Where: []string{"status=pending"}})
	if err != nil {
		t.Fatal(err)
	}
	wanted := []string{"audience", "keywords"}
	if err := in.Use(wanted, nil); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(in.Unused(wanted), ", "); got != `"audiense" (did you mean audience?), "Notes"` {
		t.Error(got)
	}
}
