package reply_test

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/reply"
)

// long is a post of about a megabyte in which no two sentences are alike.
func long() string {
	var b strings.Builder
	b.WriteString(header)
	for i := range 18000 {
		switch {
		case i%40 == 0:
			b.WriteString("\n\n## " + prose(i) + "\n\n")
		case i%8 == 0:
			b.WriteString("\n\n")
		}
		b.WriteString(prose(i) + " ")
	}
	b.WriteString("\n\n</EndOFText>\n")
	return b.String()
}

func BenchmarkReadWhole(b *testing.B) {
	s := long()
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		if v := reply.Read(sailing(), s, reply.Ended); v.Post == nil {
			b.Fatal(v.Problems)
		}
	}
}

// A server sends a token at a time, four bytes or so.
func BenchmarkReadInTokens(b *testing.B) {
	s := long()
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		r := reply.NewReader(sailing())
		for i := 0; i < len(s); i += 4 {
			r.Feed(s[i:min(i+4, len(s))])
		}
		r.Close(reply.Ended)
	}
}

// One line without an end must cost no more than many lines.
func BenchmarkReadOneLongLine(b *testing.B) {
	s := header + strings.ReplaceAll(long()[len(header):], "\n", " ")
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		r := reply.NewReader(sailing())
		for i := 0; i < len(s); i += 4 {
			r.Feed(s[i:min(i+4, len(s))])
		}
		r.Close(reply.Ended)
	}
}

func BenchmarkReadThinking(b *testing.B) {
	s := long()
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		reply.NewReader(sailing()).FeedThinking(s)
	}
}
