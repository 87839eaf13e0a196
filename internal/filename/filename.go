// Package filename checks names of files and folders: which are safe on every system
// that nightpress runs on, and which are the same name on some system.
package filename

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// MaxBytes bounds a name, so that with a hash, an extension, and the additions
// of a temporary name it stays below the 255 bytes that file systems allow.
const MaxBytes = 96

// devices are names that Windows takes for devices, with any extension
// (learn.microsoft.com, "Naming Files, Paths, and Namespaces").
var devices = map[string]bool{
	"con": true, "prn": true, "aux": true, "nul": true,
	"com1": true, "com2": true, "com3": true, "com4": true, "com5": true, "com6": true, "com7": true, "com8": true, "com9": true,
	"lpt1": true, "lpt2": true, "lpt3": true, "lpt4": true, "lpt5": true, "lpt6": true, "lpt7": true, "lpt8": true, "lpt9": true,
}

// IsDevice reports whether Windows takes a name for a device.
func IsDevice(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	return devices[strings.ToLower(base)]
}

// Check returns why a name that a person chose cannot be one folder's name on
// every system, or nil. Letters of all scripts and both cases are allowed.
func Check(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("it is empty")
	case !utf8.ValidString(name):
		return fmt.Errorf("it is not UTF-8")
	case len(name) > MaxBytes:
		return fmt.Errorf("it has %d bytes; at most %d are allowed", len(name), MaxBytes)
	}
	for _, r := range name {
		if !allowed(r) {
			return fmt.Errorf("%s is not allowed; letters, digits, and . _ - + = @ are", describe(r))
		}
	}
	switch {
	case strings.ContainsRune(".-=@+", rune(name[0])):
		return fmt.Errorf("it begins with %q", name[:1])
	case strings.HasSuffix(name, "."):
		return fmt.Errorf(`it ends with "."`)
	case IsDevice(name):
		return fmt.Errorf("it is the name of a device on Windows")
	}
	return nil
}

func allowed(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("._-+=@", r)
}

func describe(r rune) string {
	switch {
	case r == ' ':
		return "a space"
	case unicode.IsPrint(r):
		return fmt.Sprintf("%q", r)
	}
	return fmt.Sprintf("the character %U", r)
}

// Fold returns a key that two names share when some file system takes them for
// one: it ignores case and Unicode form.
func Fold(name string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(name)))
}
