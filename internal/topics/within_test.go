package topics_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/topics"
)

func TestAJSONObjectThatIsNoListOfTopicsGetsOneErrorAndAHintThatWorks(t *testing.T) {
	for name, c := range map[string]struct{ text, want, hint string }{
		"a board":       {`{"url":"x","actions":[{"id":1}],"cards":[{"name":"Cats"}],"members":[{"id":2}]}`, `is one JSON object with several lists, and each could be the topics: "actions", "cards", "members"`, `--sheet "cards"`},
		"cut off":       {"{\n  \"topics\": [\n    \"Cats\",\n    \"Dogs\"\n", "the JSON object that begins in the first line has no end; the file seems to be cut off", "save the file again as JSON, or write one object for each topic"},
		"a comma":       {"{\n  \"topics\": [\n    \"Cats\",\n  ]\n}\n", "t.json:4: the JSON object that begins in the first line is not JSON here: the character at byte 30 does not belong there", "save the file again as JSON, or write one object for each topic"},
		"no such list":  {`{"topics":["Cats"]}`, `there is no list "cards" in the JSON object; the lists are "topics"`, `--sheet "topics"`},
		"no list":       {"{\n \"Cats\": {\"n\": 1},\n \"Dogs\": {\"n\": 2}\n}\n", `there is no column "topic"; the columns are "Cats", "Dogs"`, ""},
		"tags alone":    {"{\n \"title\": \"Cats\",\n \"tags\": [\"a\", \"b\"]\n}\n", `there is no column "topic"; the columns are "tags", "title"`, `--topic-column "title"`},
		"one card":      {`{"name":"Cats","desc":"x","actions":[{"id":1}],"checklists":[{"id":2}]}`, `there is no column "topic"; the columns are "actions", "checklists", "desc", "name"`, `--topic-column "name"`},
		"its keywords":  {`{"title":"Cats","keywords":["a","b"]}`, `there is no column "topic"; the columns are "keywords", "title"`, `--topic-column "title"`},
		"only one wild": {"{\n \"curated\": [\"Cats\"],\n \"banned\": [\"Dogs\"]\n}\n", `"curated", "banned"`, `--sheet "curated"`},
	} {
		var o topics.Options
		if name == "no such list" {
			o.Sheet = "cards"
		}
		_, err := open(t, "t.json", c.text, o)
		hint, _ := err.(interface{ Hint() string })
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || c.hint != "" && hint.Hint() != c.hint {
			t.Errorf("%s: %v, hint %q", name, err, hint)
			continue
		}
		if sheet, ok := strings.CutPrefix(c.hint, "--sheet "); ok {
			if _, err := open(t, "t.json", c.text, topics.Options{Sheet: strings.Trim(sheet, `"`), TopicColumn: map[bool]string{true: "name"}[name == "a board"]}); err != nil {
				t.Errorf("%s: the hint gives %v", name, err)
			}
		}
	}
}

// A line that is broken has an error of its own, also where it is the first.
func TestABrokenFirstLineOfJSONLinesCostsItself(t *testing.T) {
	in, err := open(t, "t.jsonl", "{\"topic\": \"Cats\"\n{\"topic\": \"Dogs\"}\n{\"topic\": \"Birds\"}\n", topics.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if rep, err := in.Check(); err != nil || rep.BadRows != 1 || rep.Bad[0].Line != 1 || rep.Topics != 2 {
		t.Errorf("%+v, %v", rep, err)
	}
}

// Rows that differ in columns that nobody uses would have the same post twice.
func TestRowsThatDifferInUnusedColumnsRunOnce(t *testing.T) {
	text := "topic,country,audience\nCats,US,all\nCats,UK,all\nCats,US,vets\nDogs,US,all\n"
	for name, c := range map[string]struct {
		use, front, where []string
		want              []string
	}{
		"one used":         {use: []string{"audience"}, want: []string{"Cats all", "Cats vets", "Dogs all"}},
		"none used":        {want: []string{"Cats ", "Dogs "}},
		"all used":         {use: []string{"audience", "country"}, want: []string{"Cats all", "Cats all", "Cats vets", "Dogs all"}},
		"in front matter":  {front: []string{"country"}, want: []string{"Cats ", "Cats ", "Dogs "}},
		"selected by flag": {where: []string{"country=UK"}, want: []string{"Cats "}},
	} {
		in, err := open(t, "t.csv", text, topics.Options{Where: c.where})
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Use(c.use, nil); err != nil {
			t.Fatal(err)
		}
		if err := in.UseFront(c.front, func(string) bool { return false }); err != nil {
			t.Fatal(err)
		}
		if rep, err := in.Check(); err != nil || rep.Topics != len(c.want) {
			t.Errorf("%s: %+v, %v", name, rep, err)
		}
		var got, keys []string
		for tp, err := range in.All() {
			if err != nil {
				t.Fatal(err)
			}
			got, keys = append(got, tp.Text+" "+tp.Row["audience"]), append(keys, tp.Key)
		}
		if slices.Sort(keys); !slices.Equal(got, c.want) || len(slices.Compact(keys)) != len(got) {
			t.Errorf("%s: %q with keys %q", name, got, keys)
		}
	}
}
