package attest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/regular"
	"github.com/nightpress/nightpress/internal/sign"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// Request is what is attested.
type Request struct {
	// Posts is the folder of the posts.
	Posts string
	// To is the file that is written.
	To string
	// Key is the file of a private SSH key.
	Key string
	// Version is that of this program.
	Version string
	Now     time.Time
}

// Folder writes a signed statement over every post of a folder that is on disk. Posts
// that the ledger has and the folder has not are the error exit.Silent(exit.Incomplete);
// the statement over the others is written.
func Folder(ctx context.Context, req Request, to printer.Printer) (err error) {
	key, err := sign.ReadKey(req.Key)
	if err != nil {
		return exit.Usage(err)
	}
	posts, err := output.OpenToRead(ctx, req.Posts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
	s, err := newStatement()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for p, err := range posts.Ledger.Posts(ctx) {
		if err != nil {
			return err
		}
		if err := s.add(ctx, posts, p); err != nil {
			return err
		}
	}
	if s.done.Posts == 0 {
		return exit.Usage(hint.Wrap(fmt.Errorf("%s has no posts", req.Posts), "nightpress run TOPICS"))
	}
	payload, err := s.assemble(req)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, payload.Close()) }()
	if err := seal(req.To, payload.File, key); err != nil {
		return fmt.Errorf("write %s: %w", req.To, err)
	}
	s.done.File, s.done.Key = req.To, key.Fingerprint()
	if err := to.Print(s.done); err != nil {
		return err
	}
	if s.done.Missing > 0 {
		return exit.Silent(exit.Incomplete)
	}
	return nil
}

// Attested counts what a statement is about. Its JSON names are promised.
type Attested struct {
	Event  string `json:"event"`
	File   string `json:"file"`
	Key    string `json:"key"`
	Posts  int    `json:"posts"`
	Edited int    `json:"edited"`
	ByHand int    `json:"by_hand"`
	// Unknown counts posts of older versions, which recorded less.
	Unknown int `json:"unknown"`
	// Missing counts posts that are not in the folder, and in no statement.
	Missing int `json:"missing"`
}

// Text writes the file's path, and the counts, which were not asked for.
func (a Attested) Text(p *printer.Page) {
	p.Linef("%s", a.File)
	p.Notef("attested %s, signed with key %s", term.Count(a.Posts, "post"), a.Key)
	for _, c := range []struct {
		n    int
		text string
	}{
		{a.Edited, "changed after nightpress wrote it"}, {a.ByHand, "supplied by a person"},
		{a.Unknown, "made by an older version, which recorded less"}, {a.Missing, "missing from the folder, and not in the statement"},
	} {
		if c.n > 0 {
			p.Notef("%s: %s", term.Count(c.n, "post"), c.text)
		}
	}
}

// statement is one while it is written: its subjects and what it says of them, each in a
// file of its own until all are known.
type statement struct {
	subjects, posts *regular.TempFile
	// setups has the text of each setup by its hash, few: one for each entry and run.
	setups map[string]setup
	done   Attested
}

func newStatement() (s *statement, err error) {
	s = &statement{setups: map[string]setup{}, done: Attested{Event: "attested"}}
	if s.subjects, err = regular.Temp("nightpress-subjects-*"); err != nil {
		return nil, err
	}
	if s.posts, err = regular.Temp("nightpress-posts-*"); err != nil {
		return nil, errors.Join(err, s.subjects.Close())
	}
	return s, nil
}

// Close removes the files.
func (s *statement) Close() error { return errors.Join(s.subjects.Close(), s.posts.Close()) }

// add adds a post as it is on disk.
func (s *statement) add(ctx context.Context, posts *output.Posts, p ledger.LocatedPost) error {
	found, exists, err := posts.Folder.Hash(p.Label, p.Slug)
	if err != nil {
		return err
	}
	if !exists {
		s.done.Missing++
		return nil
	}
	name := posts.Folder.PostPath(p.Label, p.Slug)
	one := post{Name: name, Label: p.Label, Slug: p.Slug, Job: p.Job, Attempts: []attempt{}}
	if found != p.SHA256 {
		one.Edited, one.Written = true, p.SHA256
		s.done.Edited++
	}
	if err := s.explain(ctx, posts.Ledger, &one); err != nil {
		return err
	}
	comma := ""
	if s.done.Posts > 0 {
		comma = ",\n"
	}
	s.done.Posts++
	return errors.Join(
		encode(s.subjects, comma, subject{name, map[string]string{"sha256": found}}),
		encode(s.posts, comma, one))
}

func encode(w io.Writer, before string, value any) error {
	text, err := json.Marshal(value)
	if err == nil {
		_, err = w.Write(append([]byte(before), text...))
	}
	return err
}

// explain adds what the ledger knows of the post's job.
func (s *statement) explain(ctx context.Context, l *ledger.Ledger, to *post) error {
	job, err := l.Job(ctx, to.Job)
	if err != nil {
		return err
	}
	if job == nil {
		s.done.Unknown++
		return nil
	}
	to.Topic, to.Finished, to.Server = job.Topic, job.Updated, job.Server
	to.Verdict = job.Verdict.Outcome.String()
	if to.ByHand = job.Origin == "hand"; to.ByHand {
		s.done.ByHand++
	}
	attempts, err := l.Attempts(ctx, job.ID)
	if err != nil {
		return err
	}
	for _, a := range attempts {
		one := attempt{N: a.N, Remedy: a.Remedy.String(), Seed: a.Seed, Start: a.Started.UTC(), Seconds: a.Seconds, Tokens: a.EvalCount}
		for _, r := range a.Repairs {
			one.Repairs = append(one.Repairs, r.Code.String())
		}
		to.Attempts = append(to.Attempts, one)
	}
	made, err := l.Made(ctx, job.ID)
	if err != nil {
		return err
	}
	if made == nil {
		s.done.Unknown++
		return nil
	}
	read, err := made.Read()
	if err != nil {
		s.done.Unknown++
		return nil
	}
	to.Setup = sum(made.Setup)
	if _, known := s.setups[to.Setup]; !known {
		s.setups[to.Setup] = newSetup(read)
	}
	// A damaged text leaves them empty.
	_ = json.Unmarshal([]byte(made.Columns), &to.Columns)
	var sent llm.Messages
	if json.NewDecoder(strings.NewReader(made.Sent)).Decode(&sent) == nil {
		to.System, to.User = sum(sent.System), sum(sent.User)
	}
	return nil
}

// sum is the SHA-256 of a text in hex, "" for no text.
func sum(text string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
}

// assemble returns the whole statement as a file.
func (s *statement) assemble(req Request) (_ *regular.TempFile, err error) {
	payload, err := regular.Temp("nightpress-statement-*")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = payload.Close()
		}
	}()
	setups, err := json.Marshal(s.setups)
	if err != nil {
		return nil, err
	}
	by, err := json.Marshal(map[string]string{"nightpress": req.Version, "time": req.Now.UTC().Format(time.RFC3339)})
	if err != nil {
		return nil, err
	}
	for _, part := range []any{
		fmt.Sprintf("{\"_type\":%q,\n\"subject\":[", statementType), s.subjects,
		fmt.Sprintf("],\n\"predicateType\":%q,\n\"predicate\":{\"attested_by\":%s,\n\"posts\":[", predicateType, by), s.posts,
		fmt.Sprintf("],\n\"setups\":%s}}", setups),
	} {
		switch part := part.(type) {
		case string:
			_, err = io.WriteString(payload, part)
		case *regular.TempFile:
			if _, err = part.Seek(0, io.SeekStart); err == nil {
				_, err = io.Copy(payload, part.File)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return payload, nil
}
