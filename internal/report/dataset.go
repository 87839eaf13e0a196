package report

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/term"
)

// datasetHint names another file for a dataset.
const datasetHint = "write to another file: nightpress report --dataset dataset-2.jsonl"

// datasetMark begins a dataset.
const datasetMark = `{"event":"dataset"`

// Dataset writes everything that a comparison rests on to one file of JSON lines: the
// texts, what was sent for them, every attempt, and every answer. Next to it, it writes
// a dictionary of the fields, whose name it returns. It replaces only files that it
// wrote.
func (r *Report) Dataset(ctx context.Context, path, version string, now time.Time) (dictionary string, err error) {
	dictionary = strings.TrimSuffix(path, filepath.Ext(path)) + ".md"
	if dictionary == path {
		dictionary += ".md"
	}
	if err := replaceable(path, datasetMark, datasetHint); err != nil {
		return "", err
	}
	if err := replaceable(dictionary, generatorComment, datasetHint); err != nil {
		return "", err
	}
	err = replace(path, func(w io.Writer) error {
		out := bufio.NewWriter(w)
		d := &dataset{report: r, lines: term.NewLines(out), setups: map[string]string{}}
		if err := d.write(ctx, version, now); err != nil {
			return err
		}
		return out.Flush()
	})
	if err == nil {
		err = replace(dictionary, func(w io.Writer) error { return writeDictionary(w, filepath.Base(path)) })
	}
	if err != nil {
		return "", fmt.Errorf("report --dataset: %w", err)
	}
	return dictionary, nil
}

// dataset writes the lines of a dataset.
type dataset struct {
	report *Report
	lines  *term.Lines
	// setups are the names of those that were written, by their texts.
	setups map[string]string
}

// datasetLine comes first.
type datasetLine struct {
	Event      string `json:"event"`
	Nightpress string `json:"nightpress"`
	Created    string `json:"created"`
}

// setupLine is what the jobs of an entry have in common. It comes before the first of
// them.
type setupLine struct {
	Event string `json:"event"`
	Name  string `json:"setup"`
	record.Setup
}

// jobLine is a job with its texts.
type jobLine struct {
	row
	Setup       string            `json:"setup,omitempty"`
	Columns     map[string]string `json:"columns,omitempty"`
	System      string            `json:"system,omitempty"`
	User        string            `json:"user,omitempty"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Categories  []string          `json:"categories,omitempty"`
	Text        string            `json:"text,omitempty"`
	Tries       []attemptRow      `json:"tries"`
}

// answerLine is an answer of a person or a judge.
type answerLine struct {
	Event     string `json:"event"`
	Time      string `json:"time"`
	Criterion string `json:"criterion,omitempty"`
	Rater     string `json:"rater"`
	Judge     bool   `json:"judge"`
	Topic     string `json:"topic"`
	Slug      string `json:"slug"`
	Folder    string `json:"folder,omitempty"`
	Winner    string `json:"winner"`
	Loser     string `json:"loser"`
	Tie       bool   `json:"tie"`
	First     string `json:"first,omitempty"`
	WinnerID  string `json:"winner_id"`
	LoserID   string `json:"loser_id"`
	Comment   string `json:"comment,omitempty"`
}

func (d *dataset) write(ctx context.Context, version string, now time.Time) error {
	if err := d.lines.Write(datasetLine{"dataset", version, now.UTC().Format(time.RFC3339)}); err != nil {
		return err
	}
	_, err := d.report.walk(ctx, false, func(t *topic) error {
		for _, e := range t.Entries {
			if err := d.job(ctx, t, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.report.ratings(ctx, func(s *source, a ledger.Rating) error {
		return d.lines.Write(answerLine{
			"rating", a.Time, a.Criterion, a.Rater, ledger.IsJudge(a.Rater), a.Topic, a.Slug, s.name, a.A.Label, a.B.Label, a.Tie, a.First, a.A.Job, a.B.Job, a.Comment,
		})
	})
}

func (d *dataset) job(ctx context.Context, t *topic, e *entry) error {
	l := jobLine{row: newRow(t, e), Tries: []attemptRow{}}
	attempts, err := e.source.ledger.Attempts(ctx, e.ID)
	if err != nil {
		return err
	}
	for i := range attempts {
		a := newAttemptRow(&attempts[i])
		a.Reply = attempts[i].Reply
		l.Tries = append(l.Tries, a)
	}
	if p := e.post; p != nil {
		l.Title, l.Description, l.Categories, l.Text = p.Title, p.Description, p.Categories, p.Text
	}
	made, err := e.source.ledger.Made(ctx, e.ID)
	if err != nil {
		return err
	}
	if made != nil {
		if l.Setup, err = d.setup(made); err != nil {
			return err
		}
		_ = json.Unmarshal([]byte(made.Columns), &l.Columns) // a damaged text leaves them empty
		m := sentMessages(made)
		l.System, l.User = m.System, m.User
	}
	return d.lines.Write(l)
}

// sentMessages are those of the first attempt, empty if the record is damaged.
func sentMessages(m *record.Made) (sent llm.Messages) {
	// What follows the messages belongs to later requests.
	_ = json.NewDecoder(strings.NewReader(m.Sent)).Decode(&sent)
	return sent
}

// setup writes a setup once, and returns its name; "" if it cannot be read.
func (d *dataset) setup(m *record.Made) (string, error) {
	if name, known := d.setups[m.Setup]; known {
		return name, nil
	}
	setup, err := m.Read()
	if err != nil {
		return "", nil
	}
	sum := sha256.Sum256([]byte(m.Setup))
	name := hex.EncodeToString(sum[:6])
	d.setups[m.Setup] = name
	return name, d.lines.Write(setupLine{"setup", name, setup})
}
