package ollama

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/ollama/ollama/api"
)

// Create registers a model file (GGUF) with the server under a name, with its
// template and parameters. A model of that name is replaced.
func (c *Client) Create(ctx context.Context, name string, file io.ReadSeeker, template string, parameters map[string]any) error {
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	digest := fmt.Sprintf("sha256:%x", h.Sum(nil))
	if err := c.api.CreateBlob(ctx, digest, file); err != nil {
		return c.looking(ctx, name, err)
	}
	req := &api.CreateRequest{
		Model: name, Files: map[string]string{name + ".gguf": digest}, Template: template, Parameters: parameters,
	}
	if err := c.api.Create(ctx, req, func(api.ProgressResponse) error { return nil }); err != nil {
		return c.looking(ctx, name, err)
	}
	// The client package reports a stream that broke off as success, so ask.
	if _, err := c.Inspect(ctx, name); err != nil {
		return err
	}
	return nil
}

// Delete removes a model from the server.
func (c *Client) Delete(ctx context.Context, name string) error {
	if err := c.api.Delete(ctx, &api.DeleteRequest{Model: name}); err != nil {
		return c.looking(ctx, name, err)
	}
	return nil
}
