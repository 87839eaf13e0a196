package status

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/control"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/output"
)

// askFor is how long the run is waited for. A run that does not answer, such as one
// of an older version, is described by the ledger alone.
const askFor = 2 * time.Second

// ask asks the run in progress how it stands, so that status and watch say the same.
func (st *Report) ask(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	conn, err := output.Dial(ctx, st.Out)
	if err != nil {
		return
	}
	defer context.AfterFunc(ctx, crash.Caught(func() { _ = conn.Close() }, func(error) {}))()
	reply, err := control.Ask(conn, control.Request{Do: control.Snapshot})
	if err == nil && reply.Snapshot != nil && reply.Snapshot.PID == st.Running.PID {
		st.live(reply.Snapshot)
	}
}

// live takes what the run says of itself instead of what the ledger lets one guess.
func (st *Report) live(s *live.Snapshot) {
	r := st.Running
	r.Seconds, r.Stopping = nil, s.Stopping
	if s.SecondsLeft != nil {
		seconds := time.Duration(*s.SecondsLeft * float64(time.Second)).Round(time.Second).Seconds()
		r.Seconds = &seconds
	}
	if s.Pause != nil {
		r.PausedSince, r.PausedFor = &s.Pause.Since, strings.Join(s.Pause.Reasons, "; ")
	}
	st.Left, st.Sections = s.Left, s.Sections
	left := map[string]int{}
	for _, m := range s.Models {
		left[m.Label] = m.Left
	}
	for i := range st.Models {
		if n, known := left[st.Models[i].Label]; known {
			st.Models[i].Left = n
		}
	}
	for _, one := range s.Servers {
		st.liveServer(one)
	}
}

func (st *Report) liveServer(s live.Server) {
	if s.Name == "" {
		return
	}
	i := slices.IndexFunc(st.Servers, func(one Server) bool { return one.Name == s.Name })
	if i < 0 {
		i = len(st.Servers)
		st.Servers = append(st.Servers, Server{Name: s.Name})
	}
	one := &st.Servers[i]
	one.Posts, one.Rejected, one.Loads, one.Outages = s.Posts, s.Rejected, s.Loads, s.Outages
}
