package run

import (
	"os"
	"slices"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/estimate"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/live"
)

// follow returns what follows the run that begins.
func (p *Prepared) follow(e *estimate.Estimate, c *batch.Control) *live.Tracker {
	about := live.About{
		PID: os.Getpid(), Command: p.req.Command, Out: p.req.Settings.Defaults.Out,
		Since: p.req.Now(), Until: p.Plan.Until, Now: p.req.Now, Clock: p.req.Clock, Left: e.Duration, Control: c,
	}
	for _, s := range p.servers {
		about.Servers = append(about.Servers, live.AboutServer{Name: s.Name, Version: s.Version, Workers: int(s.Host.Workers)})
	}
	return live.Follow(about)
}

// count passes the counts to the tracker of the run.
func (o *outcome) count(to *live.Tracker) {
	counts := live.Counts{
		Jobs: o.Jobs, There: o.There(), Written: o.Written, Kept: o.Kept,
		Rejected: o.Rejected, SetAside: o.SetAside, Left: o.Left, Causes: []live.Cause{},
	}
	for _, p := range o.p.reasons.list() {
		counts.Causes = append(counts.Causes, live.Cause{Code: p.Code, Message: p.Message, Jobs: p.N})
	}
	var models []live.Model
	for _, e := range o.p.Plan.Entries {
		m := o.models[e.Label]
		models = append(models, live.Model{Label: m.Label, Model: m.Model, Jobs: m.Jobs, There: m.Jobs - m.Rejected - m.SetAside - m.Left, Rejected: m.Rejected, SetAside: m.SetAside, Left: m.Left})
	}
	to.Counted(counts, slices.Clip(models))
}

// over is how the run ended; err is the command's error.
func (p *Prepared) over(err error) live.Ended {
	code := exit.Code(err)
	ended := live.Ended{Time: p.req.Now(), ExitCode: code, Meaning: exit.Meaning(code)}
	if err != nil && !exit.IsSilent(err) {
		ended.Error = err.Error()
	}
	return ended
}
