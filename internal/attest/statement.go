package attest

import (
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// The types of the statement, as other programs know it.
const (
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "https://github.com/nightpress/nightpress/attestation/posts/v1"
	payloadType   = "application/vnd.in-toto+json"
)

// subject is a file that a statement is about.
type subject struct {
	// Name is the path below the posts folder, with "/".
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// post is what a statement says of a post. Its JSON names are promised.
type post struct {
	// Name is that of the subject.
	Name  string `json:"name"`
	Label string `json:"label"`
	Slug  string `json:"slug"`
	Topic string `json:"topic"`
	// Job is the job's ID: a hash of everything that could change the post.
	Job string `json:"job"`
	// Setup is a key of setups, "" if an older version made the post.
	Setup string `json:"setup,omitempty"`
	// System and User are the SHA-256 of the messages that were sent.
	System string `json:"system_sha256,omitempty"`
	User   string `json:"user_sha256,omitempty"`
	// Columns are the topic's, by name.
	Columns map[string]string `json:"columns,omitempty"`
	// Verdict says how the post came about, such as "first try".
	Verdict string `json:"verdict,omitempty"`
	// ByHand is set if a person supplied the post (see "nightpress accept").
	ByHand bool `json:"by_hand"`
	// Edited is set if the file changed after nightpress wrote it. Written is the
	// SHA-256 of what nightpress wrote then.
	Edited  bool   `json:"edited"`
	Written string `json:"written_sha256,omitempty"`
	// Server is the one that wrote the post, "" in a run of one server.
	Server string `json:"server,omitempty"`
	// Finished is the time in UTC (RFC 3339).
	Finished string    `json:"finished"`
	Attempts []attempt `json:"attempts"`
}

// attempt is a request for a post. Its JSON names are promised.
type attempt struct {
	N      int       `json:"n"`
	Remedy string    `json:"remedy"`
	Seed   int64     `json:"seed"`
	Start  time.Time `json:"started"`
	// Seconds is how long it took.
	Seconds float64 `json:"seconds"`
	Tokens  int     `json:"tokens"`
	// Repairs are the codes of what was repaired without the model.
	Repairs []string `json:"repairs,omitempty"`
}

// setup is what the posts of an entry have in common. Its JSON names are promised.
type setup struct {
	// Nightpress is the version of the program that made the posts.
	Nightpress string           `json:"nightpress"`
	Model      record.MadeModel `json:"model"`
	Options    map[string]any   `json:"options"`
	Think      any              `json:"think,omitempty"`
	Mode       string           `json:"mode"`
	Seed       int64            `json:"seed"`
	Prompt     string           `json:"prompt"`
	// Template is the SHA-256 of the prompt's file.
	Template string              `json:"template_sha256"`
	Servers  []record.MadeServer `json:"servers"`
}

func newSetup(s record.Setup) setup {
	return setup{s.Nightpress, s.Model, s.Options, s.Think, s.Mode, s.Seed, s.Prompt, sum(s.Template), s.Servers}
}
