package reply

import (
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

// outdent removes what stands before every line of the body: the mark of a
// quotation, if the header lines have it too, and blanks, which would make code
// of the post.
func (r *Reader) outdent() {
	if r.quoted && len(r.body) > 1 && r.cutBefore(r.body[1:], ">") {
		r.cutBefore(r.body[1:], " ") // headerLine did it for the first
	}
	for r.cutBefore(r.body, " ") || r.cutBefore(r.body, "\t") {
	}
}

// cutBefore removes a text from before every line that is not empty, if all have
// it.
func (r *Reader) cutBefore(body []line, lead string) bool {
	if r.filled == 0 {
		return false
	}
	for _, l := range body {
		if !blankLine(l.text) && !strings.HasPrefix(l.text, lead) {
			return false
		}
	}
	for i := range body {
		body[i].text = strings.TrimPrefix(body[i].text, lead)
	}
	r.repair(contract.RepairIndentedReply, body[0].raw)
	return true
}
