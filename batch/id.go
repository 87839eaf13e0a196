package batch

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"sync/atomic"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
)

// JobID returns the ID of a job without Values: a hash of everything that could change the post, and
// nothing else. It excludes the model's name and label, because the digest
// identifies the model. It excludes columns that the prompt does not use, because
// only the rendered messages count.
func JobID(m llm.Model, msgs llm.Messages, c *contract.Contract, seedSetting int64) string {
	return NewIdentity(m, c, seedSetting).ID(msgs, nil)
}

// Identity computes the IDs of the jobs of one model and one prompt. It encodes and
// hashes what they share only once, which saves most of the work for a million jobs.
// It is safe for concurrent use.
type Identity struct {
	before, after []byte
	// start is the beginning that all messages have had so far; nil before the
	// first.
	start atomic.Pointer[start]
}

// start is a beginning of messages: their system message, and the first bytes of
// the user's, of which the last is ASCII. hashed is the hash's state behind it.
type start struct {
	system, user string
	hashed       hash.Cloner
}

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
	return &Identity{before: before, after: after}
}

// SampleID returns the ID of a sample of a topic, from 1. id is that of the first one,
// which is the same as without samples.
func SampleID(id string, sample int) string {
	if sample <= 1 {
		return id
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s sample %d", id, sample))
	return hex.EncodeToString(sum[:])
}

// messagesHere marks the position of the messages while the rest is encoded. It
// comes before every text from elsewhere.
const messagesHere = `"messages"`

// ID returns the ID of the job with these messages.
//
// values are the columns that later requests use (prompts.Prompt.Later).
func (i *Identity) ID(msgs llm.Messages, values map[string]string) string {
	return i.IDOf([]byte(msgs.System), []byte(msgs.User), values)
}

// IDOf is ID for messages in a buffer, which the caller may use again.
func (i *Identity) IDOf(system, user []byte, values map[string]string) string {
	s := i.start.Load()
	if s == nil || s.system != string(system) || len(user) < len(s.user) || s.user != string(user[:len(s.user)]) {
		s = i.restart(s, string(system), string(user))
	}
	h, err := s.hashed.Clone()
	if err != nil {
		panic(fmt.Sprintf("batch: job identity: %v", err)) // not for SHA-256
	}
	// JSON encodes a text character by character, so that its encoding is that of
	// its two parts one after the other.
	h.Write(mustJSON(string(user[len(s.user):]))[1:])
	h.Write([]byte("}"))
	if len(values) > 0 {
		h.Write(mustJSON(values))
	}
	h.Write(i.after)
	return hex.EncodeToString(h.Sum(nil))
}

// Around returns the texts before and after what Sent returns. An ID is the SHA-256
// of the three.
func (i *Identity) Around() (before, after string) { return string(i.before), string(i.after) }

// Sent returns the part of a job's ID that other jobs of the identity do not share,
// as JSON: its messages, and the values that later requests use, if any.
func Sent(msgs llm.Messages, values map[string]string) string { return string(sent(msgs, values)) }

func sent(msgs llm.Messages, values map[string]string) []byte {
	text := mustJSON(msgs)
	if len(values) > 0 {
		text = append(text, mustJSON(values)...)
	}
	return text
}

// restart hashes the beginning that these messages share with those before them:
// all of the first ones, and less and less with each that differs earlier.
func (i *Identity) restart(was *start, system, user string) *start {
	n := len(user)
	if was != nil && was.system == system {
		for n = 0; n < min(len(was.user), len(user)) && was.user[n] == user[n]; n++ {
		}
	}
	// A cut behind an ASCII character is not within another character.
	for n > 0 && user[n-1] >= utf8.RuneSelf {
		n--
	}
	s := &start{system: system, user: user[:n]}
	h := sha256.New()
	h.Write(i.before)
	h.Write(bytes.TrimSuffix(mustJSON(llm.Messages{System: s.system, User: s.user}), []byte(`"}`)))
	s.hashed = h.(hash.Cloner)
	i.start.Store(s)
	return s
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

// SampleSeed derives the base seed of a sample from the topic's. The first sample, 1, has
// the topic's own.
func SampleSeed(topicSeed int64, sample int) int64 {
	if sample <= 1 {
		return topicSeed
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d sample %d", topicSeed, sample))
	return seedFrom(sum[:])
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
