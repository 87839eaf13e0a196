// Package members is the use case of "nightpress fleet": it lists the machines that
// write posts for a folder's run, and drains one.
package members

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/fleet"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// List are the machines of a fleet: what "fleet --json" prints. Its names are
// promised.
type List struct {
	Event   string        `json:"event"`
	Out     string        `json:"out"`
	Workers []live.Member `json:"workers"`
	now     time.Time
}

// Read reads who is in the fleet of a folder's newest run. A folder that never had
// a fleet has none.
func Read(out string, now time.Time) (*List, error) {
	l := &List{Event: "fleet", Out: out, Workers: []live.Member{}, now: now}
	known, text, err := output.FleetOf(out)
	if err != nil || known == nil || text == nil {
		return l, err
	}
	if err := json.Unmarshal(text, &l.Workers); err != nil {
		return nil, fmt.Errorf("workers of %s: %w", out, err)
	}
	return l, nil
}

// Text writes the list for a person.
func (l *List) Text(p *printer.Page) {
	if len(l.Workers) == 0 {
		p.Linef("%s: no machine has joined a fleet", l.Out)
		return
	}
	Table(p, l.Workers, l.now)
}

// Table lists workers for a person.
func Table(p *printer.Page, all []live.Member, now time.Time) {
	rows := [][]string{{"worker", "machine", "servers", "models", "state", "works on", "streams", "tokens/s", "posts", "rejected", "last contact"}}
	for _, m := range all {
		at := m.Model
		if at == "" {
			at = "-"
		}
		rows = append(rows, []string{
			m.Name, m.Machine, strings.Join(m.Servers, " "), strings.Join(m.Models, " "), m.State(now).String(), at, term.Number(m.Streams),
			term.Number(int(math.Round(m.TokensPerSecond))), term.Number(m.Posts), term.Number(m.Rejected), term.Ago(now.Sub(m.Seen)),
		})
	}
	p.Table(true, rows)
	for _, m := range all {
		for _, label := range slices.Sorted(maps.Keys(m.Missing)) {
			p.Linef("%s does not write %s: %s", m.Name, label, printer.Short(m.Missing[label], 120))
		}
	}
}

// Drain has a run's worker finish what it has, and leave.
func Drain(ctx context.Context, s *settings.Settings, token, name string) error {
	known, _, err := output.FleetOf(s.Defaults.Out)
	if err != nil {
		return err
	}
	if known == nil || known.URL == "" {
		return exit.Usage(fmt.Errorf("no run with --fleet has written to %s", s.Defaults.Out), "name the folder of the posts with --out")
	}
	f := s.Fleet
	address := fleet.Address{URLs: []string{known.URL}, Token: known.Admin, Creds: f.Creds, CA: f.CA, Cert: f.Cert, Key: f.Key}
	if len(f.URLs) > 0 || f.Creds != "" || token != "" {
		address.Token = token
	}
	err = fleet.Drain(ctx, address, f.Prefix, name)
	if errors.Is(err, fleet.ErrNobody) {
		return hint.Wrap(fmt.Errorf("no run with --fleet is in progress for %s", filepath.Clean(s.Defaults.Out)), "nightpress status")
	}
	return err
}
