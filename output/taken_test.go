package output_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

// titled is a contract with a title.
var titled = &contract.Contract{Fields: []contract.Field{{Key: "title", Label: "TITLE"}}}

// prose is a text of random words.
func prose(draw *rand.Rand, words int) string {
	var b strings.Builder
	for range words {
		fmt.Fprintf(&b, "w%d ", draw.IntN(5000))
	}
	return b.String()
}

func titledPost(title, body string) *contract.Post {
	return &contract.Post{Fields: []contract.Value{{Key: "title", Text: title}}, Body: body, Words: 1}
}

// posted is a folder whose sink compares posts, and its claim.
func posted(t testing.TB, dir string, near float64) (*output.Posts, *output.Sink, *output.Taken) {
	t.Helper()
	p, err := output.OpenToWrite(t.Context(), dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	s := p.Sink(1)
	s.Taken = p.Taken([]string{"title"}, near)
	return p, s, s.Taken
}

// codesOf are the codes of problems.
func codesOf(problems []contract.Problem) (all []string) {
	for _, p := range problems {
		all = append(all, p.Code.String())
	}
	return all
}

func saveTitled(t testing.TB, s *output.Sink, slug string, post *contract.Post) {
	t.Helper()
	r := &record.Result{ID: "job-" + slug, Topic: slug, Slug: slug, Label: "m", Model: "m", Prompt: "p", Status: record.Done, Post: post}
	if _, err := s.Save(context.Background(), r); err != nil {
		t.Fatal(err)
	}
}

func TestOfTwoPostsWithOneTitleTheFirstOneGetsIt(t *testing.T) {
	_, s, taken := posted(t, t.TempDir(), 0)
	var got atomic.Int32
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			problems, err := taken.Claim(t.Context(), "m", fmt.Sprint("post-", i), titled, titledPost("One, title!", "x"))
			if err != nil {
				t.Error(err)
			}
			if len(problems) == 0 {
				got.Add(1)
			}
		})
	}
	all.Wait()
	if got.Load() != 1 {
		t.Errorf("%d posts got the title", got.Load())
	}
	// Another label is another batch.
	if problems, err := taken.Claim(t.Context(), "other", "x", titled, titledPost("One title", "x")); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	saveTitled(t, s, "a", titledPost("A title", "x")) // without a claim
}

func TestWhatIsTakenIsKnownToLaterRuns(t *testing.T) {
	dir := t.TempDir()
	draw := rand.New(rand.NewPCG(1, 2))
	text := prose(draw, 200)
	p, s, taken := posted(t, dir, 0.8)
	for slug, title := range map[string]string{"a": "Tides", "b": "Tides and waves", "c": "Under water"} {
		post := titledPost(title, text+slug)
		if slug != "a" {
			post.Body = prose(draw, 200)
		}
		if problems, err := taken.Claim(t.Context(), "m", slug, titled, post); err != nil || len(problems) > 0 {
			t.Fatalf("%s: %v, %v", slug, problems, err)
		}
		saveTitled(t, s, slug, post)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, taken = posted(t, dir, 0.8)
	if err := taken.Learn(t.Context(), "m", func() { t.Error("the posts are read, although their marks are known") }); err != nil {
		t.Fatal(err)
	}
	problems, err := taken.Claim(t.Context(), "m", "d", titled, titledPost("tides.", text+"more"))
	if err != nil || fmt.Sprint(codesOf(problems)) != "[field-taken near-duplicate]" {
		t.Fatalf("%v, %v", problems, err)
	}
	if want := `write another TITLE; these are taken: "Tides", "Tides and waves", "Under water"`; problems[0].Ask != want || problems[0].Field != "title" {
		t.Errorf("%+v", problems[0])
	}
	if want := `there is a post "a" already`; !strings.HasPrefix(problems[1].Ask, want) {
		t.Errorf("%q", problems[1].Ask)
	}
	// A post that is made again may have what it had.
	if problems, err := taken.Claim(t.Context(), "m", "A", titled, titledPost("Tides", text)); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	// A contract without the field cannot mend it.
	if problems, err := taken.Claim(t.Context(), "m", "e", &contract.Contract{}, titledPost("Tides", "other")); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

// The posts of a folder from before the setting, of a run that was killed before the
// commit, and of another setting are read from their files, and each only once.
func TestPostsWithoutMarksAreRead(t *testing.T) {
	dir := t.TempDir()
	p, err := output.OpenToWrite(t.Context(), dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	s := p.Sink(1)
	for i := range 5 {
		saveTitled(t, s, fmt.Sprint("post-", i), titledPost(fmt.Sprint("Title ", i), "text"))
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for n, near := range []float64{0, 0, 0.8, 0.8} {
		p, _, taken := posted(t, dir, near)
		read := false
		if err := taken.Learn(t.Context(), "m", func() { read = true }); err != nil || read != (n%2 == 0) {
			t.Errorf("%d: %v, %v", n, read, err)
		}
		problems, err := taken.Claim(t.Context(), "m", "new", titled, titledPost("title 3", "text"))
		want := "[field-taken]"
		if near > 0 {
			want = "[field-taken near-duplicate]"
		}
		if err != nil || fmt.Sprint(codesOf(problems)) != want {
			t.Errorf("%d: %v, %v", n, problems, err)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// go test ./output -run xxx -bench Taken -benchtime 1000x
func BenchmarkTaken(b *testing.B) {
	for _, many := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(many), func(b *testing.B) {
			p, _, taken := posted(b, b.TempDir(), 0.8)
			draw := rand.New(rand.NewPCG(3, 4))
			output.Fill(b, p, taken, "m", many, draw)
			posts := make([]*contract.Post, 1000)
			for i := range posts {
				posts[i] = titledPost(fmt.Sprint("New ", i), prose(draw, 700))
			}
			b.ResetTimer()
			for i := range b.N {
				if problems, err := taken.Claim(b.Context(), "m", "new", titled, posts[i%len(posts)]); err != nil || len(problems) > 0 {
					b.Fatal(problems, err)
				}
			}
		})
	}
}
