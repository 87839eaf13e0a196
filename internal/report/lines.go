package report

import (
	"bufio"
	"context"
	"io"
	"math"

	"github.com/nightpress/nightpress/internal/term"
)

// JSON writes one object per line: each job, then each model with its figures,
// then by each criterion the pairs that raters compared, the ranking, and the raters.
func (r *Report) JSON(ctx context.Context, w io.Writer) error {
	buffered := bufio.NewWriter(w)
	lines := term.NewLines(buffered)
	models, err := r.walk(ctx, false, func(t *topic) error {
		for _, e := range t.Entries {
			if err := lines.Write(newRow(t, e)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, m := range modelLines(models, &r.paired) {
		if err := lines.Write(m); err != nil {
			return err
		}
	}
	groups, err := r.opinions(ctx)
	if err != nil {
		return err
	}
	for _, p := range groups {
		for _, l := range p.lines() {
			if err := lines.Write(l); err != nil {
				return err
			}
		}
	}
	return buffered.Flush()
}

// modelLine is the JSON form of a model. Its names are stable.
type modelLine struct {
	Event   string `json:"event"`
	Folder  string `json:"folder,omitempty"`
	Label   string `json:"label"`
	Model   string `json:"model"`
	Prompt  string `json:"prompt"`
	Digest  string `json:"digest"`
	Digests int    `json:"digests"`
	// Versions are those of the servers that wrote the posts.
	Versions []string              `json:"server_versions,omitempty"`
	Outcomes map[string]int        `json:"outcomes"`
	Problems map[string]int        `json:"problems"`
	Remedies map[string]remedyLine `json:"remedies"`
	// Parts are those of posts in sections.
	Parts   map[string]partLine    `json:"parts,omitempty"`
	Figures map[string]*figureLine `json:"figures"`
	// Samples are of models with several samples of a topic.
	Samples map[string]*spreadLine `json:"samples,omitempty"`
}

type remedyLine struct {
	Asked  int `json:"asked"`
	Mended int `json:"mended"`
}

// figureLine is the JSON form of a figure. Low and High are its 95% interval.
// Noise is set if the model is within noise of the best one.
type figureLine struct {
	Value float64  `json:"value"`
	Low   *float64 `json:"low,omitempty"`
	High  *float64 `json:"high,omitempty"`
	N     int      `json:"n"`
	Noise bool     `json:"noise,omitempty"`
	Best  bool     `json:"best,omitempty"`
}

func modelLines(models []*Model, p *paired) []modelLine {
	lines := make([]modelLine, len(models))
	for i, m := range models {
		lines[i] = modelLine{
			Event: "model", Folder: m.Folder, Label: m.Label, Model: m.Server, Prompt: m.Prompt,
			Digest: m.Digest, Digests: len(m.digests), Versions: m.Versions, Outcomes: map[string]int{}, Problems: m.Problems,
			Remedies: map[string]remedyLine{}, Figures: map[string]*figureLine{},
		}
		for o, n := range m.outcomes {
			lines[i].Outcomes[outcome(o).String()] = n
		}
		for name, t := range m.Remedies {
			lines[i].Remedies[name] = remedyLine(*t)
		}
		for kind, p := range m.Parts {
			if lines[i].Parts == nil {
				lines[i].Parts = map[string]partLine{}
			}
			lines[i].Parts[kind] = partLine(*p)
		}
		for _, s := range spreads {
			if l := p.spreadOf(m, s.of); l != nil {
				if lines[i].Samples == nil {
					lines[i].Samples = map[string]*spreadLine{}
				}
				lines[i].Samples[s.key] = l
			}
		}
	}
	for f := range figures {
		for i, v := range figures[f].values(models, p) {
			lines[i].Figures[figures[f].Key] = newFigureLine(v)
		}
	}
	return lines
}

// newFigureLine rounds to six digits. It returns nil for an unknown value.
func newFigureLine(v Value) *figureLine {
	if !v.Known {
		return nil
	}
	line := &figureLine{Value: digits(v.Value), N: v.N, Noise: v.Noise, Best: v.Best}
	if v.Interval.Known {
		low, high := digits(v.Low), digits(v.High)
		line.Low, line.High = &low, &high
	}
	return line
}

func digits(v float64) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}
