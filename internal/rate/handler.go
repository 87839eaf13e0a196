package rate

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"

	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/local"
	"github.com/nightpress/nightpress/internal/page"
)

//go:embed assets
var assets embed.FS

var templates = template.Must(template.ParseFS(assets, "assets/rate.html"))

// view is the data of the page.
type view struct {
	ID, Topic     string
	First, Second shown
	Rated, Target int
	Undo          bool
	// Rater is "" for a person without a name. Question is the criterion's, and
	// Asked its number of Questions.
	Rater, Question  string
	Asked, Questions int
	MaxComment       int
}

// Reached reports whether the rater has rated as many pairs as planned.
func (v *view) Reached() bool { return v.ID != "" && v.Rated >= v.Target }

type shown struct {
	N                  int
	Title, Description string
	Body               template.HTML
}

// policy allows only the page's own style and script, and answers to the same
// origin. No page may frame it.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Handler serves each session's page under its token at these hosts (see local.Guard).
func Handler(hosts, tokens []string, sessions []*Server) http.Handler {
	return local.Guard(hosts, tokens, handlers(sessions), policy)
}

func handlers(sessions []*Server) (all []http.Handler) {
	for _, s := range sessions {
		all = append(all, s.handler())
	}
	return all
}

// handler serves the session's page.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.show)
	mux.HandleFunc("POST /answer", s.take)
	mux.HandleFunc("GET /rate.css", func(w http.ResponseWriter, _ *http.Request) {
		own, _ := assets.ReadFile("assets/rate.css") // embedded
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write(append([]byte(page.Style), own...))
	})
	mux.HandleFunc("GET /rate.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		http.ServeFileFS(w, r, assets, "assets/rate.js")
	})
	return mux
}

func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	v, err := s.view(r)
	var b bytes.Buffer
	if err == nil {
		err = templates.ExecuteTemplate(&b, "rate.html", v)
	}
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

func (s *Server) view(r *http.Request) (*view, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.next(r.Context()); err != nil {
		return nil, err
	}
	v := &view{Rated: s.rated, Target: s.target(), Undo: len(s.past) > 0, Questions: len(s.Criteria), MaxComment: maxComment / 4}
	if s.Rater != ledger.Person {
		v.Rater = s.Rater
	}
	if d := s.now; d != nil {
		v.Question, v.Asked = s.Criteria[d.asked].Words, d.asked+1
		v.ID, v.Topic = d.id, d.ledger.Topic
		v.First, v.Second = d.first.shown(1), d.second.shown(2)
	}
	return v, nil
}

// shown renders a post. Its headings begin below the page's own two levels.
func (t text) shown(n int) shown {
	return shown{n, t.title, t.description, page.HTML(t.body, 1)}
}

func (s *Server) take(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	err := r.ParseForm()
	if err == nil {
		err = s.answer(r.Context(), r.PostForm.Get("duel"), r.PostForm.Get("answer"), r.PostForm.Get("comment"))
	}
	if err != nil {
		fail(w, err)
		return
	}
	// Redirect to the page, so that a reload does not send the answer again.
	// The relative address contains the token.
	w.Header().Set("Location", "./")
	w.WriteHeader(http.StatusSeeOther)
}

func fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if errors.Is(err, errAnswer) || errtype.Is[*http.MaxBytesError](err) {
		status = http.StatusBadRequest
	}
	http.Error(w, fmt.Sprintf("nightpress rate: %v", err), status)
}
