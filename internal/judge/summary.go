package judge

import (
	"context"
	"slices"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/stats"
	"github.com/nightpress/nightpress/internal/term"
)

// summary is what the judge answered, in all runs. Its JSON names are promised.
type summary struct {
	Event string `json:"event"`
	Rater string `json:"rater"`
	Pairs int    `json:"pairs"`
	// OwnPosts counts those with a post that the judge wrote itself, and OwnWins those
	// of them that this post won.
	OwnPosts int `json:"own_posts"`
	OwnWins  int `json:"own_wins"`
	// FlippedFirst and FlippedSecond count the ties: the judge preferred the first,
	// or the second, post in both orders.
	FlippedFirst  int `json:"flipped_first"`
	FlippedSecond int `json:"flipped_second"`
	// Longer counts the decided pairs in which the longer post won, of OfLonger with
	// posts of unequal length.
	Longer   int `json:"longer"`
	OfLonger int `json:"of_longer"`
	// Unjudged counts the pairs of this run without a verdict.
	Unjudged int `json:"unjudged"`
	// Audit compares the judge with people; nil if they decided no pair in common.
	Audit *audit `json:"audit,omitempty"`
}

func (s *session) summary(ctx context.Context, k *sink) (summary, error) {
	sum := summary{Event: "judged", Rater: s.rater, Unjudged: k.unjudged}
	both := votes{}
	for r, err := range s.posts.Ledger.Ratings(ctx) {
		if err != nil {
			return sum, err
		}
		if r.Criterion != s.criterion.Name || ledger.IsJudge(r.Rater) && r.Rater != s.rater {
			continue
		}
		both.add(r)
		if r.Rater != s.rater {
			continue
		}
		sum.Pairs++
		if wrote, other := slices.Contains(s.own, r.A.Label), slices.Contains(s.own, r.B.Label); wrote || other {
			sum.OwnPosts++
			if wrote && !other && !r.Tie {
				sum.OwnWins++
			}
		}
		switch {
		case r.Tie && r.Comment == flipComments[0]:
			sum.FlippedFirst++
		case r.Tie:
			sum.FlippedSecond++
		case r.A.Words != r.B.Words:
			sum.OfLonger++
			if r.A.Words > r.B.Words {
				sum.Longer++
			}
		}
	}
	sum.Audit = both.audit()
	return sum, nil
}

// Text writes the counts for people.
func (s summary) Text(p *printer.Page) {
	p.Linef("%s: %s judged in both orders", s.Rater, term.Count(s.Pairs, "pair"))
	if s.Pairs > 0 {
		p.Linef("flipped with the order: %s (%s for the first post, %s for the second); these are ties", stats.PercentOf(s.FlippedFirst+s.FlippedSecond, s.Pairs), term.Number(s.FlippedFirst), term.Number(s.FlippedSecond))
	}
	if s.OwnPosts > 0 {
		p.Linef("with a post of its own: %s, of which its own post won %s; the others say more", term.Count(s.OwnPosts, "pair"), term.Number(s.OwnWins))
	}
	if s.OfLonger > 0 {
		p.Linef("for the longer post: %s of %s decided pairs", stats.PercentOf(s.Longer, s.OfLonger), term.Number(s.OfLonger))
	}
	if s.Audit != nil {
		s.Audit.text(p)
	}
	if s.Unjudged > 0 {
		p.Linef("without a verdict: %s; the same command asks again", term.Count(s.Unjudged, "pair"))
	}
}
