package sign

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/regular"
)

// Trusted are the keys that count: those of a .pub file, or of an allowed-signers file
// (see ssh-keygen).
type Trusted struct {
	path string
	keys []trustedKey
}

type trustedKey struct {
	// key is in the wire format.
	key  []byte
	name string
	// after and before are zero where the list sets no limit.
	after, before time.Time
	// elsewhere is set if the key counts only for other namespaces.
	elsewhere bool
}

// ReadTrusted reads a .pub file or an allowed-signers file. A file without a key of the
// type ssh-ed25519 is an error.
func ReadTrusted(file string) (*Trusted, error) {
	text, err := regular.Read(file, maxKeyFile)
	if err != nil {
		return nil, fmt.Errorf("read the keys that count: %w", err)
	}
	if bytes.Contains(text, []byte("PRIVATE KEY")) {
		return nil, hint.Wrap(fmt.Errorf("%s is a private key, and checking needs the public one", file), "name the .pub file: --key "+file+".pub")
	}
	t := &Trusted{path: file}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, err := parseTrusted(line)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", file, n, err)
		}
		if k != nil {
			t.keys = append(t.keys, *k)
		}
	}
	if len(t.keys) == 0 {
		return nil, fmt.Errorf("%s has no key of the type %s", file, ssh.KeyAlgoED25519)
	}
	return t, nil
}

// parseTrusted reads a line. It returns nil for a key that no signature can be of: one of
// another type, or of an authority that signs certificates.
func parseTrusted(line string) (*trustedKey, error) {
	k := &trustedKey{}
	first, rest, _ := strings.Cut(line, " ")
	// A public key begins with its type, and a signer with a name.
	if strings.HasPrefix(first, "ssh-") || strings.HasPrefix(first, "ecdsa-") || strings.HasPrefix(first, "sk-") {
		rest = line
	} else {
		k.name = strings.Trim(first, `"`)
	}
	key, _, options, _, err := ssh.ParseAuthorizedKey([]byte(rest))
	if err != nil {
		return nil, errors.New("it is neither a public key nor an allowed signer (NAME KEYTYPE KEY)")
	}
	if key.Type() != ssh.KeyAlgoED25519 {
		return nil, nil
	}
	k.key = key.Marshal()
	for _, o := range options {
		name, value, _ := strings.Cut(o, "=")
		value = strings.Trim(value, `"`)
		switch strings.ToLower(name) {
		case "cert-authority":
			return nil, nil
		case "namespaces":
			k.elsewhere = !covers(value)
		case "valid-after":
			k.after, err = moment(value)
		case "valid-before":
			k.before, err = moment(value)
		default:
			return nil, fmt.Errorf("unknown option %.40q", name)
		}
		if err != nil {
			return nil, err
		}
	}
	return k, nil
}

// covers reports whether a list of namespaces has ours. Like ssh-keygen, it takes * and ?
// in them, and ! before one that is not meant.
func covers(list string) (yes bool) {
	for pattern := range strings.SplitSeq(list, ",") {
		bare, not := strings.CutPrefix(strings.TrimSpace(pattern), "!")
		if ok, err := path.Match(bare, Namespace); err == nil && ok {
			if not {
				return false
			}
			yes = true
		}
	}
	return yes
}

// moment reads a time of an allowed-signers file: YYYYMMDD[HHMM[SS]][Z], local without Z.
func moment(text string) (time.Time, error) {
	bare, utc := strings.CutSuffix(text, "Z")
	zone := time.Local
	if utc {
		zone = time.UTC
	}
	for _, layout := range []string{"20060102", "200601021504", "20060102150405"} {
		if t, err := time.ParseInLocation(layout, bare, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is not a time, such as 20260131 or 202601312359Z", text)
}

// find returns the name of a key's owner, or why the key does not count.
func (t *Trusted) find(key ssh.PublicKey, now time.Time) (name, why string) {
	why = "does not list this key"
	for _, k := range t.keys {
		if !bytes.Equal(k.key, key.Marshal()) {
			continue
		}
		switch {
		case k.elsewhere:
			why = "lists this key for other namespaces than " + Namespace
		case !k.after.IsZero() && now.Before(k.after):
			why = "lists this key as not valid yet"
		case !k.before.IsZero() && !now.Before(k.before):
			why = "lists this key as no longer valid"
		default:
			return k.name, ""
		}
	}
	return "", why
}
