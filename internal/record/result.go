package record

import (
	"slices"

	"github.com/nightpress/nightpress/internal/contract"
)

// Result is the one record of a finished job: what the ledger stores, a wire
// could carry and the summary reads. Its field names are stored and never
// change; unknown fields are ignored when it is read.
type Result struct {
	ID     string `json:"id"`
	Topic  string `json:"topic"`
	Line   int    `json:"line,omitempty"`
	Slug   string `json:"slug"`
	Label  string `json:"label"`
	Model  string `json:"model"`
	Digest string `json:"digest"`
	Prompt string `json:"prompt"`
	Status Status `json:"status"`
	// Reason says why the status is Rejected or SetAside, for a person.
	Reason string `json:"reason,omitempty"`
	// Server names the server whose attempt decided; see Attempt.Server.
	Server string `json:"server,omitempty"`
	// Post is set when the status is Done.
	Post *contract.Post `json:"post,omitempty"`
	// Front are the cells of the topic's row that the post's front matter has.
	Front []Front `json:"front,omitempty"`
	// Attempts are in order; the last one gave the post when there is one.
	// The first Earlier of them were made by earlier runs.
	Attempts []Attempt `json:"attempts"`
	Earlier  int       `json:"earlier,omitempty"`
	// Variant is the job's.
	Variant int `json:"variant,omitempty"`
	// Made is what the job was made with, nil if that is not known.
	Made *Made `json:"-"`
	// Sample is the job's, from 1; 0 means the first.
	Sample int `json:"sample,omitempty"`
}

// Front is a cell of a topics file that a post's front matter has.
type Front struct {
	// Key is the key there.
	Key string `json:"key"`
	// Value is text; of a date, "2006-01-02" or RFC 3339.
	Value string `json:"value"`
	Date  bool   `json:"date,omitempty"`
}

// Repairs returns the repairs of the attempt that gave the post, or of those that gave
// its parts, each code once. It returns nil if there are none.
func (r *Result) Repairs() (all []contract.Repair) {
	if r.Post == nil || len(r.Attempts) == 0 {
		return nil
	}
	if r.Attempts[len(r.Attempts)-1].Step == nil {
		return r.Attempts[len(r.Attempts)-1].Repairs
	}
	for _, a := range r.Attempts {
		if a.Step == nil || !a.Step.Accepted {
			continue
		}
		for _, one := range a.Repairs {
			// The line is one of the part's reply, not of the post.
			if one.Line = 0; !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	return all
}

// Problems returns the problems of the last attempt of a job without a post.
func (r *Result) Problems() []contract.Problem {
	if r.Post != nil || len(r.Attempts) == 0 {
		return nil
	}
	return r.Attempts[len(r.Attempts)-1].Problems
}
