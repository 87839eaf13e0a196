package sign

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/regular"
)

// maxKeyFile bounds the file of a key, in bytes. A list of signers may be long.
const maxKeyFile = 1 << 20

const makeKey = "make a key for this: ssh-keygen -t ed25519 -N '' -f press_key"

// Key signs. It is safe for concurrent use.
type Key struct{ signer ssh.Signer }

// ReadKey reads a private key, such as ~/.ssh/id_ed25519. Its errors have hints.
func ReadKey(path string) (*Key, error) {
	text, err := regular.Read(path, maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, hint.Wrap(fmt.Errorf("key %s does not exist", path), makeKey)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(text)
	switch {
	case errtype.Is[*ssh.PassphraseMissingError](err):
		return nil, hint.Wrap(hint.Wrap(fmt.Errorf("key %s is encrypted with a passphrase, and nightpress asks for none", path), makeKey),
			"or sign with a copy of the key without a passphrase, and remove the copy: cp KEY press_key && ssh-keygen -p -N '' -f press_key")
	case err != nil && isPublic(text):
		return nil, hint.Wrap(fmt.Errorf("%s is a public key, and signing needs the private one", path), "name the file without .pub: --key "+strings.TrimSuffix(path, ".pub"))
	case err != nil:
		return nil, hint.Wrap(fmt.Errorf("%s is not an SSH key: %w", path, err), makeKey)
	}
	if kind := signer.PublicKey().Type(); kind != ssh.KeyAlgoED25519 {
		return nil, hint.Wrap(fmt.Errorf("key %s is of the type %s, and only %s counts", path, kind, ssh.KeyAlgoED25519), makeKey)
	}
	return &Key{signer}, nil
}

func isPublic(text []byte) bool {
	_, _, _, _, err := ssh.ParseAuthorizedKey(text)
	return err == nil
}

// Fingerprint is that of the key, as ssh-keygen -l prints it.
func (k *Key) Fingerprint() string { return ssh.FingerprintSHA256(k.signer.PublicKey()) }

// Sign returns a signature of a message: the bytes that Armor puts into a file.
func (k *Key) Sign(message io.Reader) ([]byte, error) {
	s, err := sshsig.Sign(message, k.signer, sshsig.HashSHA512, Namespace)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return s.Marshal(), nil
}
