package ollama

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/guard"
)

// catalog is what a client has learned of its server's models. It keeps the
// list, and what the server showed of single models, for as long as the client
// is there: a server may have ten thousand models. The zero value has learned
// nothing. It may be used from many goroutines.
type catalog struct {
	mu     sync.Mutex
	list   []Listed
	byName map[string]int
	shown  map[string]*LocalModel
}

// models returns the list and where each model is in it, asking the server
// once.
func (c *Client) models(ctx context.Context) ([]Listed, map[string]int, error) {
	k := &c.catalog
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.list != nil {
		return k.list, k.byName, nil
	}
	list, err := c.List(ctx)
	if err != nil {
		return nil, nil, err
	}
	k.list, k.byName = list, make(map[string]int, len(list))
	for i, l := range list {
		k.byName[Canonical(l.Name)] = i
	}
	return k.list, k.byName, nil
}

// Models returns the server's models, in its order, as Inspect knows them.
func (c *Client) Models(ctx context.Context) ([]Listed, error) {
	list, _, err := c.models(ctx)
	return list, err
}

// details returns what the server shows of a model, asking it once.
func (c *Client) details(ctx context.Context, l Listed) (*LocalModel, error) {
	k := &c.catalog
	k.mu.Lock()
	known := k.shown[l.Name]
	k.mu.Unlock()
	if known != nil {
		return known, nil
	}
	local, err := c.show(ctx, l)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.shown == nil {
		k.shown = map[string]*LocalModel{}
	}
	k.shown[l.Name] = local
	return local, nil
}

// Forget makes the next look at the models ask the server again.
func (c *Client) Forget() {
	c.catalog.mu.Lock()
	defer c.catalog.mu.Unlock()
	c.catalog.list, c.catalog.byName, c.catalog.shown = nil, nil, nil
}

// mostShows bounds the requests in progress at once of InspectAll.
const mostShows = 8

// InspectAll inspects many models at once, so that Inspect of each then has its
// answer. An error means that the server is silent; others are left to Inspect.
func (c *Client) InspectAll(ctx context.Context, names []string) error {
	g, ctx := errgroup.WithContext(ctx) // a server that is silent is silent for all
	g.SetLimit(mostShows)
	if c.opts.Waiting != nil {
		x := c.slow(&guard.Exchange{}, fmt.Sprintf("show the models that match (%d)", len(names)))
		defer time.AfterFunc(x.SlowAfter, crash.Caught(x.Slow, func(error) {})).Stop()
		ctx = quietly(ctx)
	}
	for _, name := range names {
		if ctx.Err() != nil {
			break
		}
		g.Go(crash.Guarded(func() error {
			_, err := c.Inspect(ctx, name)
			if Silent(err) {
				return err
			}
			return nil
		}))
	}
	return g.Wait()
}

// Canonical is a model's name as the server compares it: in any letter case,
// and with "latest" for a missing tag.
func Canonical(name string) string { return strings.ToLower(tagged(name)) }
