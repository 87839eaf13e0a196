package batch

import (
	"fmt"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
)

// Rejection is a job that was rejected, and what was wrong with its last reply.
type Rejection struct {
	Slug     string
	Problems []contract.Problem
	// Reason is why there was no reply, where Problems is empty.
	Reason string
}

// AllRejectedError is a model whose first jobs were all rejected for one cause.
type AllRejectedError struct {
	// Jobs is how many they are.
	Jobs int
	// Code is the problem that all of them have, or "" where their requests
	// failed, and Message an example of it.
	Code, Message string
	// Slug is that of one of them. Replies is where their replies are kept, for
	// a person; it may be "".
	Slug, Replies string
}

func (e *AllRejectedError) Error() string {
	cause := e.Message
	if e.Code != "" {
		cause = e.Code + ": " + e.Message
	}
	text := fmt.Sprintf("its first %d jobs were all rejected for one cause: %.100s", e.Jobs, cause)
	if e.Replies != "" {
		text += "; the replies are in " + e.Replies
	}
	return text
}

// Rejections follows a model's first jobs as they end. The zero value follows
// none. Only one goroutine may use it at a time.
type Rejections struct {
	// most is how many rejected jobs are too many; 0 is never.
	most int
	// accepted: the model has a post, and is no longer followed.
	accepted bool
	n        int
	slug     string
	// common are the problems that every one has, by code, with an example.
	common map[string]string
	// replies is Phase.Replies.
	replies string
}

// Result adds a job that has ended.
func (r *Rejections) Result(res *record.Result) {
	switch res.Status {
	case record.Done, record.Kept:
		r.accepted = true
	case record.Rejected:
		r.add(Rejection{res.Slug, res.Problems(), res.Reason})
	}
}

func (r *Rejections) add(one Rejection) {
	has := map[string]string{}
	for _, p := range one.Problems {
		has[p.Code.String()] = p.Message
	}
	if len(has) == 0 {
		has[""] = one.Reason
	}
	r.n++
	r.slug = one.Slug
	if r.common == nil {
		r.common = has
		return
	}
	for code := range r.common {
		if _, also := has[code]; !also {
			delete(r.common, code)
		}
	}
}

// Why returns why the model is set aside, an *AllRejectedError; nil while it is
// not.
func (r *Rejections) Why() error {
	if r.most == 0 || r.accepted || r.n < r.most || len(r.common) == 0 {
		return nil
	}
	e := &AllRejectedError{Jobs: r.n, Slug: r.slug, Replies: r.replies, Code: "~"}
	for code, message := range r.common {
		if code < e.Code {
			e.Code, e.Message = code, message
		}
	}
	return e
}

// AllRejected returns an *AllRejectedError if the jobs of earlier runs are enough to set
// the model aside without a request; most is Engine.MaxRejected.
func (p *Phase) AllRejected(most int) error { return p.Rejections(most).Why() }

// Rejections returns a Rejections for the phase, which already counts the jobs of
// earlier runs; most is Engine.MaxRejected.
func (p *Phase) Rejections(most int) *Rejections {
	r := &Rejections{most: most, accepted: p.Accepted, replies: p.Replies}
	for _, one := range p.Rejected {
		r.add(one)
	}
	return r
}
