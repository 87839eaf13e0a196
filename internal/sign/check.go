package sign

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// armored is the type of the PEM block of a signature.
const armored = sshsig.PEMType

// Armor puts a signature into the text of a file, for "ssh-keygen -Y verify".
func Armor(signature []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: armored, Bytes: signature})
}

// Unarmor returns the signature in such a text.
func Unarmor(text []byte) ([]byte, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != armored || len(rest) > 0 {
		return nil, errors.New("it is not one SSH signature")
	}
	return block.Bytes, nil
}

// Signer is who signed a message.
type Signer struct {
	// Fingerprint is that of the key.
	Fingerprint string `json:"fingerprint"`
	// Name is what the list of signers calls the owner of the key. It is "" if nobody
	// said whose keys count.
	Name string `json:"name,omitempty"`
	// Trusted reports whether the key is one of those that count.
	Trusted bool `json:"trusted"`
}

// String names the signer for a person.
func (s Signer) String() string {
	if s.Name == "" {
		return "key " + s.Fingerprint
	}
	return fmt.Sprintf("%s (key %s)", s.Name, s.Fingerprint)
}

// UntrustedError reports a valid signature of a key that does not count.
type UntrustedError struct {
	Signer Signer
	// Keys is the file with those that count. Why says why this one does not.
	Keys, Why string
}

func (e *UntrustedError) Error() string {
	return fmt.Sprintf("signed with key %s: %s %s", e.Signer.Fingerprint, e.Keys, e.Why)
}

// Hint returns what the user can do.
func (e *UntrustedError) Hint() string {
	return "ask whoever signed for the public key, over another way than this file came; compare fingerprints with: ssh-keygen -l -f FILE"
}

// Check reads a message to its end and returns who signed it. Without trusted, every
// key counts, and the signer is not Trusted. A signature of a key that does not count is
// an *UntrustedError.
func Check(message io.Reader, signature []byte, trusted *Trusted, now time.Time) (Signer, error) {
	s, err := sshsig.ParseSignature(signature)
	if err != nil {
		return Signer{}, fmt.Errorf("the signature cannot be read: %w", err)
	}
	if kind := s.PublicKey.Type(); kind != ssh.KeyAlgoED25519 {
		return Signer{}, fmt.Errorf("the signature is of a key of the type %.40q, and only %s counts", kind, ssh.KeyAlgoED25519)
	}
	by := Signer{Fingerprint: ssh.FingerprintSHA256(s.PublicKey)}
	if err := sshsig.Verify(message, s, s.PublicKey, s.HashAlgorithm, Namespace); err != nil {
		return by, fmt.Errorf("the signature does not match: what was signed has changed, or was signed for another purpose (%w)", err)
	}
	if trusted == nil {
		return by, nil
	}
	name, why := trusted.find(s.PublicKey, now)
	if why != "" {
		return by, &UntrustedError{by, trusted.path, why}
	}
	by.Name, by.Trusted = name, true
	return by, nil
}
