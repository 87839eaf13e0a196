package settings

import (
	"path/filepath"
	"strings"
)

// inHome puts the home folder in place of a "~" at the beginning of a path, as a
// shell does where no quotes keep it from it. Without a home folder, and for
// another person's ("~ann"), the path stays as it is.
func inHome(path string, getenv func(string) string) string {
	rest, ok := strings.CutPrefix(filepath.ToSlash(path), "~")
	if !ok || rest != "" && rest[0] != '/' {
		return path
	}
	for _, variable := range []string{"HOME", "USERPROFILE"} {
		if home := getenv(variable); home != "" {
			return filepath.Join(home, filepath.FromSlash(rest))
		}
	}
	return path
}
