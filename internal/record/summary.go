package record

// Summary says how a run ended, and the state of all its jobs. It is stored with
// the run, and its JSON names never change.
type Summary struct {
	// Jobs counts all jobs: topics times models. Written counts the posts of this
	// run, and AlreadyDone those of earlier runs.
	Jobs        int `json:"jobs"`
	Written     int `json:"written"`
	AlreadyDone int `json:"already_done"`
	Kept        int `json:"kept"`
	Rejected    int `json:"rejected"`
	SetAside    int `json:"set_aside"`
	// Left counts jobs that were not requested, did not end, or lost their post.
	// Gone counts the posts that disappeared from the folder during the run; they
	// also count in Written, AlreadyDone, or Kept.
	Left int `json:"left"`
	Gone int `json:"gone,omitempty"`
	// Judged counts the jobs of this run that ended in a post or were rejected.
	// FirstTry is a share of them.
	Judged int `json:"judged"`
	// FirstTry and Repaired count posts of this run. Mended counts the posts of
	// each remedy, by its name.
	FirstTry int            `json:"first_try"`
	Repaired int            `json:"repaired"`
	Mended   map[string]int `json:"mended"`
	// TokensPerPost is the cost of a post of this run, including rejected jobs and
	// failed attempts. TokensSaved estimates the savings of early aborts.
	TokensPerPost int `json:"tokens_per_post"`
	TokensSaved   int `json:"tokens_saved"`
	// Tokens counts all tokens that this run generated.
	Tokens       int     `json:"tokens"`
	PromptTokens int     `json:"prompt_tokens"`
	Seconds      float64 `json:"seconds"`
	// PausedSeconds is how much of Seconds the run was paused. No rate counts it.
	PausedSeconds float64 `json:"paused_seconds,omitempty"`
	Duplicates    int     `json:"duplicate_rows"`
	// BadRows counts rows that were skipped because a person chose to, and
	// SkippedRows lists the first of them with their reasons. Filtered counts rows
	// that --where left out.
	BadRows     int      `json:"bad_rows"`
	SkippedRows []string `json:"skipped_rows,omitempty"`
	Filtered    int      `json:"filtered_rows,omitempty"`
	Interrupted bool     `json:"interrupted"`
	// Reloads counts loads that this run did not request: another client used the
	// server. ReloadSeconds is their total time.
	Reloads       int     `json:"reloads,omitempty"`
	ReloadSeconds float64 `json:"reload_seconds,omitempty"`
	// Workers is the most requests that were in progress at once.
	Workers int    `json:"workers"`
	Out     string `json:"out"`
	// SampleOf is the number of topics in the input, if the run was for a sample
	// of them. Sample describes the sample.
	SampleOf int    `json:"sample_of,omitempty"`
	Sample   string `json:"sample,omitempty"`
	// Only says which jobs --only chose.
	Only string `json:"only,omitempty"`
	// Models has a line for each model, Problems the most frequent first.
	Models   []ModelLine    `json:"models"`
	Problems []ProblemCount `json:"problems"`
	// Servers has a line for each server.
	Servers []ServerLine `json:"servers"`
	// Reasons says why models were set aside.
	Reasons []string `json:"set_aside_reasons"`
	// Next are commands to type.
	Next []string `json:"next"`
}

// ModelLine is one model's part.
type ModelLine struct {
	Label string `json:"label"`
	Model string `json:"model"`
	// Prompt is the name of the prompt. WordsAsked is how many words a post has by
	// its contract; 0 if that is open. Older runs have neither.
	Prompt     string `json:"prompt,omitempty"`
	WordsAsked int    `json:"words_asked,omitempty"`
	Jobs       int    `json:"jobs"`
	Done       int    `json:"done"`
	Rejected   int    `json:"rejected"`
	SetAside   int    `json:"set_aside"`
	Left       int    `json:"left"`
	// Judged, Written and FirstTry count jobs of this run, as in Summary.
	Judged   int `json:"judged"`
	Written  int `json:"written"`
	FirstTry int `json:"first_try"`
	Tokens   int `json:"tokens"`
}

// ServerLine is what one server did in the run.
type ServerLine struct {
	// Name is "" of a server that was not given one.
	Name     string `json:"name"`
	Version  string `json:"version"`
	Posts    int    `json:"posts"`
	Rejected int    `json:"rejected"`
	// Tokens counts all that it generated. TokensPerSecond is their number for each
	// second of the run.
	Tokens          int     `json:"tokens"`
	TokensPerSecond float64 `json:"tokens_per_second"`
	// PerReply is the tokens/s of one reply (see Generation); 0 if unknown.
	PerReply    float64 `json:"tokens_per_second_per_reply"`
	Loads       int     `json:"loads"`
	Outages     int     `json:"outages"`
	AwaySeconds float64 `json:"away_seconds"`
	// Tuned holds the numbers that were found, by the label of the model.
	Tuned map[string]Tuned `json:"tuned"`
}

// Tuned is the number of requests at once that a server was given (Workers), and
// that it works on (Slots; 0 if no request had to wait).
type Tuned struct {
	Workers int `json:"workers"`
	Slots   int `json:"slots"`
}

// ProblemCount counts the rejected jobs whose last reply had it.
type ProblemCount struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	N       int    `json:"n"`
}

// There counts the jobs whose post exists.
func (s *Summary) There() int { return s.Written + s.AlreadyDone + s.Kept - s.Gone }

// There counts the model's jobs whose post exists, also those that a person edited.
func (m *ModelLine) There() int { return m.Jobs - m.Rejected - m.SetAside - m.Left }
