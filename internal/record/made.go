package record

import "encoding/json"

// Made is what a job was made with, as the texts that the ledger stores once each.
// A text that is "" is not known.
type Made struct {
	// Setup is what the jobs of an entry have in common: the JSON of a Setup.
	Setup string
	// Sent is what a job's ID has beside its setup: the JSON of its messages, and
	// of what follows them.
	Sent string
	// Columns is the JSON of the topic's columns that the prompt uses, by name.
	Columns string
}

// Setup is what the jobs of an entry of one run have in common. Its JSON names are
// stored and never change.
type Setup struct {
	// Before and After are the parts of a job's ID around what was sent (see
	// batch.Identity). Before begins with the version of the ID. After holds the
	// contract, the model's key, and every option that is part of the ID.
	Before string `json:"before"`
	After  string `json:"after"`
	// Nightpress is the version of this program.
	Nightpress string    `json:"nightpress"`
	Model      MadeModel `json:"model"`
	// Options are all that were sent, num_ctx and num_predict among them, except
	// for the seed, which each attempt has.
	Options map[string]any `json:"options"`
	// Think is what was sent as think, nil if nothing was.
	Think any `json:"think,omitempty"`
	// Mode is "text" or "structured".
	Mode string `json:"mode"`
	// Seed is the setting from which the seeds of the attempts are derived.
	Seed int64 `json:"seed"`
	// Prompt is the name of the prompt, and Template its file.
	Prompt   string `json:"prompt"`
	Template string `json:"template"`
	// Servers are those of the run.
	Servers []MadeServer `json:"servers"`
}

// MadeModel is what the server said of a model. Fields that it did not say are
// empty.
type MadeModel struct {
	Name string `json:"name"`
	// Key is what the IDs are made with. Identity is the same on all machines, and
	// Manifest is the digest on the first server that has the model.
	Key      string `json:"key"`
	Identity string `json:"identity,omitempty"`
	Manifest string `json:"manifest,omitempty"`
	Family   string `json:"family,omitempty"`
	// Parameters is the number of parameters as the server writes it ("8.2B"), and
	// Quantization that of its weights ("Q4_K_M").
	Parameters   string `json:"parameters,omitempty"`
	Quantization string `json:"quantization,omitempty"`
	// Bytes is the size of the model's files.
	Bytes int64 `json:"bytes,omitempty"`
	// Template is the template by which the server lays out messages.
	Template string `json:"template,omitempty"`
}

// MadeServer is a server of a run.
type MadeServer struct {
	// Name is "" for the only server of a run. Version is "" if it is not known.
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

// Read decodes the setup.
func (m *Made) Read() (s Setup, err error) {
	err = json.Unmarshal([]byte(m.Setup), &s)
	return s, err
}
