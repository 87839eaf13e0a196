package topics

import (
	"strings"
	"testing"
)

// Where a file and a ledger know the same topics, or one of them knows more, nobody has
// to look for topics that were corrected in place.
func TestAComparisonSaysWhetherTopicsCameAndWent(t *testing.T) {
	keys := func(text string) (*Comparison, []string) {
		t.Helper()
		in, err := Open("-", Options{}, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if _, err := in.Check(); err != nil {
			t.Fatal(err)
		}
		var all []string
		for topic, err := range in.All() {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, topic.Key)
		}
		c := in.Comparison()
		if in.Comparison() != nil {
			t.Error("the keys are kept")
		}
		return c, all
	}
	for text, moved := range map[string]bool{
		"topic\nA\nB\n": false, "topic\nB\nA\nA\n": false, "topic\nA\nB\nC\n": false, "topic\nA\n": false, "topic\nA\nC\n": true, "topic\nC\n": true,
	} {
		_, known := keys("topic\nA\nB\n")
		c, _ := keys(text)
		for _, key := range append(known[1:], known[0]) {
			c.Known(key)
		}
		if c.Moved() != moved {
			t.Errorf("%q: %v", text, c.Moved())
		}
	}
	c, _ := keys("topic\nA\nC\n")
	if c.Known("the key of a program of old"); !c.Moved() {
		t.Error("a key that is no hash is one of the file's")
	}
	for _, text := range []string{"topic,x\nA,1\nA,2\n", "topic\nA B\nA  B\n"} {
		if c, _ := keys(text); c != nil {
			t.Errorf("%q: its keys are not those of its rows alone", text)
		}
	}
}
