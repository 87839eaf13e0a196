package fleet

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/live"
)

// roster lists the members of the fleet. Only the coordinator's goroutine uses it.
type roster struct {
	members map[string]*member
	// recent are jobs that have had their results, in two generations so that
	// they are bounded.
	recent, older map[string]bool
}

// member is a worker.
type member struct {
	live.Member
	instance string
	state    string
	// skew is what to add to its clock to have the coordinator's.
	skew    time.Duration
	refused string
	told    bool // that it is gone
}

// greet adds a worker, or finds it. One whose name another one has is given a
// name of its own.
func (r *roster) greet(h *hello, now time.Time) (m *member, isNew bool) {
	unique := h.Name
	for n := 2; ; n++ {
		m = r.members[unique]
		if m == nil || m.instance == h.Instance || m.Left || now.Sub(m.Seen) > live.GoneAfter {
			break
		}
		unique = fmt.Sprintf("%.36s-%d", h.Name, n)
	}
	isNew = m == nil || m.instance != h.Instance
	if isNew {
		m = &member{Member: live.Member{Name: unique, Models: []string{}, Servers: []string{}}, instance: h.Instance}
		r.members[unique] = m
	}
	m.Version, m.Seen, m.skew, m.Left, m.told = short(h.Version), now, now.Sub(h.Now), false, false
	return m, isNew
}

// hear notes a worker's state, and returns how many tokens came since the last
// time; nil for a worker that is not known.
func (r *roster) hear(b *beat, now time.Time) (m *member, tokens int) {
	m = r.members[b.Name]
	if m == nil || m.instance != b.Instance {
		return nil, 0
	}
	draining := m.Draining || b.Draining
	tokens = max(0, b.Tokens-m.Tokens)
	m.Member, m.state, m.skew, m.told = b.Member, b.State, now.Sub(b.Now), false
	m.Seen, m.Draining = now, draining
	return m, tokens
}

func (r *roster) full() bool { return len(r.members) >= mostMembers }

// live are the workers that were heard of lately.
func (r *roster) live(now time.Time) (all []*member) {
	for _, m := range r.members {
		if !m.Left && now.Sub(m.Seen) <= live.GoneAfter {
			all = append(all, m)
		}
	}
	return all
}

// untold are the workers that were heard of lately, but not since they know the run's
// state.
func (r *roster) untold(state string, now time.Time) (names []string) {
	for _, m := range r.members {
		if !m.Left && m.refused == "" && m.state != state && now.Sub(m.Seen) <= lostFor {
			names = append(names, m.Name)
		}
	}
	slices.Sort(names)
	return names
}

// dismiss notes that workers leave that know the run's state: nobody waits for them to
// say so.
func (r *roster) dismiss(state string) {
	for _, m := range r.members {
		m.Left = m.Left || m.state == state
	}
}

// gone are those that are no longer heard of, each once.
func (r *roster) gone(now time.Time) (all []*member) {
	for _, m := range r.members {
		if !m.Left && !m.told && now.Sub(m.Seen) > live.GoneAfter {
			m.told = true
			all = append(all, m)
		}
	}
	return all
}

// slots is how many requests all workers work on at once.
func (r *roster) slots(now time.Time) (n int) {
	for _, m := range r.live(now) {
		n += max(1, m.Slots)
	}
	return n
}

// able reports whether a live worker has a model. Otherwise, missing is why the
// local worker does not have it, or "".
func (r *roster) able(label, local string, now time.Time) (able bool, missing string) {
	for _, m := range r.live(now) {
		if m.refused == "" && slices.Contains(m.Models, label) {
			return true, ""
		}
	}
	if m := r.members[local]; m != nil && local != "" {
		missing = m.Missing[label]
	}
	return false, missing
}

// working reports whether a live worker has a job of a model.
func (r *roster) working(label string, now time.Time) bool {
	return slices.ContainsFunc(r.live(now), func(m *member) bool { return m.Jobs > 0 && m.Model == label })
}

// list are all workers by name.
func (r *roster) list() []live.Member {
	all := []live.Member{}
	for _, m := range r.members {
		all = append(all, m.Member)
	}
	slices.SortFunc(all, func(a, b live.Member) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (r *roster) drain(name string) bool {
	m := r.members[name]
	if m != nil {
		m.Draining = true
	}
	return m != nil
}

func (r *roster) refuse(name, why string) bool {
	m := r.members[name]
	if m == nil || m.refused != "" {
		return false
	}
	m.refused = why
	return true
}

func (r *roster) isRefused(name string) bool {
	m := r.members[name]
	return m != nil && m.refused != ""
}

func (r *roster) skew(name string) time.Duration {
	if m := r.members[name]; m != nil {
		return m.skew
	}
	return 0
}

// mostRecent bounds how many jobs with a result are remembered.
const mostRecent = 1 << 15

// result remembers that a job has its result.
func (r *roster) result(job string) {
	if r.recent == nil || len(r.recent) >= mostRecent {
		r.older, r.recent = r.recent, map[string]bool{}
	}
	r.recent[job] = true
}

// hadResult reports whether a job had its result lately.
func (r *roster) hadResult(job string) bool { return r.recent[job] || r.older[job] }
