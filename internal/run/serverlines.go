package run

import (
	"context"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// serverLines are the servers' lines of the summary. What the ledger has of a
// server, status and the report read there, so the summary does as well. The rest
// was only seen while the run went on.
func (w *watch) serverLines(ctx context.Context, l *ledger.Ledger, seconds float64) []record.ServerLine {
	lines := w.live.ServerLines(seconds)
	recorded, err := l.Servers(ctx)
	if err != nil {
		w.log.Warn("servers not read", "error", err.Error())
		return lines
	}
	for _, t := range recorded {
		for i := range lines {
			if one := &lines[i]; one.Name == t.Name {
				one.Posts, one.Rejected, one.Loads, one.Outages = t.Posts, t.Rejected, t.Loads, t.Outages
				one.PerReply = t.Generation.PerSecond()
			}
		}
	}
	return lines
}
