package batch

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
)

// JobID returns the job's ID: a hash of everything that could change the post
// and nothing else. The model's name and label are left out (the digest says
// which model it is), and so is every column that the prompt does not use,
// because only the rendered messages count.
func JobID(m Model, msgs prompts.Messages, contract *reply.Contract, seedSetting int64) string {
	mode := m.Mode
	if mode == ModeText {
		mode = ""
	}
	// Field names and order are part of every stored ID: a change here makes
	// every post of every user be made again.
	identity := struct {
		Version  int
		Messages prompts.Messages
		Contract *reply.Contract
		Digest   string
		NumCtx   int
		Predict  int
		Think    any
		Options  map[string]any
		Seed     int64
		// Left out where they are not set, as they were before there were any.
		ThinkBudget int    `json:",omitempty"`
		Mode        string `json:",omitempty"`
	}{1, msgs, contract, m.Digest, m.NumCtx, m.NumPredict, m.Think, m.Options, seedSetting, m.ThinkBudget, mode}
	text, err := json.Marshal(identity)
	if err != nil {
		// Options come from a checked configuration, which has no value that
		// JSON cannot hold.
		panic(fmt.Sprintf("batch: job identity: %v", err))
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// JobSeed returns a job's base seed, made from the seed setting and the topic's
// text: each topic has its own, and all models get the same one for a topic,
// so that a comparison compares the models. variant is 0 but for posts that
// are to be made again otherwise.
func JobSeed(setting int64, topic string, variant int) int64 {
	h := sha256.New()
	_ = binary.Write(h, binary.LittleEndian, setting)
	_ = binary.Write(h, binary.LittleEndian, int64(variant))
	h.Write([]byte(topic))
	return seedFrom(h.Sum(nil))
}

// AttemptSeed returns the seed of attempt n (from 1) of a job. Attempt 1 uses
// the job's seed as it is; a later one gets another, because the same seed
// tends to reproduce the same failure.
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
