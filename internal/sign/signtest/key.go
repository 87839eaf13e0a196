// Package signtest makes SSH keys for tests.
package signtest

import (
	"crypto/ed25519"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/ssh"
)

// Key writes a new key into a folder and returns the paths of its private and public
// files.
func Key(t testing.TB, dir string) (private, public string) {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(priv, "test")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	private = filepath.Join(dir, "id_ed25519")
	for path, text := range map[string][]byte{private: pem.EncodeToMemory(block), private + ".pub": ssh.MarshalAuthorizedKey(key)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return private, private + ".pub"
}

// Read returns the content of a file.
func Read(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Encrypted is a key with the passphrase "secret", made for tests.
const Encrypted = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABCXQM8eez
JyaHWInBmzTkAVAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIImxqCBquP9OFhWV
AUbCka4l0LTYQypl+FvFZXfBHnUQAAAAkN2Hvg0UdoioCl/Fq/Kr2WKkjpN/coXl4/VuVU
2RXs5Zz4LPkzhWOG7gDCmO9Op+Pwh22SCyWlUQ00ZUqZX96CQeoSp+ih+IKEoy5J52cVCe
D/q0CQNQQFREXFo6XIXuh37KkYIoOIL+eRCU/MdRKh1klfDgMorco/Aul5E+obfrItH217
nMBzdfILjBDrTXtw==
-----END OPENSSH PRIVATE KEY-----
`
