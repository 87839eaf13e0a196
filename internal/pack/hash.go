package pack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/nightpress/nightpress/internal/regular"
)

// hashFile returns the digest and the size of a file.
func hashFile(ctx context.Context, path string) (sum string, size int64, err error) {
	f, err := regular.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return "", 0, err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), size, ctx.Err()
}
