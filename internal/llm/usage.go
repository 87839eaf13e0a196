package llm

import "time"

// Usage is what the server counted for one request. A request that was
// cancelled (the marker was seen) has no count of the server's; EvalCount
// then is the number of chunks received, which is the number of tokens on
// servers that send one token a chunk, and Estimated is set.
type Usage struct {
	PromptEvalCount int `json:"prompt_eval_count"`
	EvalCount       int `json:"eval_count"`
	// LoadSeconds, PromptEvalSeconds and EvalSeconds are the server's own.
	LoadSeconds       float64 `json:"load_seconds,omitempty"`
	PromptEvalSeconds float64 `json:"prompt_eval_seconds,omitempty"`
	EvalSeconds       float64 `json:"eval_seconds,omitempty"`
	DoneReason        string  `json:"done_reason,omitempty"`
	Estimated         bool    `json:"estimated,omitempty"`
	// AfterEnd is the error that came after the text had ended, at its marker or
	// where it was given up. The text is whole, so the request did not fail; "" is
	// the usual case.
	AfterEnd string `json:"after_end,omitempty"`
	// Took is how long the request took, without a time in which the process
	// was stopped; 0 where that is not known.
	Took time.Duration `json:"-"`
}
