package topics_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/topics"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// quoting is how a program writes a cell.
type quoting func(cell string, delim string) string

// needed is how Excel and Python's csv module do: quotes where the cell has a
// delimiter, a quote or a line end.
func needed(cell, delim string) string {
	if strings.ContainsAny(cell, delim+"\"\r\n") {
		return always(cell, delim)
	}
	return cell
}

func always(cell, _ string) string { return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"` }

// bare writes a quote amid a cell as it is, as Excel reads it.
func bare(cell, delim string) string {
	if strings.ContainsAny(cell, delim+"\r\n") || strings.HasPrefix(cell, `"`) {
		return always(cell, delim)
	}
	return cell
}

// The values that every file of the grid holds.
var (
	gridTopics    = []string{"How bees find home", `Which 27" screen suits a small desk`, "Salt, pepper; and more", "Über Brücken", `"Quoted" at the beginning`, "Two\nlines"}
	gridAudiences = []string{"gardeners", "students", "", "Leser", `a "word"`, "all, some"}
)

func TestGridOfFiles(t *testing.T) {
	encodings := map[string]func(string) []byte{
		"UTF-8":                  func(s string) []byte { return []byte(s) },
		"UTF-8 with a mark":      func(s string) []byte { return []byte("\ufeff" + s) },
		"UTF-16LE with a mark":   func(s string) []byte { return []byte(wide16(s, true, false)) },
		"UTF-16BE with a mark":   func(s string) []byte { return []byte(wide16(s, true, true)) },
		"UTF-16LE without":       func(s string) []byte { return []byte(wide16(s, false, false)) },
		"UTF-16BE without":       func(s string) []byte { return []byte(wide16(s, false, true)) },
		"windows-1252":           func(s string) []byte { b, _ := charmap.Windows1252.NewEncoder().String(s); return []byte(b) },
		"UTF-8 packed with gzip": packed,
	}
	quotings := map[string]quoting{"where needed": needed, "always": always, "bare": bare}
	preambles := map[string][]string{
		"none": nil, "a title": {"My plan for May"}, "a title and a blank line": {"Keyword Stats 2026-01-10", "", ""},
		"padded": {"My plan for May%%"}, "sep": {"sep=%"},
	}
	headers := map[string][]string{
		"topic first": {"topic", "audience", "n"}, "spaces and case": {" Topic ", "Audience", "N"},
		"nameless at the end": {"topic", "audience", ""}, "a mark": {"topic", "audience", "#"}, "twins nobody uses": {"topic", "audience", "audience 2"},
	}
	n := 0
	for en, encode := range encodings {
		for _, delim := range []string{",", ";", "\t", "|"} {
			for qn, quote := range quotings {
				for pn, preamble := range preambles {
					for hn, header := range headers {
						for _, end := range []string{"\n", "\r\n", "\r"} {
							n++
							if n%5 != 0 && os.Getenv("NIGHTPRESS_GRID") == "" {
								continue
							}
							name := fmt.Sprintf("%s, %q, quotes %s, preamble %s, header %s, ends %q", en, delim, qn, pn, hn, end)
							var lines []string
							for _, p := range preamble {
								lines = append(lines, strings.ReplaceAll(p, "%", delim))
							}
							lines = append(lines, strings.Join(header, delim))
							for i := range gridTopics {
								cells := []string{quote(gridTopics[i], delim), quote(gridAudiences[i], delim), ""}
								lines = append(lines, strings.Join(cells, delim))
							}
							text := strings.Join(lines, end) + end
							args := ""
							if en == "windows-1252" {
								args = "--encoding windows-1252"
							}
							gridCheck(t, name, encode(text), args)
							if t.Failed() {
								t.Fatalf("%s\n%s", name, text)
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d files", n)
}

func gridCheck(t *testing.T, name string, file []byte, args string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "grid.csv")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	found, said, code := read(t, path, args)
	if code != 0 {
		t.Errorf("%s: %s", name, said)
		return
	}
	var gotTopics, gotAudiences []string
	for _, tp := range found {
		gotTopics = append(gotTopics, tp.Text)
		gotAudiences = append(gotAudiences, tp.Row["audience"])
	}
	if !slices.Equal(gotTopics, gridTopics) || !slices.Equal(gotAudiences, gridAudiences) {
		t.Errorf("%s: got %q %q", name, gotTopics, gotAudiences)
	}
}

func wide16(s string, mark, big bool) string {
	order, bom := unicode.LittleEndian, unicode.IgnoreBOM
	if big {
		order = unicode.BigEndian
	}
	if mark {
		bom = unicode.UseBOM
	}
	out, err := unicode.UTF16(order, bom).NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

func packed(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.Bytes()
}

// A tab-separated file that quotes nothing has quotes as characters.
func TestATSVThatDoesNotQuote(t *testing.T) {
	in, err := open(t, "t.tsv", "topic\taudience\n27\" screens\tall\n\"Best of\tsome\n\"Cats\" and dogs\tall\n\"Whole\"\t\"one\"\n\"Two\nlines\"\tx\n", topics.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if rep, err := in.Check(); err != nil || rep.BadRows > 0 {
		t.Errorf("%+v %v", rep, err)
	}
	want := []string{`27" screens`, `"Best of`, `"Cats" and dogs`, "Whole", "Two\nlines"}
	if got := texts(t, in); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAWorkbookIsReadByItsSheet(t *testing.T) {
	book := excelize.NewFile()
	if err := book.SetSheetName("Sheet1", "Notes"); err != nil {
		t.Fatal(err)
	}
	if _, err := book.NewSheet("Plan"); err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]any{"A1": "nothing", "A2": "here"} {
		_ = book.SetCellValue("Notes", cell, v)
	}
	_ = book.SetSheetRow("Plan", "A1", &[]any{"My plan"})
	_ = book.SetSheetRow("Plan", "A3", &[]any{"topic", "audience"})
	for i := range gridTopics {
		_ = book.SetSheetRow("Plan", fmt.Sprintf("A%d", i+4), &[]any{gridTopics[i], gridAudiences[i]})
	}
	_ = book.SetSheetRow("Plan", "A12", &[]any{"Cats", "x", "surplus"})
	path := filepath.Join(t.TempDir(), "plan.csv") // its content says what it is
	if err := book.SaveAs(strings.TrimSuffix(path, ".csv") + ".xlsx"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(strings.TrimSuffix(path, ".csv")+".xlsx", path); err != nil {
		t.Fatal(err)
	}
	found, said, _ := read(t, path, "--sheet plan --skip-bad-rows")
	var got []string
	for _, tp := range found {
		got = append(got, tp.Text)
	}
	if !slices.Equal(got, gridTopics) {
		t.Errorf("got %q, want %q: %s", got, gridTopics, said)
	}
	if _, said, code := read(t, path, "--sheet plan"); code != 2 || !strings.Contains(said, `sheet "Plan", row 12: cell 3 is filled`) {
		t.Errorf("exit %d: %s", code, said)
	}
	if _, said, code := read(t, path, "--sheet Plans"); code != 2 || !strings.Contains(said, `"Notes", "Plan"`) {
		t.Errorf("exit %d: %s", code, said)
	}
}

func TestFormsByContent(t *testing.T) {
	for name, c := range map[string]struct {
		text, args string
		want       []string
	}{
		"a Markdown table":             {"# Plan\n\n| topic | audience |\n|---|:---:|\n| Cats \\| dogs | all |\n| Birds | some |\n\nAnd so on.\n", "", []string{"Cats | dogs", "Birds"}},
		"a Markdown table, no bars":    {"topic | audience\n--- | ---\nCats | all\n", "", []string{"Cats"}},
		"a JSON array":                 {"[\n  {\"topic\": \"Cats, [big]\",\n   \"keywords\": [\"a\", \"b\"]},\n  {\"topic\": \"Dogs \\\"x\\\"\"}\n]\n", "", []string{"Cats, [big]", `Dogs "x"`}},
		"an array of texts":            {"[\"Cats\", \"Dogs\"]", "", []string{"Cats", "Dogs"}},
		"lists without a header":       {"Cats, big\nDogs\n", "--no-header", []string{"Cats, big", "Dogs"}},
		"columns by number":            {"a-1,Cats\na-2,Dogs\n", "--no-header --topic-column 2", []string{"Cats", "Dogs"}},
		"a filter by number":           {"a,Cats,x\na,Dogs,y\n", "--no-header --topic-column 2 --where 3=x", []string{"Cats"}},
		"a filter":                     {"topic,status\nCats,Pending\nDogs,done\nFish,\n", "--where status=pending", []string{"Cats"}},
		"two values":                   {"topic,status\nCats,pending\nDogs,done\nFish,\n", "--where status=pending --where status=", []string{"Cats", "Fish"}},
		"not":                          {"topic,status\nCats,pending\nDogs,done\nFish,\n", "--where status!=done", []string{"Cats", "Fish"}},
		"not blank":                    {"topic,status\nCats,pending\nDogs,done\nFish,\n", "--where status!=", []string{"Cats", "Dogs"}},
		"entities":                     {"topic,audience\nSalt &amp; pepper,a\nSalt & pepper,a\n", "", []string{"Salt &amp; pepper"}},
		"the header again":             {"topic,audience\nCats,a\nTopic,Audience\nDogs,b\n", "", []string{"Cats", "Dogs"}},
		"a header known by its name":   {"Blog Title\nCats, big\nDogs\n", "", []string{"Cats, big", "Dogs"}},
		"a first line said to be one":  {"Pets of May\nCats\nDogs\n", `--topic-column "Pets of May"`, []string{"Cats", "Dogs"}},
		"a twin by its number":         {"Title,x,Title\na,1,Cats\nb,2,Dogs\n", "--topic-column 3", []string{"Cats", "Dogs"}},
		"--column gives the topic too": {"Title,x\nCats,1\n", "--column topic=Title", []string{"Cats"}},
		"lone carriage returns":        {"topic,a\rCats,\"b\rc\"\rDogs,d", "", []string{"Cats", "Dogs"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			found, said, _ := read(t, path, c.args)
			var got []string
			for _, tp := range found {
				got = append(got, tp.Text)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q\n%s", got, c.want, said)
			}
		})
	}
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		text, args string
		says       []string
	}{
		"a list without a header":        {"bee hives for beginners\nbread scales\n", "", []string{"--no-header", `--topic-column "bee hives for beginners"`, ":1:"}},
		"rows without a header":          {"bee-hives,Bee hives: where to put them\nbread-scales,Bread scales: what they weigh\n", "", []string{"--no-header --topic-column 2"}},
		"numbers in the first line":      {"1,Cats and dogs,500\n2,Birds at home,300\n", "", []string{"--no-header --topic-column 2"}},
		"no topic column":                {"Sr.No,Category,Name\n1,a,How bees find home\n", "", []string{`--topic-column "Name"`}},
		"a topic column by its cells":    {"Code,Kind,Text of May\nA-1,x,How bees find home\nA-2,x,Why bread rises\n", "--topic-column nothing", []string{`--topic-column "Text of May"`}},
		"a twin that is used":            {"topic,audience,Audience\nCats,a,b\n", "", []string{"columns 2 and 3", "audience"}},
		"nested and used":                {"{\"topic\":\"Cats\",\"audience\":{\"a\":1}}\n", "", []string{"audience", "values within"}},
		"an old workbook":                {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xxxx", "", []string{".xls", "save it"}},
		"a web page":                     {"<!DOCTYPE html><html></html>", "", []string{"HTML"}},
		"an unknown encoding":            {"topic\nCats\n", "--encoding klingon", []string{"klingon", "--encoding windows-1252"}},
		"Cyrillic":                       {"topic,a\n\xea\xe0\xea \xef\xf7\xe5\xeb\xfb \xed\xe0\xf5\xee\xe4\xff\xf2 \xe4\xee\xec,x\n", "", []string{"windows-1251", "как пчелы находят дом", "--encoding"}},
		"a condition on no column":       {"topic,status\nCats,x\n", "--where state=x", []string{"state", "status"}},
		"a sheet of a text":              {"topic\nCats\n", "--sheet Plan", []string{"--sheet"}},
		"a column that nobody can be":    {"topic,status\nCats,x\n", "--column audience=Group", []string{"Group", "status"}},
		"control characters, if used":    {"topic,audience\nCats,\x07\n", "", []string{"U+0007", "row 2"}},
		"too long and with a control":    {"topic,audience,keywords\nCats,\x07," + strings.Repeat("x", 70_000) + "\n", "", []string{"U+0007", "longer than 64 KiB"}},
		"a surplus cell that is filled":  {"topic,audience\nCats,a,b\n", "", []string{"cell 3 is filled", ":2: row 2"}},
		"both positions where they part": {"topic,audience\n\"Cats\nand dogs\",a\n,b\n", "", []string{":4: row 3: the topic is empty"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			found, said, code := read(t, path, c.args)
			if code != 2 {
				t.Errorf("exit %d: %+v", code, found)
			}
			for _, s := range c.says {
				if !strings.Contains(said, s) {
					t.Errorf("does not say %q:\n%s", s, said)
				}
			}
		})
	}
}

func TestColumnsGetTheNamesOfThePrompt(t *testing.T) {
	in, err := open(t, "t.csv", "Title,Who\nKettle,cooks\n", topics.Options{TopicColumn: "Title", Columns: []string{"audience=Who"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Use([]string{"product", "audience"}, []string{"product"}); err != nil {
		t.Fatal(err)
	}
	for tp, err := range in.All() {
		if err != nil || tp.Row["product"] != "Kettle" || tp.Row["audience"] != "cooks" {
			t.Errorf("%+v, %v", tp, err)
		}
	}
	if !slices.Contains(in.Columns(), "product") || !strings.Contains(in.Assumed(), "product") {
		t.Errorf("%q, %q", in.Columns(), in.Assumed())
	}
}

func TestWhatIsAssumedIsOneLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.csv")
	if err := os.WriteFile(path, []byte("My plan\n\ntopic,audience\nCats\nDogs,x\ntopic,audience\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, said, _ := read(t, path, "")
	for _, want := range []string{"took line 3 as the header; 2 lines above it ignored", "1 row without the last cells", "1 row is the header again"} {
		if !strings.Contains(said, want) || strings.Contains(said, "\n") {
			t.Errorf("%q is not in %q", want, said)
		}
	}
}

func TestAListOfCellsNamesTheColumnOfTheTopics(t *testing.T) {
	for text, column := range map[string]string{
		"How bees find home,blue\nWhy bread rises well,red\n":           "1",
		"a-1;7;How bees find home\na-2;8;Why bread rises well, twice\n": "3",
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		found, said, code := read(t, path, "--no-header")
		if code != 0 || len(found) != 2 || !strings.Contains(said, "--topic-column "+column+" takes one") {
			t.Errorf("exit %d, %d topics: %s", code, len(found), said)
		}
	}
}
