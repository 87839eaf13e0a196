package judge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/output"
)

// jobs yields two jobs for each pair, one for each order, and tells the sink about
// them. Posts that are missing or were edited by hand are left out.
func (s *session) jobs(duels []ledger.Duel, to *sink) iter.Seq2[*batch.Job, error] {
	return func(yield func(*batch.Job, error) bool) {
		for _, d := range duels {
			a, okA, err := s.read(d.A, d.Slug)
			if err != nil {
				yield(nil, err)
				return
			}
			b, okB, err := s.read(d.B, d.Slug)
			if err != nil {
				yield(nil, err)
				return
			}
			if !okA || !okB {
				continue
			}
			for _, turned := range []bool{false, true} {
				j, err := s.job(d, a, b, turned)
				if err == nil {
					to.expect(j.ID, d, turned)
				}
				if !yield(j, err) || err != nil {
					return
				}
			}
		}
	}
}

// job asks about a pair in one order; turned shows B first.
func (s *session) job(d ledger.Duel, a, b string, turned bool) (*batch.Job, error) {
	// No post contains the hash of itself, so none can end its own quotation.
	sum := sha256.Sum256([]byte(a + "\x00" + b))
	row := map[string]string{"topic": d.Topic, "question": s.criterion.Words, "first": a, "second": b, "mark": hex.EncodeToString(sum[:8])}
	if turned {
		row["first"], row["second"] = b, a
	}
	messages, err := s.prompt.Render(row)
	if err != nil {
		return nil, err
	}
	seed := s.req.Settings.Defaults.Seed
	id := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %t", batch.JobID(s.model, messages, s.prompt.Contract, seed), d.A.Job, d.B.Job, turned))
	return &batch.Job{
		ID: hex.EncodeToString(id[:]), Topic: d.Topic, Slug: d.Slug, Model: s.model, Prompt: s.prompt,
		Messages: messages, Seed: batch.JobSeed(seed, d.Topic, 0),
	}, nil
}

// read returns the title and the body of a post. It reports false if the file is
// missing or has been edited.
func (s *session) read(p ledger.RatedPost, slug string) (string, bool, error) {
	file, sum, err := s.posts.Folder.Read(p.Label, slug)
	if err != nil || file == nil || sum != p.SHA256 {
		return "", false, err
	}
	meta, body, err := output.Decode(file)
	if err != nil {
		return "", false, nil
	}
	title, _ := meta["title"].(string)
	return "# " + title + "\n\n" + body, true, nil
}
