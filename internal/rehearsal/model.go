package rehearsal

import (
	"io"
	"maps"
)

// Model is one rehearsal model. It is read-only and may be shared between
// goroutines.
type Model struct {
	// Name is the model's name on the server, such as "rehearsal-steady".
	Name string
	// Description is one line about how it behaves.
	Description string
	// Template is the prompt template to register the model with.
	Template string
	// Burden makes the model slower and changes nothing else. It is the width
	// of a block of zeros that every token passes through. 0 means the least
	// width that the server accepts.
	Burden int
	// Parameters are the server's default options for the model.
	Parameters map[string]any

	faults func(*post)
	// build, if set, builds the whole chain.
	build func() *chain
}

// Models returns the rehearsal models in the order in which to show them. The
// caller owns what it gets.
func Models() []Model {
	models := []Model{
		{Name: "rehearsal-steady", Description: "always writes a well-formed post", faults: steady},
		{Name: "rehearsal-sloppy", Description: "fails in many ways, and dresses some good replies oddly", faults: sloppy},
		{Name: "rehearsal-looping", Description: "often falls into repetition and never gets out", faults: looping},
		{Name: "rehearsal-cut", Description: "often stops early, without the end marker", faults: cut},
		{Name: "rehearsal-thinking", Description: "thinks first, and does so in a block of its own", Template: thinkingTemplate, faults: thinking},
		{Name: "rehearsal-forgetful", Description: "leaves things out, and mends what it is asked to mend", Template: closedTemplate, faults: forgetful},
		{Name: "rehearsal-small", Description: "seldom holds the format, unless its mode is structured", faults: small},
	}
	for i := range models {
		if models[i].Template == "" {
			models[i].Template = plainTemplate
		}
		models[i].Parameters = maps.Clone(parameters)
	}
	return models
}

// parameters make the server's sampler follow the chain as it is written.
var parameters = map[string]any{
	// With more than one thread, such a small model is up to ten times slower.
	"num_thread":     1,
	"num_ctx":        contextLength,
	"temperature":    1.0,
	"top_k":          100,
	"top_p":          1.0,
	"min_p":          0.0,
	"repeat_penalty": 1.0,
}

// MalformedShare returns the exact probability that a reply is malformed, by
// the faults written into the model. Every edge of the chain is equally likely
// among its neighbours, so the share holds at any temperature, with the other
// parameters left as they are registered. For a model that thinks it is the
// share with thinking on.
func (m Model) MalformedShare() float64 {
	var share float64
	for _, f := range m.Failures() {
		share += f
	}
	return share
}

// Failures returns the parts of MalformedShare by the way of failing. A reply
// that fails twice counts for what comes first in it.
func (m Model) Failures() map[string]float64 {
	return m.chain().failures()
}

// WriteTo writes the model as a GGUF file of a few megabytes, the same bytes
// each time, and returns how many they were.
func (m Model) WriteTo(w io.Writer) (int64, error) {
	return writeModel(w, m.Name, m.chain(), max(m.Burden, forwardWidth))
}

func (m Model) chain() *chain {
	if m.build != nil {
		return m.build()
	}
	p := newPost(openBook())
	m.faults(p)
	p.close()
	return p.chain
}
