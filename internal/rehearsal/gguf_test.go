package rehearsal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"testing"
)

// parsed is a GGUF file read back by its own rules.
type parsed struct {
	version, pairs uint64
	strings        map[string]string
	numbers        map[string]uint64
	tokens         []string
	tensors        map[string]parsedTensor
	data           []byte
}

type parsedTensor struct {
	dims   []uint64
	offset uint64
}

// reader reads little-endian numbers and strings, and fails the test at the
// end of the file.
type reader struct {
	t *testing.T
	r *bytes.Reader
}

func (r reader) u32() uint64 {
	var v uint32
	r.number(&v)
	return uint64(v)
}

func (r reader) u64() uint64 {
	var v uint64
	r.number(&v)
	return v
}

func (r reader) number(v any) {
	r.t.Helper()
	if err := binary.Read(r.r, binary.LittleEndian, v); err != nil {
		r.t.Fatal(err)
	}
}

func (r reader) string() string {
	p := make([]byte, r.u64())
	if _, err := io.ReadFull(r.r, p); err != nil {
		r.t.Fatal(err)
	}
	return string(p)
}

func parseGGUF(t *testing.T, file []byte) parsed {
	t.Helper()
	if !bytes.HasPrefix(file, []byte("GGUF")) {
		t.Fatalf("begins with %q", file[:4])
	}
	r := reader{t, bytes.NewReader(file[4:])}
	p := parsed{
		strings: map[string]string{},
		numbers: map[string]uint64{},
		tensors: map[string]parsedTensor{},
	}
	p.version = r.u32()
	tensors := r.u64()
	p.pairs = r.u64()
	for range p.pairs {
		p.pair(r)
	}
	for range tensors {
		name := r.string()
		dims := make([]uint64, r.u32())
		r.number(dims)
		if kind := r.u32(); kind != 0 {
			t.Errorf("%s: type %d, want 0 for F32", name, kind)
		}
		p.tensors[name] = parsedTensor{dims, r.u64()}
	}
	start := (len(file) - r.r.Len() + 31) / 32 * 32
	p.data = file[start:]
	return p
}

func (p *parsed) pair(r reader) {
	key := r.string()
	switch kind := r.u32(); kind {
	case 4, 6:
		p.numbers[key] = r.u32()
	case 7:
		var v uint8
		r.number(&v)
		p.numbers[key] = uint64(v)
	case 8:
		p.strings[key] = r.string()
	case 9:
		element, n := r.u32(), r.u64()
		for range n {
			if element == 8 {
				p.tokens = append(p.tokens, r.string())
			} else {
				r.u32()
			}
		}
	default:
		r.t.Fatalf("%s: type %d", key, kind)
	}
}

// floats returns the values of a tensor.
func (p *parsed) floats(t *testing.T, name string) []float32 {
	t.Helper()
	n := uint64(1)
	for _, d := range p.tensors[name].dims {
		n *= d
	}
	out := make([]float32, n)
	if _, err := binary.Decode(p.data[p.tensors[name].offset:], binary.LittleEndian, out); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func TestAFileReadsBack(t *testing.T) {
	m := modelNamed(t, "rehearsal-sloppy")
	var b bytes.Buffer
	n, err := m.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("%d bytes of %d, error %v", n, b.Len(), err)
	}
	p := parseGGUF(t, b.Bytes())
	if p.version != 3 || p.strings["general.architecture"] != "llama" || p.strings["general.name"] != m.Name {
		t.Errorf("version %d, strings %v", p.version, p.strings)
	}
	if got := p.numbers["llama.context_length"]; got != 8192 {
		t.Errorf("context of %d", got)
	}
	if got := p.numbers["llama.vocab_size"]; got != uint64(len(p.tokens)) {
		t.Errorf("%d tokens for a vocabulary of %d", len(p.tokens), got)
	}
	seen := map[string]bool{}
	for _, token := range p.tokens {
		if seen[token] {
			t.Errorf("token %q stands there twice", token)
		}
		seen[token] = true
	}
	var last uint64
	for name, tensor := range p.tensors {
		if tensor.offset%32 != 0 {
			t.Errorf("%s begins at %d", name, tensor.offset)
		}
		last = max(last, tensor.offset)
	}
	if last >= uint64(len(p.data)) || len(p.data)%32 != 0 {
		t.Errorf("the last tensor begins at %d of %d bytes", last, len(p.data))
	}
}

// What the server computes: the embedding of the last token, made sqrt(width)
// long by the norm, times the output matrix, through a softmax.
func TestTheWeightsAreTheChain(t *testing.T) {
	m := modelNamed(t, "rehearsal-sloppy")
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	p := parseGGUF(t, b.Bytes())
	width := int(p.numbers["llama.embedding_length"])
	embedding, output := p.floats(t, "token_embd.weight"), p.floats(t, "output.weight")
	c := m.chain()
	for id := stateAssistant; id < len(c.states); id += 37 {
		one := embedding[id*width : (id+1)*width]
		row := c.row(id)
		for token := range p.tokens {
			var logit float64
			for i, x := range one {
				logit += float64(x) * math.Sqrt(float64(width)) * float64(output[token*width+i])
			}
			if got, want := math.Exp(logit), row[token]; math.Abs(got-want) > 1e-5 {
				t.Fatalf("after %q comes %q with %v, want %v", p.tokens[id], p.tokens[token], got, want)
			}
		}
	}
}

// full is a disk with room for a number of bytes.
type full struct{ room int }

var errFull = errors.New("disk full")

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.room {
		n := f.room
		f.room = 0
		return n, errFull
	}
	f.room -= len(p)
	return len(p), nil
}

func TestAShortWriteIsAnError(t *testing.T) {
	m := Models()[0]
	for _, room := range []int{0, 100, 1 << 20} {
		if _, err := m.WriteTo(&full{room}); !errors.Is(err, errFull) {
			t.Errorf("room for %d bytes: error %v", room, err)
		}
	}
}
