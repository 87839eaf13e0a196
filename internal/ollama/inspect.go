package ollama

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/near"
	"github.com/nightpress/nightpress/internal/word"
	"github.com/ollama/ollama/api"
)

// LocalModel is what the server says of a model that it runs itself.
type LocalModel struct {
	// Name is the server's own spelling, with the tag.
	Name string
	// Digest is the digest of the manifest. Identity is the same on every
	// machine; see identityOf.
	Digest, Identity string
	// Size is the size in bytes.
	Size   int64
	Family string
	// Parameters and Quantization are those of the weights, in the server's words
	// ("8.2B", "Q4_K_M"). Template lays out the messages.
	Parameters, Quantization, Template string
	// ContextLength is the context window of the model's training, in tokens; 0
	// if the server does not say.
	ContextLength int
	// Thinks reports whether the model can think before it answers.
	Thinks bool
	// Sampling holds the parameters that a request sends unless models.toml
	// sets others: those of the model's file, and our defaults for the rest.
	Sampling map[string]any
}

// Listed is one line of the server's list of models.
type Listed struct {
	Name   string
	Digest string
	Size   int64
	reason string
}

// Local reports whether the server runs the model itself.
func (l Listed) Local() bool { return l.reason == "" }

// List returns the server's models, in its order.
func (c *Client) List(ctx context.Context) ([]Listed, error) {
	resp, err := again(func() (*api.ListResponse, error) {
		resp, err := c.api.List(c.lookup(ctx, "list its models"))
		return resp, c.looking(ctx, "", err)
	})
	if err != nil {
		return nil, err
	}
	if resp.Models == nil {
		return nil, c.stranger(ctx, conditions[answersOther], "")
	}
	all := make([]Listed, 0, len(resp.Models))
	for _, m := range resp.Models {
		all = append(all, Listed{m.Name, m.Digest, m.Size, notLocal(m)})
	}
	return all, nil
}

// smallest is the least size of a model, in bytes. A stub for a cloud model has
// some 300.
const smallest = 4096

// notLocal tells why a model is not this server's own, or "". A name that ends
// in "cloud" is passed on to a cloud service by servers from v0.18.0, whatever
// the list says of it.
func notLocal(m api.ListModelResponse) string {
	switch {
	case cloudName(m.Name):
		return "its name requests a cloud model"
	case m.RemoteHost != "" || m.RemoteModel != "":
		return "it refers to " + m.RemoteModel + " at " + m.RemoteHost
	case m.Details.Format != "gguf":
		return fmt.Sprintf("its format is %q instead of gguf", m.Details.Format)
	case m.Size < smallest:
		return fmt.Sprintf("it has only %d bytes, so it is only a reference to a model", m.Size)
	}
	return ""
}

func cloudName(name string) bool {
	return strings.HasSuffix(strings.ToLower(name), "cloud")
}

// Inspect looks at a model before a run. A client asks its server once for the
// list of models, and once for each model. Its errors are *llm.Fault: a model
// that is missing or not local is FaultModel.
func (c *Client) Inspect(ctx context.Context, name string) (*LocalModel, error) {
	unusable := func(advice, format string, args ...any) error {
		f := &failure{server: c.Name(), model: name, means: fmt.Sprintf(format, args...)}
		return &llm.Fault{Kind: llm.FaultModel, Err: hint.Wrap(f, advice)}
	}
	if cloudName(name) {
		return nil, unusable(chooseLocal, "its name requests a cloud model")
	}
	all, byName, err := c.models(ctx)
	if err != nil {
		return nil, err
	}
	at, there := byName[Canonical(name)]
	if !there {
		return nil, unusable(missingHint(name, all), "the server does not have it")
	}
	m := all[at]
	if !m.Local() {
		return nil, unusable(chooseLocal, "%s", m.reason)
	}
	return c.details(ctx, m)
}

func (c *Client) show(ctx context.Context, m Listed) (*LocalModel, error) {
	shown, err := again(func() (*api.ShowResponse, error) {
		shown, err := c.api.Show(c.lookup(ctx, "show "+m.Name), &api.ShowRequest{Model: m.Name})
		return shown, c.looking(ctx, m.Name, err)
	})
	if err != nil {
		return nil, err
	}
	if shown.RemoteHost != "" || shown.RemoteModel != "" {
		f := &failure{server: c.Name(), model: m.Name, means: bounded("it stands for " + shown.RemoteModel + " at " + shown.RemoteHost)}
		return nil, &llm.Fault{Kind: llm.FaultModel, Err: hint.Wrap(f, chooseLocal)}
	}
	arch, _ := shown.ModelInfo["general.architecture"].(string)
	window, _ := shown.ModelInfo[arch+".context_length"].(float64)
	local := &LocalModel{Name: m.Name, Digest: m.Digest, Identity: identityOf(shown), Size: m.Size, Family: shown.Details.Family, Parameters: shown.Details.ParameterSize, Quantization: shown.Details.QuantizationLevel, Template: shown.Template, ContextLength: int(window), Sampling: samplingOf(shown.Parameters)}
	writes := len(shown.Capabilities) == 0 // servers that do not say
	for _, capability := range shown.Capabilities {
		local.Thinks = local.Thinks || string(capability) == "thinking"
		writes = writes || string(capability) == "completion"
	}
	if !writes {
		f := &failure{server: c.Name(), model: m.Name, means: bounded(fmt.Sprintf("it cannot write text: the server has it for %v", shown.Capabilities))}
		return nil, &llm.Fault{Kind: llm.FaultModel, Err: hint.Wrap(f, "choose a model that writes text: ollama list")}
	}
	return local, nil
}

// SameName compares names as the server does: any letter case, and "latest"
// for a missing tag.
func SameName(a, b string) bool { return strings.EqualFold(tagged(a), tagged(b)) }

func tagged(asked string) string {
	if !strings.Contains(asked[strings.LastIndex(asked, "/")+1:], ":") {
		asked += ":latest"
	}
	return asked
}

// missingHint is what to type for a model that is not there: the near names on
// this server, and how to get it.
func missingHint(name string, all []Listed) string {
	pull := "ollama pull " + name
	if strings.HasPrefix(name, "rehearsal-") {
		pull = "nightpress rehearse"
	}
	var names []string
	for _, l := range all {
		names = append(names, strings.TrimSuffix(l.Name, ":latest"))
	}
	if ask := near.DidYouMean(strings.TrimSuffix(name, ":latest"), names); ask != "" {
		return ask + " Or install it: " + pull
	}
	return pull
}

// Cloud is what a server says of its cloud features.
type Cloud struct{ word.Word }

// CloudUnknown is what a server says that is too old to be asked.
var (
	CloudDisabled = Cloud{word.New("disabled")}
	CloudEnabled  = Cloud{word.New("enabled")}
	CloudUnknown  = Cloud{word.New("unknown")}
)

// CloudStatus asks whether the server could pass requests on to a cloud.
func (c *Client) CloudStatus(ctx context.Context) (Cloud, error) {
	status, err := c.api.CloudStatusExperimental(c.lookup(ctx, "say whether its cloud features are on"))
	refused, answered := errors.AsType[api.StatusError](err)
	switch {
	case answered && refused.StatusCode == http.StatusNotFound:
		return CloudUnknown, nil
	case err != nil:
		return CloudUnknown, c.looking(ctx, "", err)
	case status.Cloud.Disabled:
		return CloudDisabled, nil
	}
	return CloudEnabled, nil
}
