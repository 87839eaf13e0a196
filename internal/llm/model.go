package llm

import "maps"

// Model is one entry of the models of a run: which model, and everything of
// its setting that could change what it writes. It is read-only while a run
// uses it.
type Model struct {
	// Name is the server's name for the model, such as "qwen3:8b".
	Name string `json:"name"`
	// Label is the folder of its posts and is unique in a run.
	Label string `json:"label"`
	// Digest says which model it is, hex without a prefix: its identity, or,
	// for a model of which a folder had posts before there were identities, the
	// digest that its server had for it. The IDs of its jobs are made with it.
	Digest string `json:"digest"`
	// NumCtx is the context window and NumPredict the most tokens of one
	// reply, thinking included. Both are sent with every request and do not
	// change within a run: a change of NumCtx makes the server load anew.
	NumCtx     int `json:"num_ctx"`
	NumPredict int `json:"num_predict"`
	// Think is what is sent as the request's think field: nil sends nothing
	// (a model that cannot think), else a bool or one of the level names.
	Think any `json:"think,omitempty"`
	// ThinkBudget is the most tokens of thinking; 0 means three quarters of
	// NumPredict.
	ThinkBudget int `json:"think_budget,omitempty"`
	// Mode is "" or ModeText, or ModeStructured.
	Mode string `json:"mode,omitempty"`
	// Options are the other sampling options, by the server's names. NumCtx,
	// NumPredict and the seed are not among them.
	Options map[string]any `json:"options,omitempty"`
	// Sampling are options that are sent where Options has none of that name.
	// They keep a server's changed default from changing the posts, and are no
	// part of a job's identity.
	Sampling map[string]any `json:"sampling,omitempty"`
}

// Effective returns the options that are sent: Sampling, and Options over it.
func (m Model) Effective() map[string]any {
	all := make(map[string]any, len(m.Sampling)+len(m.Options)+3)
	maps.Copy(all, m.Sampling)
	maps.Copy(all, m.Options)
	return all
}

// The modes of a model.
const (
	// ModeText asks for the whole reply as text; it is also what "" means.
	ModeText = "text"
	// ModeStructured asks for the header fields by a JSON schema made from the
	// contract, which the server holds the model to, and then for the body as
	// text below them: for a model too small to hold a format.
	ModeStructured = "structured"
)
