package ollama

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/guard"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/ollama/ollama/api"
)

// HasBlob reports whether the server has a file, by its digest.
func (c *Client) HasBlob(ctx context.Context, digest string) (bool, error) {
	if !ValidDigest(digest) {
		return false, fmt.Errorf("%.80q is not a digest", digest)
	}
	req, err := http.NewRequestWithContext(c.lookup(ctx, "look for a file"), http.MethodHead, c.base.JoinPath("api/blobs", digest).String(), nil)
	if err != nil {
		return false, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return false, c.looking(ctx, "", err)
	}
	_ = resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return true, nil
	case http.StatusNotFound:
		return false, nil
	}
	return false, fmt.Errorf("the server answered the question for a file with HTTP %d", resp.StatusCode)
}

// PutBlob gives the server a file. The server compares its digest.
func (c *Client) PutBlob(ctx context.Context, digest string, size int64, file io.Reader) error {
	upload := c.opts.Lookup + time.Duration(size/slowestUpload)*time.Second
	if err := c.api.CreateBlob(c.within(ctx, upload, "take a file"), digest, file); err != nil {
		return c.looking(ctx, "", err)
	}
	return nil
}

// carried is the namespace of the names under which models come to the server before they
// have their own.
const carried = "nightpress-unpack"

// Adopt has the server register a model under a name. It has the files already (see
// PutBlob), and gets the manifest from a registry of ours, which serves nothing else, only
// to this machine, and only meanwhile. The model keeps its manifest, and so its identity.
// Whatever has the name is replaced: ask Inspect before.
//
// Note: /api/create registers files too, but it writes another manifest, and the API has no
// way to send one.
func (c *Client) Adopt(ctx context.Context, m *StoredModel, name string) error {
	defer c.Forget()
	if !Loopback(c.base) {
		return hint.Wrap(fmt.Errorf("the server %s is on another machine: it cannot fetch the manifest from here", c.Name()), "run unpack on the machine of the server")
	}
	r, err := serveManifest(m)
	if err != nil {
		return err
	}
	defer r.close()
	temporary := fmt.Sprintf("%s/%s/%.12s:latest", r.address(), carried, strings.TrimPrefix(m.Digest, "sha256:"))
	if err := c.pull(ctx, "http://"+temporary, name); err != nil {
		return err
	}
	err = c.api.Copy(c.lookup(ctx, "name "+name), &api.CopyRequest{Source: temporary, Destination: name})
	// Also after an interruption: the name is of no use to anybody.
	away := c.api.Delete(c.lookup(context.WithoutCancel(ctx), "remove "+temporary), &api.DeleteRequest{Model: temporary})
	if err != nil {
		return c.looking(ctx, name, err)
	}
	return c.looking(ctx, name, away)
}

// Leftovers removes the temporary names that an interrupted Adopt left. Files are shared,
// and stay while a model needs them.
func (c *Client) Leftovers(ctx context.Context) error {
	all, err := c.List(ctx)
	if err != nil {
		return err
	}
	for _, l := range all {
		if host, rest, ok := strings.Cut(l.Name, "/"); ok && strings.HasPrefix(host, "127.0.0.1:") && strings.HasPrefix(rest, carried+"/") {
			if err := c.Delete(ctx, l.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Client) pull(ctx context.Context, from, name string) error {
	x := c.slow(&guard.Exchange{Limits: guard.Limits{First: c.opts.Idle, Idle: c.opts.Idle, Total: c.opts.Load, Bytes: mostOfLookup}}, "register "+name)
	attended, release := c.attend(ctx, x)
	defer release()
	var last api.ProgressResponse
	err := c.api.Pull(attended, &api.PullRequest{Model: from, Insecure: true}, func(p api.ProgressResponse) error { last = p; return nil })
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

// registry serves one manifest to this machine.
type registry struct {
	listener net.Listener
	server   *http.Server
	done     chan struct{}
}

func serveManifest(m *StoredModel) (*registry, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the manifest: %w", err)
	}
	r := &registry{listener: l, done: make(chan struct{})}
	path := fmt.Sprintf("/v2/%s/%.12s/manifests/latest", carried, strings.TrimPrefix(m.Digest, "sha256:"))
	r.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != path || req.Method != http.MethodGet && req.Method != http.MethodHead {
			http.NotFound(w, req)
			return
		}
		w.Header().Set("Content-Type", "application/vnd.docker.distribution.manifest.v2+json")
		w.Header().Set("Docker-Content-Digest", m.Digest)
		_, _ = w.Write(m.Manifest)
	})}
	crash.Go(func() {
		defer close(r.done)
		_ = r.server.Serve(l)
	}, func(error) {})
	return r, nil
}

func (r *registry) address() string { return r.listener.Addr().String() }

func (r *registry) close() {
	_ = r.server.Close()
	<-r.done
}

// Weights are the digests of the files that a model is made of, as far as the server names
// them.
func (c *Client) Weights(ctx context.Context, name string) (digests []string, err error) {
	shown, err := c.api.Show(c.lookup(ctx, "show "+name), &api.ShowRequest{Model: name})
	if err != nil {
		return nil, c.looking(ctx, name, err)
	}
	for _, m := range blobLine.FindAllStringSubmatch(shown.Modelfile, -1) {
		digests = append(digests, "sha256:"+m[2])
	}
	return digests, nil
}

// Identified returns the identity of a model on the server, also of one that writes no
// text, and whether the server has it.
func (c *Client) Identified(ctx context.Context, name string) (identity string, there bool, err error) {
	shown, err := c.api.Show(c.lookup(ctx, "show "+name), &api.ShowRequest{Model: name})
	if refused, ok := errors.AsType[api.StatusError](err); ok && refused.StatusCode == http.StatusNotFound {
		return "", false, nil
	}
	if err != nil {
		return "", false, c.looking(ctx, name, err)
	}
	return identityOf(shown), true, nil
}
