package ollama

import (
	"time"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/ollama/ollama/api"
)

const (
	// longest is the longest time that a server can have needed for a part of
	// one request.
	longest = 48 * time.Hour
	// mostTokens bounds a count if the window is unknown.
	mostTokens = 1 << 30
)

// usageOf returns the counts of the last line. It leaves out impossible values, as if
// the server had not counted them: a negative count, more tokens than requested, a
// duration of centuries. The number of chunks replaces such a count of tokens, and
// is marked as an estimate.
func usageOf(last api.ChatResponse, m llm.Model, chunks int) llm.Usage {
	u := llm.Usage{
		PromptEvalCount: last.PromptEvalCount, EvalCount: last.EvalCount,
		LoadSeconds: seconds(last.LoadDuration), PromptEvalSeconds: seconds(last.PromptEvalDuration),
		EvalSeconds: seconds(last.EvalDuration), DoneReason: last.DoneReason,
	}
	window := mostTokens
	if m.NumCtx > 0 {
		// An older server may count up to twice the window, because it dropped
		// half of it (see accept).
		window = 2 * m.NumCtx
	}
	if u.PromptEvalCount < 0 || u.PromptEvalCount > window {
		u.PromptEvalCount = 0
	}
	most := window
	if m.NumPredict > 0 {
		// Some servers also count the end token, or a draft that was dropped.
		most = m.NumPredict + 16
	}
	if u.EvalCount < 0 || u.EvalCount > most {
		u.EvalCount, u.EvalSeconds, u.Estimated = chunks, 0, true
	}
	return u
}

// seconds is 0 for a duration that cannot be.
func seconds(d time.Duration) float64 {
	if d < 0 || d > longest {
		return 0
	}
	return d.Seconds()
}
