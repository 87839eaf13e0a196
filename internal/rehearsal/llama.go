package rehearsal

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// The shape of a model beside its number of states. The block between input
// and output has nothing to do, so it is as narrow as the server takes it.
const (
	contextLength = 8192 // tokens
	headWidth     = 32
	forwardWidth  = 32
)

// The types of token that a tokenizer of llama's kind knows.
const (
	tokenNormal      = 1
	tokenUnknown     = 2
	tokenControl     = 3
	tokenUserDefined = 4
	tokenByte        = 6
)

// writeModel writes a chain as a llama model. The embedding of a state is a
// vector with a one in its own place. The block adds nothing to it but the
// notice of a cue (see attention.go), and the norm before the output makes
// sqrt(width) of the one, by which the logits are therefore divided.
func writeModel(w io.Writer, name string, c *chain, forward int) (int64, error) {
	tokens, types := vocabulary(c)
	// The server computes rows in blocks of 32.
	width := int(aligned(int64(len(c.states) + len(c.cues))))
	f := ggufFile{
		pairs:   metadata(name, width, forward, tokens, types),
		tensors: tensors(c, width, forward, len(tokens)),
	}
	return f.write(w)
}

// vocabulary returns the texts and types of the tokens: the states, then every
// byte, with which a prompt is spelled where no chunk stands in it.
func vocabulary(c *chain) (tokens []string, types []int32) {
	for id, s := range c.states {
		tokens = append(tokens, s.text)
		switch {
		case id == stateOther:
			types = append(types, tokenUnknown)
		case id < firstChunk:
			types = append(types, tokenControl)
		default:
			types = append(types, tokenUserDefined)
		}
	}
	for b := range 256 {
		tokens = append(tokens, fmt.Sprintf("<0x%02X>", b))
		types = append(types, tokenByte)
	}
	for _, word := range promptWords() {
		if _, taken := c.ids[word]; !taken {
			tokens = append(tokens, word)
			types = append(types, tokenUserDefined)
		}
	}
	for _, q := range c.cues {
		tokens = append(tokens, q.text)
		types = append(types, tokenUserDefined)
	}
	return tokens, types
}

func metadata(name string, width, forward int, tokens []string, types []int32) []ggufPair {
	return []ggufPair{
		{"general.architecture", "llama"},
		{"general.name", name},
		{"general.file_type", uint32(0)},
		{"llama.block_count", uint32(1)},
		{"llama.context_length", uint32(contextLength)},
		{"llama.embedding_length", uint32(width)},
		{"llama.feed_forward_length", uint32(forward)},
		{"llama.attention.head_count", uint32(1)},
		{"llama.attention.head_count_kv", uint32(1)},
		{"llama.attention.key_length", uint32(headWidth)},
		{"llama.attention.value_length", uint32(headWidth)},
		{"llama.attention.layer_norm_rms_epsilon", float32(1e-6)},
		{"llama.rope.dimension_count", uint32(headWidth)},
		{"llama.rope.freq_base", float32(ropeBase)},
		{"llama.vocab_size", uint32(len(tokens))},
		{"tokenizer.ggml.model", "llama"},
		{"tokenizer.ggml.pre", "default"},
		{"tokenizer.ggml.tokens", tokens},
		{"tokenizer.ggml.scores", make([]float32, len(tokens))},
		{"tokenizer.ggml.token_type", types},
		{"tokenizer.ggml.unknown_token_id", uint32(stateOther)},
		{"tokenizer.ggml.bos_token_id", uint32(stateBegin)},
		{"tokenizer.ggml.eos_token_id", uint32(stateEnd)},
		{"tokenizer.ggml.add_bos_token", true},
		{"tokenizer.ggml.add_eos_token", false},
		{"tokenizer.ggml.add_space_prefix", false},
	}
}

func tensors(c *chain, width, forward, tokens int) []ggufTensor {
	ones := func(_ int, row []float32) {
		for i := range row {
			row[i] = 1
		}
	}
	firstCue := tokens - len(c.cues)
	embedding := func(token int, row []float32) {
		switch {
		case token >= firstCue:
			token += len(c.states) - firstCue
		case token >= len(c.states):
			token = stateOther
		}
		row[token] = 1
	}
	look := attention{c, width}
	return []ggufTensor{
		{"token_embd.weight", width, tokens, embedding},
		{"blk.0.attn_norm.weight", width, 0, ones},
		{"blk.0.attn_q.weight", width, headWidth, look.query},
		{"blk.0.attn_k.weight", width, headWidth, look.key},
		{"blk.0.attn_v.weight", width, headWidth, look.value},
		{"blk.0.attn_output.weight", headWidth, width, look.out},
		{"blk.0.ffn_norm.weight", width, 0, ones},
		{"blk.0.ffn_gate.weight", width, forward, nil},
		{"blk.0.ffn_up.weight", width, forward, nil},
		{"blk.0.ffn_down.weight", forward, width, nil},
		{"output_norm.weight", width, 0, ones},
		{"output.weight", width, tokens, output(c, width)},
	}
}

// output returns the rows of the output matrix: row j holds, for each state i,
// the logarithm of the probability that token j follows it.
func output(c *chain, width int) func(token int, row []float32) {
	scale := float32(math.Sqrt(float64(width)))
	columns := make([][]float32, len(c.states))
	for id := range c.states {
		columns[id] = c.logits(id)
	}
	return func(token int, row []float32) {
		for id := range c.states {
			logit := float32(never)
			if token < len(c.states) {
				logit = columns[id][token]
			}
			row[id] = logit / scale
		}
		for i, q := range c.cues {
			if slices.Contains(q.calls, token) {
				row[len(c.states)+i] = called / (scale * trace)
			}
		}
	}
}
