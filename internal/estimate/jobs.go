package estimate

import (
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// Jobs are the jobs of one label that are to be requested.
type Jobs struct {
	Left int
	// Prompt is the name of their prompt; "" if it is not known.
	Prompt string
	// Words is how many words a post has by its contract; 0 if the contract leaves
	// that open.
	Words int
}

// Like returns what the durations of a label say about these jobs: those of jobs with
// the same prompt. If there are none, other prompts' durations count in proportion to
// the words of their posts: a long post takes longer than a short one.
func (j Jobs) Like(all []record.Took) []record.Took {
	if j.Prompt == "" || j.Words == 0 {
		return all
	}
	var own []record.Took
	words, posts := 0, 0
	for _, t := range all {
		if t.Prompt == j.Prompt {
			own = append(own, t)
		}
		if t.Words > 0 {
			words, posts = words+t.Words, posts+1
		}
	}
	if len(own) > 0 || posts == 0 {
		return own
	}
	factor := float64(j.Words) * float64(posts) / float64(words)
	for _, t := range all {
		t.Duration = time.Duration(float64(t.Duration) * factor)
		own = append(own, t)
	}
	return own
}
