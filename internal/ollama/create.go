package ollama

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"github.com/nightpress/nightpress/internal/guard"
	"github.com/ollama/ollama/api"
)

// slowestUpload is how many bytes a second a server takes of a file at the
// least. Writing to its disk is a part of that.
const slowestUpload = 1 << 20

// Create registers a model file (GGUF) with the server under a name, with its
// template and parameters. A model of that name is replaced.
func (c *Client) Create(ctx context.Context, name string, file io.ReadSeeker, template string, parameters map[string]any) error {
	h := sha256.New()
	size, err := io.Copy(h, file)
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	defer c.Forget()
	digest := fmt.Sprintf("sha256:%x", h.Sum(nil))
	upload := c.opts.Lookup + time.Duration(size/slowestUpload)*time.Second
	if err := c.api.CreateBlob(c.within(ctx, upload, "take the file of "+name), digest, file); err != nil {
		return c.looking(ctx, name, err)
	}
	req := &api.CreateRequest{
		Model: name, Files: map[string]string{name + ".gguf": digest}, Template: template, Parameters: parameters,
	}
	x := c.slow(&guard.Exchange{Limits: guard.Limits{First: c.opts.Idle, Idle: c.opts.Idle, Total: c.opts.Load, Bytes: mostOfShort}}, "register "+name)
	attended, release := c.attend(ctx, x)
	defer release()
	var last api.ProgressResponse
	err = c.api.Create(attended, req, func(p api.ProgressResponse) error { last = p; return nil })
	// The client package reports a broken stream as success.
	switch {
	case err == nil && x.Err() != nil:
		err = x.Err()
	case err == nil && last.Status != "success":
		err = fmt.Errorf("the server ended the registration with %q", last.Status)
	}
	if err != nil {
		return c.looking(ctx, name, err)
	}
	return nil
}

// Delete removes a model from the server.
func (c *Client) Delete(ctx context.Context, name string) error {
	defer c.Forget()
	if err := c.api.Delete(c.lookup(ctx, "remove "+name), &api.DeleteRequest{Model: name}); err != nil {
		return c.looking(ctx, name, err)
	}
	return nil
}
