package scripted

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// digest is what the server says of a model. One that is a copy of another,
// "n=m:latest", has its digest.
func digest(model string) string {
	_, original, copied := strings.Cut(model, "=")
	if !copied {
		original = model
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(original)))
}

// manifest is the digest of a model's manifest.
func (s *Server) manifest(model string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.salt == "" {
		return digest(model)
	}
	return digest(s.salt + " " + digest(model))
}

// name is a model's without what it is a copy of.
func name(model string) string {
	name, _, _ := strings.Cut(model, "=")
	return name
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { say(w, http.StatusNotFound, "404 page not found") })
	mux.HandleFunc("GET /api/version", func(w http.ResponseWriter, _ *http.Request) { answer(w, object{"version": s.speaks().Version}) })
	mux.HandleFunc("GET /api/ps", s.running)
	mux.HandleFunc("GET /api/tags", s.tags)
	mux.HandleFunc("POST /api/show", s.show)
	mux.HandleFunc("POST /api/chat", s.chat)
	mux.HandleFunc("POST /api/generate", s.chat)
	return s.heard(mux)
}

func (s *Server) speaks() Dialect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dialect
}

// running lists the models in memory.
func (s *Server) running(w http.ResponseWriter, _ *http.Request) {
	models := []object{}
	s.mu.Lock()
	for n, l := range s.loaded {
		models = append(models, object{"name": n, "model": n, "size": 1 << 20, "size_vram": 0, "context_length": l.NumCtx})
	}
	s.mu.Unlock()
	answer(w, object{"models": models})
}

type object map[string]any

func answer(w http.ResponseWriter, o object) { _ = json.NewEncoder(w).Encode(o) }

func say(w http.ResponseWriter, status int, message string) {
	w.WriteHeader(status)
	answer(w, object{"error": message})
}

func (s *Server) tags(w http.ResponseWriter, _ *http.Request) {
	models := []object{}
	s.mu.Lock()
	capable, capabilities := s.dialect.Capable, s.capabilities()
	s.mu.Unlock()
	for _, m := range s.models {
		details := object{"format": "gguf", "family": "llama"}
		listed := object{"name": name(m), "model": name(m), "digest": s.manifest(m), "size": 1 << 20, "details": details}
		if capable {
			details["context_length"] = 1 << 17
			listed["capabilities"] = capabilities
		}
		models = append(models, listed)
	}
	answer(w, object{"models": models})
}

// capabilities are those of every model. The caller holds s.mu.
func (s *Server) capabilities() []string {
	if s.thinks {
		return []string{"completion", "thinking"}
	}
	return []string{"completion"}
}

func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	var asked request
	_ = json.NewDecoder(r.Body).Decode(&asked)
	original := asked.Model
	for _, m := range s.models {
		if name(m) == asked.Model {
			original = m
		}
	}
	s.mu.Lock()
	parameters, terse, capabilities := s.parameters, s.terse, s.capabilities()
	s.mu.Unlock()
	file := "FROM " + asked.Model + "\n"
	if !terse {
		file = "FROM /models/of/" + s.Host() + "/blobs/sha256-" + digest(original) + "\n"
	}
	answer(w, object{
		"modelfile":    file,
		"details":      object{"format": "gguf", "family": "llama"},
		"model_info":   object{"general.architecture": "llama", "llama.context_length": 1 << 17},
		"capabilities": capabilities,
		"parameters":   parameters,
	})
}

// request is what of a request matters here.
type request struct {
	Model     string          `json:"model"`
	KeepAlive json.RawMessage `json:"keep_alive"`
	Options   map[string]any  `json:"options"`
	Shift     *bool           `json:"shift"`
	Think     json.RawMessage `json:"think"`
	Render    bool            `json:"_debug_render_only"`
	Messages  []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"messages"`
}

// chat loads, unloads or replies, as the request's messages and keep_alive
// say.
func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	var req request
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		say(w, http.StatusBadRequest, err.Error())
		return
	}
	// The client's end is looked for only after the end of the body.
	_, _ = io.Copy(io.Discard, r.Body)
	status, refusal := s.speaks().refusal(req)
	switch {
	case status != 0:
		say(w, status, refusal)
	case !slices.ContainsFunc(s.models, func(m string) bool { return name(m) == req.Model }):
		say(w, http.StatusNotFound, fmt.Sprintf("model '%s' not found", req.Model))
	case len(req.Messages) == 0:
		s.load(w, req)
	case req.Render:
		answer(w, object{"model": req.Model, "_debug_info": object{"rendered_template": s.speaks().render(req)}})
	default:
		s.reply(w, r, req)
	}
}

func (s *Server) load(w http.ResponseWriter, req request) {
	reason := "load"
	if k := strings.Trim(string(req.KeepAlive), `"`); k == "0" || k == "0s" {
		reason = "unload"
	}
	var took time.Duration
	if reason == "load" {
		took = s.bring(req)
	} else {
		s.change(func() {
			s.seen.Unloads++
			delete(s.loaded, req.Model)
		})
	}
	answer(w, object{
		"model": req.Model, "done": true, "done_reason": reason, "message": object{"role": "assistant"},
		"load_duration": took, "total_duration": took + time.Millisecond,
	})
}

const (
	// LoadTook is how long a load takes by the server's word.
	LoadTook = 4 * time.Second
	// lookTook is how long it takes when the model is there.
	lookTook = 20 * time.Millisecond
)

// bring loads the model for a request, unless it is in memory as
// the request wants it, and returns how long that took.
func (s *Server) bring(req request) (took time.Duration) {
	took = lookTook
	s.change(func() {
		wanted := s.dialect.launch(req)
		if has, there := s.loaded[req.Model]; !there || has != wanted {
			s.seen.Loads++
			s.loaded[req.Model] = wanted
			took = LoadTook
		}
	})
	return took
}

// Intrude does what another client does that uses the model in its own way: the
// next request finds it loaded otherwise.
func (s *Server) Intrude(model string) {
	s.change(func() { s.loaded[model] = launch{NumCtx: 4096, Shift: true} })
}

// reply streams one reply.
func (s *Server) reply(w http.ResponseWriter, r *http.Request, req request) {
	how, n := s.take(req)
	if how.Status != 0 {
		say(w, how.Status, how.Error)
		return
	}
	took := s.bring(req)
	if echo := s.speaks().echo(req); echo != "" {
		answer(w, object{"model": req.Model, "message": object{"role": "assistant", "content": echo}, "done": false})
	}
	text := how.Text
	if text == "" {
		text = Post(n)
	}
	all := pieces(text)
	for i, piece := range all {
		if i == len(all)/2 && how.Cut {
			panic(http.ErrAbortHandler)
		}
		if i == len(all)/2 && how.Hang {
			<-r.Context().Done()
			return
		}
		if i == len(all)-1 && !s.pass(r) {
			return
		}
		answer(w, object{"model": req.Model, "message": object{"role": "assistant", "content": piece}, "done": false})
		w.(http.Flusher).Flush()
	}
	answer(w, object{
		"model": req.Model, "message": object{"role": "assistant", "content": ""}, "done": true, "done_reason": "stop",
		"prompt_eval_count": len(req.Messages[len(req.Messages)-1].Content) / 4, "prompt_eval_duration": time.Millisecond,
		"load_duration": took,
		"eval_count":    len(all) + 1, "eval_duration": time.Duration(len(all)) * time.Millisecond, "total_duration": time.Second,
	})
	s.change(func() { s.seen.Replies++ })
}

// take counts a request and says how it is answered.
func (s *Server) take(req request) (how Reply, n int) {
	s.change(func() {
		s.seen.Requests++
		n = s.seen.Requests
		s.seen.Options = req.Options
		s.seen.Prompts = append(s.seen.Prompts, req.Messages[len(req.Messages)-1].Content)
		switch {
		case len(s.next) > 0:
			how, s.next = s.next[0], s.next[1:]
		case s.rest != nil:
			how = *s.rest
		}
	})
	return how, n
}

// pass returns true once the reply may end, false when its client went away.
func (s *Server) pass(r *http.Request) bool {
	s.change(func() { s.seen.Holding++ })
	defer s.change(func() { s.seen.Holding-- })
	for {
		var free bool
		var changed chan struct{}
		s.mu.Lock()
		if free = !s.held; !free && s.letGo > 0 {
			s.letGo--
			free = true
		}
		changed = s.changed
		s.mu.Unlock()
		if free {
			return true
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return false
		}
	}
}
