package judge

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
)

const judgeName = ledger.JudgePrefix + "j 1"

// rated is one rater's answer about topic n: 1 if m's post is better, -1 if n's, 0 a tie.
func rated(rater string, n, answer, words int) ledger.Rating {
	topic := fmt.Sprint("topic ", n)
	m := ledger.RatedPost{Label: "m", Job: fmt.Sprint("m", n), Words: words}
	other := ledger.RatedPost{Label: "n", Job: fmt.Sprint("n", n), Words: 100}
	r := ledger.Rating{Rater: rater, Tie: answer == 0, Duel: ledger.Duel{Topic: topic, A: m, B: other}}
	if answer < 0 {
		r.A, r.B = other, m
	}
	return r
}

func textOf(a *audit) string {
	var out bytes.Buffer
	_ = printer.New(&out, io.Discard, false, false).Print(summary{Audit: a}) // a buffer takes everything
	return out.String()
}

func TestAJudgeThatAgreesWithPeopleIsToldFromOneThatTakesTheLongerPost(t *testing.T) {
	good, long := votes{}, votes{}
	for n := range 40 {
		// People prefer m's post on three of four topics. Length says nothing.
		people, words := 1, 90+20*(n%2)
		if n%4 == 3 {
			people = -1
		}
		length := 1
		if words < 100 {
			length = -1
		}
		verdict := people
		if n%10 == 0 {
			verdict = -people
		}
		for _, v := range []votes{good, long} {
			v.add(rated("anna", n, people, words))
		}
		good.add(rated(judgeName, n, verdict, words))
		long.add(rated(judgeName, n, length, words))
	}
	a := good.audit()
	if a.Pairs != 40 || a.Agree != 36 || a.Of.Value != 0.9 || a.Of.Low >= 0.9 || a.Of.High <= 0.9 || !a.beatsLength() {
		t.Errorf("%+v", a)
	}
	if text := textOf(a); !strings.Contains(text, "agreement with people: 90% (77%–96%) of 40 pairs that both decided\n") || strings.Contains(text, "do not rank") {
		t.Errorf("%s", text)
	}
	b := long.audit()
	if b.Agree != b.Longer || b.P != 1 || b.beatsLength() {
		t.Errorf("%+v", b)
	}
	if text := textOf(b); !strings.Contains(text, "do not rank models by its answers") || strings.Contains(text, "corrected by") {
		t.Errorf("%s", text)
	}
}

func TestTiesAndPairsOfOneAloneAreNoAgreement(t *testing.T) {
	v := votes{}
	v.add(rated("anna", 1, 0, 120))
	v.add(rated(judgeName, 1, 1, 120))
	v.add(rated("anna", 2, 1, 120))
	v.add(rated(judgeName, 2, 0, 120))
	v.add(rated("anna", 3, 1, 120))
	v.add(rated(judgeName, 4, 1, 120))
	// Two people who say the opposite are a tie.
	v.add(rated("anna", 5, 1, 120))
	v.add(rated("ben", 5, -1, 120))
	v.add(rated(judgeName, 5, 1, 120))
	if a := v.audit(); a != nil {
		t.Errorf("%+v", a)
	}
}

// A judge that prefers m's post in 90% of all pairs where people do in 60% is corrected.
func TestABiasedJudgeIsCorrected(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	v := votes{}
	answer := func(share float64) int {
		if random.Float64() < share {
			return 1
		}
		return -1
	}
	for n := range 600 {
		people := answer(0.6)
		verdict := people
		if people < 0 {
			verdict = answer(0.75)
		}
		v.add(rated(judgeName, n, verdict, 100))
		if n < 200 {
			v.add(rated("anna", n, people, 100))
		}
	}
	a := v.audit()
	if len(a.Corrected) != 1 {
		t.Fatalf("%+v", a)
	}
	c := a.Corrected[0]
	if c.Model != "m" || c.Other != "n" || c.Judged != 600 || c.Answers != 200 || c.Worth < 1 || c.Wins.Low > 0.6 || c.Wins.High < 0.6 || math.Abs(c.Wins.Value-0.6) > 0.1 {
		t.Errorf("%+v", c)
	}
	if text := textOf(a); !strings.Contains(text, "m is better than n: ") || !strings.Contains(text, "of 600 pairs, corrected by 200 answers; people alone would need ") {
		t.Errorf("%s", text)
	}
}
