package attest

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/regular"
	"github.com/nightpress/nightpress/internal/sign"
)

// encoding is DSSE's pre-authentication encoding of a payload: what is signed.
func encoding(kind string, size int64, payload io.Reader) io.Reader {
	return io.MultiReader(strings.NewReader(fmt.Sprintf("DSSEv1 %d %s %d ", len(kind), kind, size)), payload)
}

// signature is one of an envelope.
type signature struct {
	KeyID string `json:"keyid"`
	Sig   []byte `json:"sig"`
}

// seal writes an envelope around a payload, and replaces the file at path.
func seal(path string, payload *os.File, key *sign.Key) error {
	size, err := payload.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	sig, err := key.Sign(encoding(payloadType, size, io.NewSectionReader(payload, 0, size)))
	if err != nil {
		return err
	}
	signatures, err := json.Marshal([]signature{{key.Fingerprint(), sig}})
	if err != nil {
		return err
	}
	file, err := regular.Replace(path)
	if err != nil {
		return err
	}
	defer file.Discard()
	w := bufio.NewWriter(file)
	fmt.Fprintf(w, "{\"payloadType\":%q,\"signatures\":%s,\"payload\":\"", payloadType, signatures)
	code := base64.NewEncoder(base64.StdEncoding, w)
	if _, err := io.Copy(code, io.NewSectionReader(payload, 0, size)); err != nil {
		return err
	}
	if err := code.Close(); err != nil {
		return err
	}
	fmt.Fprint(w, "\"}\n")
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Commit()
}

// envelope is one that was opened. Its payload stays in the file.
type envelope struct {
	file       *os.File
	kind       string
	signatures []signature
	// from and to are where the payload begins and ends in the file.
	from, to int64
}

// maxField bounds what an envelope holds beside its payload, in bytes.
const maxField = 1 << 20

// openEnvelope reads an envelope up to its payload and after it. The caller closes its
// file.
func openEnvelope(path string) (_ *envelope, err error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	e := &envelope{file: file}
	defer func() {
		if err != nil {
			_ = file.Close()
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if e.from, e.to, err = findPayload(file); err != nil {
		return nil, err
	}
	// What is around the payload is a small object of its own.
	if e.from+info.Size()-e.to > maxField {
		return nil, fmt.Errorf("more than %d bytes are around the payload", maxField)
	}
	rest, err := io.ReadAll(io.MultiReader(io.NewSectionReader(file, 0, e.from), io.NewSectionReader(file, e.to, info.Size()-e.to)))
	if err != nil {
		return nil, err
	}
	var read struct {
		Payload     *string     `json:"payload"`
		PayloadType string      `json:"payloadType"`
		Signatures  []signature `json:"signatures"`
	}
	if err := json.Unmarshal(rest, &read); err != nil {
		return nil, fmt.Errorf("it is not a DSSE envelope: %w", err)
	}
	if read.Payload == nil || *read.Payload != "" || read.PayloadType != payloadType || len(read.Signatures) == 0 {
		return nil, errors.New("it is not a signed DSSE envelope around an in-toto statement")
	}
	e.kind, e.signatures = read.PayloadType, read.Signatures
	return e, nil
}

// findPayload returns where the value of the first key "payload" is in an envelope. The
// value is one string without escapes, as base64 is.
func findPayload(file io.Reader) (from, to int64, err error) {
	r := bufio.NewReaderSize(file, 64<<10)
	const key = `"payload"`
	at, matched := int64(0), 0
	next := func() (byte, error) {
		b, err := r.ReadByte()
		if err == nil {
			at++
		}
		if errors.Is(err, io.EOF) {
			err = errors.New("it is not a DSSE envelope: it has no payload")
		}
		return b, err
	}
	for matched < len(key) {
		b, err := next()
		if err != nil {
			return 0, 0, err
		}
		switch b {
		case key[matched]:
			matched++
		case key[0]:
			matched = 1
		default:
			matched = 0
		}
		if at > maxField {
			return 0, 0, errors.New("it is not a DSSE envelope: its payload does not come soon")
		}
	}
	for _, want := range []byte{':', '"'} {
		b, err := next()
		for err == nil && strings.IndexByte(" \t\r\n", b) >= 0 {
			b, err = next()
		}
		if err != nil {
			return 0, 0, err
		}
		if b != want {
			return 0, 0, errors.New("it is not a DSSE envelope: its payload is not a string")
		}
	}
	from = at
	for {
		b, err := next()
		if err != nil {
			return 0, 0, err
		}
		if b == '"' {
			return from, at - 1, nil
		}
		if b == '\\' {
			return 0, 0, errors.New("its payload is not plain base64")
		}
	}
}

// payload returns a new reader of the payload.
func (e *envelope) payload() io.Reader {
	return base64.NewDecoder(base64.StdEncoding, bufio.NewReaderSize(io.NewSectionReader(e.file, e.from, e.to-e.from), 64<<10))
}

// check returns who signed the envelope. With several signatures, one that counts is
// enough.
func (e *envelope) check(trusted *sign.Trusted, now time.Time) (by sign.Signer, err error) {
	size, err := io.Copy(io.Discard, e.payload())
	if err != nil {
		return by, fmt.Errorf("its payload is not base64: %w", err)
	}
	if len(e.signatures) > mostSignatures {
		return by, fmt.Errorf("it has %d signatures, more than %d", len(e.signatures), mostSignatures)
	}
	for _, s := range e.signatures {
		if by, err = sign.Check(encoding(e.kind, size, e.payload()), s.Sig, trusted, now); err == nil {
			return by, nil
		}
	}
	return by, err
}

// mostSignatures bounds how often the payload is read.
const mostSignatures = 16
