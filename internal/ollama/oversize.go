package ollama

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
)

// Servers from v0.33 on say how many tokens a prompt has and how many fit, in
// an error object of llama-server inside their own, whose quotes may be
// escaped; before, its sentence has the numbers.
var (
	neededTokens = []*regexp.Regexp{regexp.MustCompile(`n_prompt_tokens\\*"?\s*:\s*(\d{1,9})`), regexp.MustCompile(`request \((\d{1,9}) tokens\)`)}
	givenTokens  = []*regexp.Regexp{regexp.MustCompile(`n_ctx\\*"?\s*:\s*(\d{1,9})`), regexp.MustCompile(`context size \((\d{1,9}) tokens\)`)}
)

// bytesPerToken is a low guess for English and European text.
const bytesPerToken = 3

// sized completes the fault of a prompt that does not fit: how many tokens it
// has, how many fit, and which num_ctx is enough. Any other error stays as it
// is.
func sized(req llm.Request, err error) error {
	known, ok := errors.AsType[*failure](err)
	fault, isFault := errors.AsType[*llm.Fault](err)
	if !ok || !isFault || known.means != tooLong {
		return err
	}
	f := *known
	m := req.Model
	needed, given, about := first(neededTokens, f.said), first(givenTokens, f.said), ""
	if needed == 0 {
		needed, about = promptBytes(req)/bytesPerToken, "about "
		// The server has counted the tokens, so the prompt does not fit.
		needed = max(needed, m.NumCtx+1)
	}
	if given == 0 {
		given = m.NumCtx
	}
	f.said = fmt.Sprintf("it has %s%d tokens and num_ctx is %d", about, needed, given)
	if about != "" {
		f.said += " (an estimate by its length: this server does not count them)"
	}
	return &llm.Fault{Kind: fault.Kind, Trouble: fault.Trouble, Err: hint.Wrap(&f, largerWindow(m, needed))}
}

// largerWindow proposes a num_ctx with room for a prompt and its reply.
func largerWindow(m llm.Model, prompt int) string {
	const step = 1024
	enough := (prompt + m.NumPredict + step) / step * step
	return fmt.Sprintf("set num_ctx = %d for %s in models.toml (the prompt, and num_predict = %d for the reply), or shorten the prompt", enough, m.Name, m.NumPredict)
}

func promptBytes(req llm.Request) int {
	size := len(req.Messages.System) + len(req.Messages.User)
	for _, t := range req.Turns {
		size += len(t.Text)
	}
	return size
}

// first is the number that the first matching expression finds, or 0.
func first(expressions []*regexp.Regexp, text string) int {
	for _, re := range expressions {
		if m := re.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n
		}
	}
	return 0
}
