package topics_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/topics"
)

// drawn are the topics of a sample of a file of these rows.
func drawn(t *testing.T, rows []string, n int, seed int64) []string {
	t.Helper()
	in, err := open(t, "t.csv", "topic\n"+strings.Join(rows, "\n")+"\n", topics.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := in.Sample(n, seed)
	if err != nil {
		t.Fatal(err)
	}
	all := texts(t, in)
	if len(all) != got {
		t.Errorf("%d topics, Sample said %d", len(all), got)
	}
	return all
}

func numbered(n int) (rows []string) {
	for i := range n {
		rows = append(rows, fmt.Sprint("topic ", i))
	}
	return rows
}

func TestASampleDependsOnItsSeedAndNotOnTheOrderOfTheFile(t *testing.T) {
	rows := numbered(500)
	one := drawn(t, rows, 20, 1)
	if len(one) != 20 {
		t.Fatalf("%d topics, want 20", len(one))
	}
	if !slices.IsSortedFunc(one, func(a, b string) int { return slices.Index(rows, a) - slices.Index(rows, b) }) {
		t.Errorf("not in the file's order: %v", one)
	}
	slices.Reverse(rows)
	turned := drawn(t, rows, 20, 1)
	slices.Sort(one)
	slices.Sort(turned)
	if !slices.Equal(one, turned) {
		t.Errorf("another order gives %v, not %v", turned, one)
	}
	other := drawn(t, rows, 20, 2)
	slices.Sort(other)
	if slices.Equal(one, other) {
		t.Error("another seed gives the same topics")
	}
}

func TestALargerSampleKeepsTheTopicsOfASmallerOne(t *testing.T) {
	rows := numbered(300)
	large := drawn(t, rows, 50, 7)
	for _, topic := range drawn(t, rows, 10, 7) {
		if !slices.Contains(large, topic) {
			t.Errorf("%s is in the sample of 10 and not in that of 50", topic)
		}
	}
	if all := drawn(t, rows, 1000, 7); len(all) != 300 {
		t.Errorf("a sample larger than the file has %d topics", len(all))
	}
}

// With 200 seeds a sample of 10 from 100 takes each topic 20 times on average,
// with a standard deviation of 4.2.
func TestEachTopicIsAsLikelyAsAnother(t *testing.T) {
	rows, times := numbered(100), map[string]int{}
	for seed := range 200 {
		for _, topic := range drawn(t, rows, 10, int64(seed)) {
			times[topic]++
		}
	}
	for _, r := range rows {
		if n := times[r]; n < 3 || n > 41 {
			t.Errorf("%s was drawn %d times of 200", r, n)
		}
	}
}

func TestABadRowIsInNoSample(t *testing.T) {
	in, err := open(t, "t.csv", "topic,b\nx,1\n,bad\ny,2\n", topics.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := in.Sample(5, 1); n != 2 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	for _, err := range in.All() {
		if err != nil {
			t.Error(err)
		}
	}
}
