package rehearsal

// The marks around a model's thoughts. Written one after the other they are
// the empty block that a template gives a model which is not to think.
const (
	thinkOpen = "<think>\n"
	thinkShut = "\n</think>\n\n"
)

// plainTemplate opens each message with its role and leaves the last one open:
// the model continues a reply of the assistant where it stopped. What
// stands before <|assistant|> does not matter to a chain.
const plainTemplate = `{{- range $i, $_ := .Messages }}
{{- $last := eq (len (slice $.Messages $i)) 1 -}}
<|{{ .Role }}|>{{ .Content }}
{{- if and $last (ne .Role "assistant") }}<|assistant|>{{ end }}
{{- end }}`

// thinkingTemplate also holds a thought of an earlier reply, from which the
// server learns the tags around one (ollama v0.17.4, thinking/template.go:57)
// and so that the model can think. A request that says "think": false gets the
// empty block that Qwen3 gets, and the chain goes on from there with the post.
const thinkingTemplate = `{{- range $i, $_ := .Messages }}
{{- $last := eq (len (slice $.Messages $i)) 1 -}}
<|{{ .Role }}|>
{{- if and (eq .Role "assistant") .Thinking }}` + thinkOpen + `{{ .Thinking }}` + thinkShut + `{{ end }}
{{- .Content }}
{{- if and $last (ne .Role "assistant") }}<|assistant|>
{{- if and $.IsThinkSet (not $.Think) }}` + thinkOpen + thinkShut + `{{ end }}
{{- end }}
{{- end }}`

// closedTemplate ends every message with a token, also a reply that the
// assistant has begun: nothing can be gone on with but in words.
const closedTemplate = `{{- range .Messages }}<|{{ .Role }}|>{{ .Content }}</s>{{ end }}<|assistant|>`
