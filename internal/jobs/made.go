package jobs

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/term"
)

// made is what a job was made with. Its JSON names are promised.
type made struct {
	record.Setup
	// Columns are the topic's, by name.
	Columns map[string]string `json:"columns"`
	// Messages are what was sent at the first attempt; nil unless they were asked
	// for.
	Messages *llm.Messages `json:"messages,omitempty"`
	// server is the one that wrote the post.
	server record.MadeServer
}

// newMade decodes what the ledger has; nil if that is nothing, or cannot be read.
func newMade(m *record.Made, server string, messages bool) *made {
	if m == nil {
		return nil
	}
	setup, err := m.Read()
	if err != nil {
		return nil
	}
	d := &made{Setup: setup, server: record.MadeServer{Name: server}}
	for _, s := range setup.Servers {
		if s.Name == server || server == "" && len(setup.Servers) == 1 {
			d.server = s
		}
	}
	// A damaged text leaves them empty.
	_ = json.Unmarshal([]byte(m.Columns), &d.Columns)
	if messages {
		var sent llm.Messages
		// What follows the messages belongs to later requests.
		if json.NewDecoder(strings.NewReader(m.Sent)).Decode(&sent) == nil {
			d.Messages = &sent
		}
	}
	return d
}

func (m *made) text(p *printer.Page) {
	if m == nil {
		p.Linef("  made   with unknown settings, because an older version made this job")
		return
	}
	p.Linef("  made   by nightpress %s on Ollama %s%s", m.Nightpress, known(m.server.Version), before(" (", m.server.Name, ")"))
	weights := []string{m.Model.Family, before("", m.Model.Parameters, " parameters"), before("quantization ", m.Model.Quantization, "")}
	if m.Model.Bytes > 0 {
		weights = append(weights, term.Bytes(m.Model.Bytes))
	}
	if weights = slices.DeleteFunc(weights, func(s string) bool { return s == "" }); len(weights) > 0 {
		p.Linef("  size   %s", strings.Join(weights, ", "))
	}
	p.Linef("  from   prompt template %s, chat template %s", hashed(m.Template), hashed(m.Model.Template))
	p.Linef("  sent   %s", m.options())
	var columns []string
	for _, name := range slices.Sorted(maps.Keys(m.Columns)) {
		columns = append(columns, fmt.Sprintf("%s=%q", name, m.Columns[name]))
	}
	p.Linef("  row    %s", strings.Join(columns, " "))
	if m.Messages != nil {
		message(p, "system", m.Messages.System)
		message(p, "user", m.Messages.User)
	}
}

// options are all that were sent, by name.
func (m *made) options() string {
	all := []string{"mode=" + m.Mode, fmt.Sprintf("seed=%d", m.Seed)}
	if m.Think != nil {
		all = append(all, fmt.Sprintf("think=%v", m.Think))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Options)) {
		all = append(all, fmt.Sprintf("%s=%v", name, m.Options[name]))
	}
	return strings.Join(all, " ")
}

func message(p *printer.Page, role, text string) {
	if text == "" {
		return
	}
	p.Linef("  %s message:", role)
	for line := range strings.Lines(text) {
		p.Linef("    | %s", strings.TrimRight(line, "\r\n"))
	}
}

// before puts words around a text that is not "".
func before(left, text, right string) string {
	if text == "" {
		return ""
	}
	return left + text + right
}

func known(text string) string {
	if text == "" {
		return "of an unknown version"
	}
	return text
}

func hashed(text string) string {
	if text == "" {
		return "unknown"
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:12]
}
