package reply

import (
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/snippet"
)

// mostCode is how much code of a post is looked at, in bytes.
const mostCode = 64 << 10

// checkCode looks for a code block that no parser accepts.
func (j *judgement) checkCode() {
	if j.c.Body.Code != contract.Parses {
		return
	}
	var f fence
	language, left := "", mostCode
	var block []line
	for _, l := range j.body {
		was := f.open()
		switch in := f.line(l.text, l.raw); {
		case in && !was:
			block, language = nil, fenceInfo(strings.TrimLeft(l.text, "> \t-*+0123456789.)"))
			if end := strings.IndexAny(language, " ,{:"); end >= 0 {
				language = language[:end]
			}
		case in && f.open():
			block = append(block, l)
		case was && !f.open():
			var fault *snippet.Fault
			if fault, left = checkBlock(language, block, left); fault != nil {
				name := fault.Language
				j.problem(contract.ProblemCodeBroken, block[fault.Line].raw, fmt.Sprintf("the %s code does not parse: %s", name, clip(fault.Text)), fmt.Sprintf("write %s code that is correct, whole or as a fragment", name))
				return
			}
		}
	}
}

// checkBlock checks the lines of a block. left is how much code may still be looked at,
// in bytes.
func checkBlock(language string, block []line, left int) (*snippet.Fault, int) {
	var code strings.Builder
	for i, l := range block {
		if i > 0 {
			code.WriteByte('\n')
		}
		code.WriteString(l.text)
	}
	if left -= code.Len(); left < 0 {
		return nil, left
	}
	return snippet.Check(language, code.String()), left
}
