package batch

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
)

// JobID returns a job's ID: a hash of everything that could change the post, and
// nothing else. It excludes the model's name and label, because the digest
// identifies the model. It excludes columns that the prompt does not use, because
// only the rendered messages count.
func JobID(m llm.Model, msgs llm.Messages, c *contract.Contract, seedSetting int64) string {
	return NewIdentity(m, c, seedSetting).ID(msgs)
}

// Identity computes the IDs of the jobs of one model and one prompt. It encodes
// what they share only once, which saves most of the work for a million jobs. It is
// safe for concurrent use.
type Identity struct{ before, after []byte }

// NewIdentity returns the identity of jobs that differ only in their messages.
func NewIdentity(m llm.Model, c *contract.Contract, seedSetting int64) *Identity {
	mode := m.Mode
	if mode == llm.ModeText {
		mode = ""
	}
	// Field names and order are part of every stored ID: after a change here,
	// every post of every user is made again.
	shared := struct {
		Version  int
		Messages json.RawMessage
		Contract *contract.Contract
		Digest   string
		NumCtx   int
		Predict  int
		Think    any
		Options  map[string]any
		Seed     int64
		// Omitted if not set, as in versions without them.
		ThinkBudget int    `json:",omitempty"`
		Mode        string `json:",omitempty"`
	}{1, json.RawMessage(messagesHere), c, m.Digest, m.NumCtx, m.NumPredict, m.Think, m.Options, seedSetting, m.ThinkBudget, mode}
	before, after, _ := bytes.Cut(mustJSON(shared), []byte(messagesHere))
	return &Identity{before, after}
}

// messagesHere marks the position of the messages while the rest is encoded. It
// comes before every text from elsewhere.
const messagesHere = `"messages"`

// ID returns the ID of the job with these messages.
func (i *Identity) ID(msgs llm.Messages) string {
	h := sha256.New()
	h.Write(i.before)
	h.Write(mustJSON(msgs))
	h.Write(i.after)
	return hex.EncodeToString(h.Sum(nil))
}

// mustJSON encodes values that are always valid in JSON: options come from a
// checked configuration.
func mustJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("batch: job identity: %v", err))
	}
	return text
}

// JobSeed derives a job's base seed from the seed setting and the topic's text. All
// models get the same seed for a topic, so that a comparison compares the models.
// variant is 0, except for posts that are made again with another seed.
func JobSeed(setting int64, topic string, variant int) int64 {
	h := sha256.New()
	_ = binary.Write(h, binary.LittleEndian, setting)
	_ = binary.Write(h, binary.LittleEndian, int64(variant))
	h.Write([]byte(topic))
	return seedFrom(h.Sum(nil))
}

// AttemptSeed returns the seed of a job's attempt n, from 1. Attempt 1 uses the
// job's seed. Later attempts use others, because the same seed tends to reproduce
// the same failure.
func AttemptSeed(jobSeed int64, n int) int64 {
	if n <= 1 {
		return jobSeed
	}
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], uint64(jobSeed))
	binary.LittleEndian.PutUint64(b[8:], uint64(n))
	sum := sha256.Sum256(b[:])
	return seedFrom(sum[:])
}

// seedFrom keeps 31 bits: servers store a seed in a signed or unsigned 32-bit
// integer, and -1 means "random" to them.
func seedFrom(sum []byte) int64 {
	return int64(binary.LittleEndian.Uint32(sum) & 0x7fffffff)
}
