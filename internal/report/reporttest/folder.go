// Package reporttest writes folders of posts as runs and raters do, in any size, for
// tests of the report.
package reporttest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

// Size is what a folder holds.
type Size struct {
	Models, Topics int
	// Samples is the number of posts for each topic and model; 0 means 1.
	Samples int
	// Answers is the number of pairs that each of two raters has rated.
	Answers int
}

// models are names as servers have them: long ones, and some that are alike.
var models = []string{
	"llama3.2", "qwen3-8b", "mistral-small3.2-24b-instruct-2506-q4_k_m", "gemma3-27b-it-qat", "deepseek-r1-14b", "phi4-mini",
	"granite3.3-8b", "qwen3-30b-a3b", "llama3.3-70b-instruct-q4_K_M", "smollm2-1.7b", "command-r7b", "olmo2-13b",
}

var quantizations = []string{"Q4_K_M", "Q8_0", "Q4_K_M", "Q4_0", "Q6_K", "F16"}

var problems = []contract.ProblemCode{
	contract.ProblemMarkerMissing, contract.ProblemFieldMissing, contract.ProblemBodyShort, contract.ProblemFieldUnknownValue, contract.ProblemLoop,
	contract.ProblemRefusal, contract.ProblemCut, contract.ProblemBodyLong, contract.ProblemHeadingsFew,
}

var sentences = []string{
	"The tide follows the moon with a delay that every harbor knows.", "A good espresso takes 25 seconds and a fine grind.",
	"Nobody agrees on the origin of the word, but the recipe is old.", "Measure twice before you cut the board.",
	"In winter the route is closed above the second hut.", "The index pays off once the table has a million rows.",
	"Cats purr at 25 to 150 hertz, and some of them never stop.", "Old maps show a river where the station is today.",
}

// writer writes one folder.
type writer struct {
	Size
	sink *output.Sink
	rand *rand.Rand
	now  time.Time
	jobs map[string]string // job by label and slug, of those with a post
}

// Write writes a folder of this size to dir. The same size gives the same folder. The
// posts of later models are more often malformed, longer, and slower.
func Write(ctx context.Context, dir string, size Size) (err error) {
	folder, err := output.Open(dir, "nightpress run")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	l, err := ledger.Open(folder.LedgerPath())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	size.Samples = max(size.Samples, 1)
	size.Models = min(size.Models, len(models))
	w := &writer{Size: size, rand: rand.New(rand.NewPCG(1, 2)), now: time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC), jobs: map[string]string{}}
	w.sink = &output.Sink{Folder: folder, Ledger: l, Now: func() time.Time { return w.now }}
	if w.sink.RunID, err = l.BeginRun(ctx, "nightpress run", "http://127.0.0.1:11434", "0.17.4"); err != nil {
		return err
	}
	if err := w.posts(ctx); err != nil {
		return err
	}
	return w.ratings(ctx)
}

func (w *writer) posts(ctx context.Context) error {
	for m := range w.Models {
		for t := range w.Topics {
			for s := range w.Samples {
				res := w.result(m, t, s+1)
				if _, err := w.sink.Save(ctx, res); err != nil {
					return err
				}
				if res.Post != nil {
					w.jobs[res.Label+" "+res.Slug] = res.ID
				}
			}
		}
	}
	return nil
}

func topicOf(t int) string {
	return fmt.Sprintf("%s, part %d", strings.TrimSuffix(sentences[t%len(sentences)][:28], " "), t+1)
}

// result is a job with its attempts.
func (w *writer) result(m, t, sample int) *record.Result {
	topic, name := topicOf(t), models[m]
	slug := output.SampleSlug(output.Slug(topic), sample)
	res := &record.Result{
		ID: name + "/" + slug, Topic: topic, Slug: slug, Label: name, Model: strings.Replace(name, "-", ":", 1), Digest: fmt.Sprintf("%064x", m+1),
		Prompt: "blog-post", Status: record.Rejected, Sample: sample, Made: made(m, topic),
	}
	bad := 0.04 + 0.06*float64(m)
	for n := 1; n <= 3; n++ {
		words := int(float64(140+30*m) * (0.8 + 0.4*w.rand.Float64()))
		a := record.Attempt{
			N: n, Remedy: contract.RemedyFirst, Seed: int64(100 + n), Started: w.now, FirstToken: 0.2 + 0.3*w.rand.Float64(),
			Usage: llm.Usage{EvalCount: words * 4 / 3, LoadSeconds: 0.02},
		}
		a.Seconds = a.FirstToken + float64(a.EvalCount)/float64(90-6*m)
		if n > 1 {
			a.Remedy = []contract.Remedy{contract.RemedyAgain, contract.RemedyContinue, contract.RemedyFields}[w.rand.IntN(3)]
		}
		if w.rand.Float64() < bad {
			code := problems[min(w.rand.IntN(len(problems)), w.rand.IntN(len(problems)))]
			a.Problems = []contract.Problem{{Code: code, Line: 3, Message: "the reply has this problem: " + code.String()}}
			a.Reply = "TITLE: " + topic + "\n" + strings.Join(sentences[:3], " ")
			res.Attempts = append(res.Attempts, a)
			continue
		}
		if w.rand.IntN(6) == 0 {
			a.Repairs = []contract.Repair{{Code: contract.RepairPreamble, Line: 1}}
		}
		res.Attempts = append(res.Attempts, a)
		res.Status, res.Post = record.Done, w.post(topic, words, 2+m%3)
		return res
	}
	res.Reason = "3 attempts, the last with " + res.Attempts[2].Problems[0].Code.String()
	return res
}

func (w *writer) post(topic string, words, headings int) *contract.Post {
	var b strings.Builder
	count := 0
	for h := range headings {
		fmt.Fprintf(&b, "## Section %d of %s\n\n", h+1, topic)
		for count < words*(h+1)/headings {
			s := sentences[w.rand.IntN(len(sentences))]
			fmt.Fprintf(&b, "%s It is number %d. ", s, w.rand.IntN(100_000))
			count += len(strings.Fields(s)) + 4
		}
		b.WriteString("\n\n")
	}
	return &contract.Post{
		Fields: []contract.Value{{Key: "title", Text: "About " + topic}, {Key: "meta_description", Text: sentences[len(topic)%len(sentences)]}, {Key: "tags", List: []string{"Cats", output.Slug(topic)}}},
		Body:   b.String(), Words: count,
	}
}

func made(m int, topic string) *record.Made {
	setup, err := json.Marshal(record.Setup{
		Before: "before", After: "after", Nightpress: "v1.0.0",
		Model:   record.MadeModel{Name: strings.Replace(models[m], "-", ":", 1), Family: "llama", Parameters: fmt.Sprintf("%d.2B", m+1), Quantization: quantizations[m%len(quantizations)], Bytes: int64(m+1) << 30, Template: "{{ .Prompt }}"},
		Options: map[string]any{"num_ctx": 8192, "num_predict": 4096, "temperature": 0.5 + 0.1*float64(m)}, Mode: "text", Seed: 1, Prompt: "blog-post",
		Template: "Write about {{.topic}}.", Servers: []record.MadeServer{{Version: "0.17.4"}},
	})
	if err != nil {
		panic(err) // of values that are marshaled in every run
	}
	sent, err := json.Marshal(llm.Messages{System: "You write posts.", User: "Write a post about " + topic + ".\nEnd it with -EndOFText-."})
	if err != nil {
		panic(err)
	}
	return &record.Made{Setup: string(setup), Sent: string(sent), Columns: fmt.Sprintf(`{"topic":%q}`, topic)}
}

// ratings are two raters' answers: anna prefers the earlier model, and ben the longer
// post.
func (w *writer) ratings(ctx context.Context) error {
	for n := range w.Answers {
		t := n % w.Topics
		a := n % w.Models
		b := (a + 1 + n/w.Models) % w.Models
		slug := output.Slug(topicOf(t))
		jobA, jobB := w.jobs[models[a]+" "+slug], w.jobs[models[b]+" "+slug]
		if a == b || jobA == "" || jobB == "" {
			continue
		}
		duel := ledger.Duel{Topic: topicOf(t), Slug: slug, A: ledger.RatedPost{Label: models[a], Job: jobA}, B: ledger.RatedPost{Label: models[b], Job: jobB}}
		for i, rater := range []string{"anna", "ben"} {
			r := ledger.Rating{Rater: rater, Duel: duel, First: models[a], Tie: w.rand.IntN(8) == 0}
			if prefersB := (i == 0) != (a < b); prefersB != (w.rand.IntN(4) == 0) {
				r.A, r.B = r.B, r.A
			}
			if n%5 == 0 {
				r.Comment = rater + " found the second section hard to follow"
			}
			if _, err := w.sink.Ledger.Rate(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}
