package rate

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"

	"github.com/nightpress/nightpress/internal/page"
)

//go:embed assets
var assets embed.FS

var templates = template.Must(template.ParseFS(assets, "assets/rate.html"))

// view is the data of the page.
type view struct {
	ID, Topic       string
	First, Second   shown
	Rated, Possible int
	Undo            bool
}

type shown struct {
	N                  int
	Title, Description string
	Body               template.HTML
}

// Handler serves the page under "/" + token + "/", for a listener at host
// (address and port).
func (s *Server) Handler(host, token string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.show)
	mux.HandleFunc("POST /answer", s.take)
	for name, kind := range map[string]string{"rate.css": "text/css; charset=utf-8", "rate.js": "text/javascript; charset=utf-8"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			http.ServeFileFS(w, r, assets, "assets/"+name)
		})
	}
	return guard(host, token, mux)
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
	v := &view{Rated: s.rated, Possible: s.possible(), Undo: len(s.past) > 0}
	if d := s.now; d != nil {
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
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	err := r.ParseForm()
	if err == nil {
		err = s.answer(r.Context(), r.PostForm.Get("duel"), r.PostForm.Get("answer"))
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
	if errors.Is(err, errAnswer) || errors.As(err, new(*http.MaxBytesError)) {
		status = http.StatusBadRequest
	}
	http.Error(w, fmt.Sprintf("nightpress rate: %v", err), status)
}
