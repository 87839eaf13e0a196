package language

import (
	"strings"
	"testing"
)

// What the check costs for a post of 1,200 words: the whole of it is looked at
// once, and each section once more.
func BenchmarkWrongInAPost(b *testing.B) {
	l, ok := Of("English")
	if !ok {
		b.Fatal("English is not known")
	}
	post := strings.Repeat("The hive stands in the morning sun, away from the wind, and the neighbours hardly notice that there are bees at all. ", 55)
	b.SetBytes(int64(len(post)))
	b.ReportAllocs()
	for b.Loop() {
		if wrong := l.Wrong(post); wrong != "" {
			b.Fatal(wrong)
		}
	}
}
