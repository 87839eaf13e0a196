package rehearsal

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// The parts of GGUF version 3 that a model needs. All numbers are little
// endian, a string is its length and its bytes, and the data of each tensor
// begins at a multiple of the alignment.
const (
	ggufMagic     = "GGUF"
	ggufVersion   = uint32(3)
	ggufAlignment = 32

	typeUint32  = uint32(4)
	typeInt32   = uint32(5)
	typeFloat32 = uint32(6)
	typeBool    = uint32(7)
	typeString  = uint32(8)
	typeArray   = uint32(9)

	tensorF32 = uint32(0)
)

// ggufFile is what a file holds, in the order in which it is written.
type ggufFile struct {
	pairs   []ggufPair
	tensors []ggufTensor
}

// ggufPair is one entry of the metadata. Its value is a bool, uint32, float32,
// string, []string, []float32 or []int32.
type ggufPair struct {
	key   string
	value any
}

// ggufTensor is a matrix of 32-bit floats. Rows are written one by one, so
// that no more than one is in memory.
type ggufTensor struct {
	name string
	// width is the length of a row, and rows is their number. 0 rows make a
	// vector.
	width, rows int
	row         func(i int, row []float32)
}

// size returns the bytes of the tensor's data, padding left out.
func (t ggufTensor) size() int64 { return 4 * int64(t.width) * int64(max(t.rows, 1)) }

// ggufWriter writes the elements of a file and keeps the first error.
type ggufWriter struct {
	w   *bufio.Writer
	n   int64
	err error
}

// write writes a file and returns the number of bytes.
func (f ggufFile) write(w io.Writer) (int64, error) {
	out := &ggufWriter{w: bufio.NewWriter(w)}
	out.bytes([]byte(ggufMagic))
	out.number(ggufVersion)
	out.number(uint64(len(f.tensors)))
	out.number(uint64(len(f.pairs)))
	for _, p := range f.pairs {
		out.string(p.key)
		out.value(p.value)
	}
	var offset int64
	for _, t := range f.tensors {
		out.info(t, uint64(offset))
		offset += aligned(t.size())
	}
	out.pad()
	for _, t := range f.tensors {
		out.data(t)
	}
	if out.err == nil {
		out.err = out.w.Flush()
	}
	if out.err != nil {
		return out.n, fmt.Errorf("write model: %w", out.err)
	}
	return out.n, nil
}

// aligned rounds a size up to the alignment.
func aligned(n int64) int64 {
	return (n + ggufAlignment - 1) / ggufAlignment * ggufAlignment
}

func (w *ggufWriter) bytes(p []byte) {
	if w.err != nil {
		return
	}
	n, err := w.w.Write(p)
	w.n += int64(n)
	w.err = err
}

func (w *ggufWriter) number(v any) {
	p, err := binary.Append(nil, binary.LittleEndian, v)
	if err != nil {
		panic(err) // unreachable except for a bug in this package
	}
	w.bytes(p)
}

func (w *ggufWriter) string(s string) {
	w.number(uint64(len(s)))
	w.bytes([]byte(s))
}

func (w *ggufWriter) value(v any) {
	switch v := v.(type) {
	case bool:
		w.number(typeBool)
		w.number(v)
	case uint32:
		w.number(typeUint32)
		w.number(v)
	case float32:
		w.number(typeFloat32)
		w.number(v)
	case string:
		w.number(typeString)
		w.string(v)
	case []string:
		w.array(typeString, len(v))
		for _, s := range v {
			w.string(s)
		}
	case []float32:
		w.array(typeFloat32, len(v))
		w.number(v)
	case []int32:
		w.array(typeInt32, len(v))
		w.number(v)
	default:
		panic(fmt.Sprintf("rehearsal: no GGUF type for %T", v))
	}
}

func (w *ggufWriter) array(element uint32, n int) {
	w.number(typeArray)
	w.number(element)
	w.number(uint64(n))
}

func (w *ggufWriter) info(t ggufTensor, offset uint64) {
	w.string(t.name)
	if t.rows == 0 {
		w.number(uint32(1))
		w.number(uint64(t.width))
	} else {
		w.number(uint32(2))
		w.number(uint64(t.width))
		w.number(uint64(t.rows))
	}
	w.number(tensorF32)
	w.number(offset)
}

func (w *ggufWriter) pad() {
	w.bytes(make([]byte, aligned(w.n)-w.n))
}

func (w *ggufWriter) data(t ggufTensor) {
	row := make([]float32, t.width)
	for i := range max(t.rows, 1) {
		clear(row)
		if t.row != nil {
			t.row(i, row)
		}
		w.number(row)
	}
	w.pad()
}
