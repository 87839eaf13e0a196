package topics_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/nightpress/nightpress/internal/topics"
)

func open(t *testing.T, name, text string, o topics.Options) (*topics.Input, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := topics.Open(path, o, nil)
	if err == nil {
		t.Cleanup(func() { _ = in.Close() })
	}
	return in, err
}

func texts(t *testing.T, in *topics.Input) (all []string) {
	t.Helper()
	for tp, err := range in.All() {
		var bad *topics.BadRow
		if errors.As(err, &bad) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, tp.Text)
	}
	return all
}

func wide(s string, big bool) string {
	b := []byte{0xff, 0xfe}
	if big {
		b = []byte{0xfe, 0xff}
	}
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

func TestEveryKindOfFileGivesItsTopics(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		o          topics.Options
		want       []string
	}{
		"comma":                {"t.csv", "topic,audience\nCats,all\nDogs,some\n", topics.Options{}, []string{"Cats", "Dogs"}},
		"semicolon":            {"t.csv", "topic;audience\nCats, big;all\n", topics.Options{}, []string{"Cats, big"}},
		"tab":                  {"t.tsv", "topic\taudience\nCats\tall\n", topics.Options{}, []string{"Cats"}},
		"pipe":                 {"t.csv", "topic|audience\nCats|all\n", topics.Options{}, []string{"Cats"}},
		"a delimiter by name":  {"t.csv", "topic;x,audience\nCats;y,all\n", topics.Options{Delimiter: "comma", TopicColumn: "audience"}, []string{"all"}},
		"UTF-8 with a mark":    {"t.csv", "\ufefftopic\nÜber Katzen\n", topics.Options{}, []string{"Über Katzen"}},
		"UTF-16, little":       {"t.csv", wide("topic\r\nKätzchen\r\n", false), topics.Options{}, []string{"Kätzchen"}},
		"a stray NUL":          {"t.csv", "topic,author\nBees,Ann\x00\nWasps,Bob\n", topics.Options{}, []string{"Bees", "Wasps"}},
		"Arabic":               {"t.csv", "الموضوع;الحالة\nأين تضع خلية النحل;مسودة\nكيف تجني العسل;مسودة\n", topics.Options{TopicColumn: "الموضوع"}, []string{"أين تضع خلية النحل", "كيف تجني العسل"}},
		"UTF-16, Hindi":        {"t.csv", wide("topic\nमधुमक्खी का छत्ता कहाँ रखें\n", false), topics.Options{}, []string{"मधुमक्खी का छत्ता कहाँ रखें"}},
		"UTF-16, Russian":      {"t.csv", wide("topic\nГде поставить улей\n", true), topics.Options{}, []string{"Где поставить улей"}},
		"UTF-16, big":          {"t.csv", wide("topic\n猫\n", true), topics.Options{}, []string{"猫"}},
		"CRLF":                 {"t.csv", "topic,a\r\nCats,b\r\n", topics.Options{}, []string{"Cats"}},
		"a lone CR":            {"t.csv", "topic,a\rCats,b\rDogs,c", topics.Options{}, []string{"Cats", "Dogs"}},
		"a quoted line end":    {"t.csv", "topic,note\n\"Cats\nand dogs\",x\nBirds,y\n", topics.Options{}, []string{"Cats\nand dogs", "Birds"}},
		"a doubled quote":      {"t.csv", "topic,note\n\"\"\"It works\"\"\",x\n", topics.Options{}, []string{`"It works"`}},
		"one column":           {"t.csv", "topic\nCats, dogs, and birds\n\"Quoted, whole\"\nA \"word\" quoted\n", topics.Options{}, []string{"Cats, dogs, and birds", "Quoted, whole", `A "word" quoted`}},
		"one column, any name": {"t.csv", "Headline\nCats\n", topics.Options{}, []string{"Cats"}},
		"a bare list":          {"t.txt", "Cats, big\n\nDogs\n", topics.Options{NoHeader: true}, []string{"Cats, big", "Dogs"}},
		"JSON lines":           {"t.jsonl", "{\"topic\":\"Cats\",\"n\":1}\n{\"topic\":\"Dogs\",\"x\":null}\n", topics.Options{}, []string{"Cats", "Dogs"}},
		"a template":           {"t.csv", "topic\n{{.x}} and %s\n", topics.Options{}, []string{"{{.x}} and %s"}},
		"objects over lines":   {"t.json", "{\n  \"topic\": \"Cats\",\n  \"n\": [1, 2]\n}\n{\n  \"topic\": \"Dogs } and {\"\n}\n", topics.Options{}, []string{"Cats", "Dogs } and {"}},
		"one object":           {"t.json", "{\n  \"topic\": \"Cats\",\n  \"tags\": [\"a\", \"b\"]\n}\n", topics.Options{}, []string{"Cats"}},
		"objects with commas":  {"t.jsonl", "{\n\"topic\": \"Cats\"},\n{\n\"topic\": \"Dogs\"},\n", topics.Options{}, []string{"Cats", "Dogs"}},
		"a list in an object":  {"t.json", "{\n  \"updated\": \"2026-04-25\",\n  \"topics\": [\n    \"Cats\",\n    \"Dogs\"\n  ],\n  \"tags\": [\"x\"]\n}\n", topics.Options{}, []string{"Cats", "Dogs"}},
		"on one line":          {"t.json", `{"topics":[{"topic":"Cats","n":{"x":[1]}},{"topic":"Dogs"}]}`, topics.Options{}, []string{"Cats", "Dogs"}},
		"a list within":        {"t.json", `{"status":"ok","data":{"count":2,"items":[{"topic":"Cats"},{"topic":"Dogs"}]}}`, topics.Options{}, []string{"Cats", "Dogs"}},
		"a board's cards":      {"t.json", `{"name":"Ideas","actions":[{"id":1}],"cards":[{"name":"Cats","badges":{}},{"name":"Dogs"}],"lists":[{"name":"To do"}]}`, topics.Options{TopicColumn: "name"}, []string{"Cats", "Dogs"}},
		"a total":              {"t.csv", "topic,volume,ctr\nCats,\"1,200\",3%\nDogs,300,4%\nTotal,\"1,500\",\n\n", topics.Options{}, []string{"Cats", "Dogs"}},
		"a total in German":    {"t.csv", "topic;Klicks\nKatzen;1.200,50\nHunde;300\nSumme:;1.500,50\n", topics.Options{}, []string{"Katzen", "Hunde"}},
		"a total aside":        {"t.csv", "no,topic,volume\n1,Cats,5\n2,Dogs,6\nTotal,,11\n", topics.Options{}, []string{"Cats", "Dogs"}},
		"a topic named total":  {"t.csv", "topic,volume\nCats,5\nDogs,6\nTotal,12\n", topics.Options{}, []string{"Cats", "Dogs", "Total"}},
		"a total above others": {"t.csv", "topic,volume\nCats,5\nDogs,6\nTotal,11\nBirds,1\n", topics.Options{}, []string{"Cats", "Dogs", "Total", "Birds"}},
		"a total with a text":  {"t.csv", "topic,volume,note\nCats,5,a\nDogs,6,b\nTotal,11,an oil company\n", topics.Options{}, []string{"Cats", "Dogs", "Total"}},
		"duplicates":           {"t.csv", "topic,a\nCats,1\nCats,1\nCats,2\n", topics.Options{}, []string{"Cats", "Cats"}},
	} {
		t.Run(name, func(t *testing.T) {
			in, err := open(t, c.file, c.text, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if rep, err := in.Check(); err != nil || rep.BadRows > 0 || rep.Topics != len(c.want) {
				t.Errorf("report %+v, %v", rep, err)
			}
			for range 2 {
				if got := texts(t, in); !slices.Equal(got, c.want) {
					t.Errorf("got %q, want %q", got, c.want)
				}
			}
		})
	}
}

func TestEveryBadRowIsNamedByItsLineAndTheOthersGoOn(t *testing.T) {
	text := "topic,audience\n" +
		"Cats,äll\n" + // 2
		"Dogs,x,y\n" + // 3: a surplus cell
		",nobody\n" + // 4: empty topic
		"\"Birds,x\n" + // 5: a quote that never closes
		"Fish,\xff\n" + // 6: not UTF-8
		"Horses," + strings.Repeat("x", 200) + "\n" + // 7: too long
		"Ants,\x07\n" + // 8: control character
		"Bees,\n" // 9
	in, err := open(t, "t.csv", text, topics.Options{MaxField: 100})
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Use([]string{"audience"}, nil); err != nil {
		t.Fatal(err)
	}
	rep, err := in.Check()
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, b := range rep.Bad {
		got = append(got, b.Line)
		if !strings.Contains(b.Error(), "t.csv:") {
			t.Errorf("%v", b)
		}
	}
	if want := []int{3, 4, 5, 6, 7, 8}; !slices.Equal(got, want) {
		t.Errorf("bad rows at %v, want %v: %v", got, want, rep.Bad)
	}
	if got := texts(t, in); !slices.Equal(got, []string{"Cats", "Bees"}) {
		t.Errorf("topics %q", got)
	}
}

func TestARequiredColumnMayNotBeBlank(t *testing.T) {
	in, err := open(t, "t.csv", "topic,Target Audience\nCats,all\nDogs, \n", topics.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Use(nil, []string{"target_audience"}); err != nil {
		t.Fatal(err)
	}
	rep, err := in.Check()
	if err != nil || len(rep.Bad) != 1 || rep.Bad[0].Line != 3 {
		t.Errorf("%+v, %v", rep, err)
	}
}

func TestFaultsOfTheWholeFileSayWhatToType(t *testing.T) {
	for name, c := range map[string]struct {
		text       string
		o          topics.Options
		want, hint string
	}{
		"no topic column": {"Title,Note\nCats,x\n", topics.Options{}, `"Title", "Note"`, `--topic-column "Title"`},
		"a wrong column":  {"title,note\nCats,x\n", topics.Options{TopicColumn: "name"}, `no column "name"`, "--topic-column"},
		"two alike":       {"topic,My Note,my-note\na,b,c\n", topics.Options{TopicColumn: "my note"}, "my_note", "number"},
		"an empty file":   {"", topics.Options{}, "is empty", "header"},
		"a bad delimiter": {"topic\nx\n", topics.Options{Delimiter: "colon"}, "colon", "comma"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(t, "t.csv", c.text, c.o)
			var e *topics.Error
			if !errors.As(err, &e) || !strings.Contains(e.Error(), c.want) || !strings.Contains(e.Hint(), c.hint) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestATopicsKeyOutlivesInsertedRowsAndUnusedColumns(t *testing.T) {
	keys := func(text string) map[string]string {
		in, err := open(t, "t.csv", text, topics.Options{})
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		for tp, err := range in.All() {
			if err != nil {
				t.Fatal(err)
			}
			all[tp.Text+"/"+tp.Row["a"]] = tp.Key
		}
		return all
	}
	before, after := keys("topic,a\nCats,1\nDogs,1\n"), keys("topic,a\nAnts,1\nCats,2\nDogs,1\nCats,3\n")
	if before["Cats/1"] != after["Cats/2"] || before["Dogs/1"] != after["Dogs/1"] {
		t.Error("a key changed")
	}
	if after["Cats/2"] == after["Cats/3"] {
		t.Error("two topics share a key")
	}
}

func FuzzOpen(f *testing.F) {
	f.Add("topic,a\nx,\"y\nz\"\n")
	f.Add("{\"topic\":1}\n{")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, text string) {
		in, err := open(t, "t.csv", text, topics.Options{})
		if err != nil {
			return
		}
		rep, err := in.Check()
		if err != nil {
			return
		}
		if n := len(texts(t, in)); n != rep.Topics {
			t.Fatalf("%d topics in the first pass, %d in the second", rep.Topics, n)
		}
	})
}

// A process that is killed cannot tidy up after itself.
func TestNoNameIsLeftOfTheSpool(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir) // Windows
	in, err := topics.Open("-", topics.Options{}, strings.NewReader("topic\nWhy do cats purr\n"))
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); runtime.GOOS != "windows" && (err != nil || len(left) > 0) {
		t.Errorf("while it is open: %v, %v", left, err)
	}
	if got := texts(t, in); len(got) != 1 || got[0] != "Why do cats purr" {
		t.Errorf("read %q", got)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("after Close: %v, %v", left, err)
	}
}

// Later passes take from the first which rows are repetitions.
func TestEveryPassGivesTheSameTopicsTheSameKeys(t *testing.T) {
	const text = "topic,for\na,x\nb,\na,x\na,y\n,empty\nb,\na,y\na,z\n"
	pass := func(in *topics.Input) (keys []string, bad int) {
		for tp, err := range in.All() {
			if err != nil {
				bad++
				continue
			}
			keys = append(keys, tp.Text+tp.Row["for"]+tp.Key)
		}
		return keys, bad
	}
	in, err := open(t, "topics.csv", text, topics.Options{})
	if err != nil {
		t.Fatal(err)
	}
	first, bad := pass(in)
	if len(first) != 4 || bad != 1 {
		t.Fatalf("first pass: %q, %d bad", first, bad)
	}
	if again, bad := pass(in); !slices.Equal(again, first) || bad != 1 {
		t.Errorf("second pass: %q, %d bad; first: %q", again, bad, first)
	}
	// With a required column other rows are bad, and other rows come first.
	if err := in.Use(nil, []string{"for"}); err != nil {
		t.Fatal(err)
	}
	rep, err := in.Check()
	if err != nil || rep.Topics != 3 || rep.Duplicates != 2 || len(rep.Bad) != 3 {
		t.Errorf("with a required column: %+v, %v", rep, err)
	}
	if third, _ := pass(in); len(third) != 3 || third[0] != first[0] {
		t.Errorf("third pass: %q", third)
	}
}
