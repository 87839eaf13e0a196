package llm

import "encoding/json"

// Messages are a rendered prompt, as the two messages of a chat request.
// System is empty when the prompt's file has no "system" template.
type Messages struct {
	System string `json:"system,omitempty"`
	User   string `json:"user"`
}

// Request is one attempt as the server is asked for it. Its Model may differ
// from the job's in Think, NumPredict and Options, and never in NumCtx, which
// would make the server load it anew.
type Request struct {
	Model    Model
	Messages Messages
	// Turns follow the messages. A last one of the assistant is left open: the
	// reply goes on where its text stops, byte for byte.
	Turns []Turn
	Seed  int64
	// Format, when set, is a JSON schema that the reply must follow.
	Format json.RawMessage
}

// Turn is one more message of a conversation.
type Turn struct {
	// Assistant: the model said it; else the user did.
	Assistant bool
	Text      string
	// Thinking is what the model thought before Text, where the server keeps
	// the two apart.
	Thinking string
}

// Chunk is a piece of a reply; either text may be empty.
type Chunk struct {
	Content  string
	Thinking string
}
