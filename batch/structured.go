package batch

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/reply"
)

// fillSchema requests the header fields, or an outline, as JSON.
func (s *state) fillSchema(tr *try) error {
	if s.step.isOutline() {
		return s.fillOutline(tr)
	}
	c := s.step.contract
	var labels []string
	var problems []contract.Problem
	for _, f := range c.Fields {
		labels = append(labels, f.Key)
	}
	if n := len(s.past); n > 0 {
		problems = s.past[n-1].Problems
		tr.req.Model.Options = resampled(tr.req.Model, nil, n)
	}
	words, err := s.step.prompt.Words(contract.RemedySchema, problems, labels)
	if err != nil {
		return err
	}
	tr.req.Messages, tr.req.Turns = s.step.request(words)
	tr.req.Format = schema(c)
	// Some servers hold a model to a schema only after its thinking, or not
	// at all with thinking off (ollama/ollama#14645); the answer is read with
	// the same eyes either way.
	tr.req.Model.Think = thinkLess(tr.req.Model.Think)
	tr.contract = nil
	return nil
}

// fillOutline requests an outline as JSON.
func (s *state) fillOutline(tr *try) error {
	words, err := s.step.prompt.Words(contract.RemedySchema, s.verdict.Problems, []string{`{"sections": [{"heading": "...", "words": 300, "points": ["...", "..."]}, ...]}`})
	tr.req.Messages, tr.req.Turns = s.step.request(words)
	tr.req.Format = reply.OutlineSchema(s.step.contract.Sections)
	tr.req.Model.Think = thinkLess(tr.req.Model.Think)
	if err != nil {
		return err
	}
	return s.retried(tr)
}

// fillBody requests the body below the header lines.
func (s *state) fillBody(tr *try, continues bool) error {
	tr.before = s.head + "\n"
	tr.reply(llm.Turn{Assistant: true, Text: tr.before})
	if n := s.tries[contract.RemedyBody]; n > 0 || s.text != "" {
		tr.req.Model.Options = resampled(tr.req.Model, s.verdict.Problems, n+1)
	}
	if continues {
		return nil
	}
	words, err := s.step.prompt.Words(contract.RemedyBody, nil, nil)
	tr.reply(llm.Turn{Text: words})
	return err
}

// schema is the contract's header fields as a JSON schema. Their order is kept:
// the server has the model write them in the schema's order.
func schema(c *contract.Contract) json.RawMessage {
	var properties, required []string
	for _, f := range c.Fields {
		properties = append(properties, quote(f.Key)+":"+property(f))
		required = append(required, quote(f.Key))
	}
	return json.RawMessage(fmt.Sprintf(`{"type":"object","properties":{%s},"required":[%s]}`,
		strings.Join(properties, ","), strings.Join(required, ",")))
}

// property is one field's schema. The lengths of texts are left to the
// contract's check: grammars with long counted repetitions are slow.
func property(f contract.Field) string {
	item := `{"type":"string"}`
	if len(f.OneOf) > 0 {
		values := make([]string, len(f.OneOf))
		for i, v := range f.OneOf {
			values[i] = quote(v)
		}
		item = `{"enum":[` + strings.Join(values, ",") + `]}`
	}
	if f.Kind != contract.List {
		return item
	}
	least := max(f.Min, 1)
	if f.Max >= least {
		return fmt.Sprintf(`{"type":"array","items":%s,"minItems":%d,"maxItems":%d}`, item, least, f.Max)
	}
	return fmt.Sprintf(`{"type":"array","items":%s,"minItems":%d}`, item, least)
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // unreachable: a string always marshals
	}
	return string(text)
}

// headOf makes header lines of an answer in JSON and judges them by the
// contract, whose fields alone they are.
func headOf(c *contract.Contract, answer string) (head string, v contract.Verdict) {
	var keys []string
	for _, f := range c.Fields {
		keys = append(keys, f.Key)
	}
	only := *c.Only(keys)
	only.End = nil
	var got map[string]json.RawMessage
	if err := json.Unmarshal([]byte(strings.TrimSpace(answer)), &got); err != nil {
		return "", contract.Verdict{Problems: []contract.Problem{{Code: contract.ProblemFieldMissing, Message: "the answer is no whole JSON object", Ask: "write one object with every key"}}}
	}
	var fields []contract.Value
	for _, f := range c.Fields {
		if v, ok := value(f, got[f.Key]); ok {
			fields = append(fields, v)
		}
	}
	head = only.Compose(fields, "")
	v = reply.Read(&only, head, reply.Ended)
	if v.Post == nil {
		return "", v
	}
	return only.Compose(v.Post.Fields, ""), v
}

// value reads one field. A header line is one line, whatever the JSON holds.
func value(f contract.Field, raw json.RawMessage) (contract.Value, bool) {
	oneLine := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	v := contract.Value{Key: f.Key}
	if f.Kind == contract.List {
		if json.Unmarshal(raw, &v.List) != nil {
			return v, false
		}
		for i, item := range v.List {
			v.List[i] = oneLine(item)
			if len(f.OneOf) == 0 {
				// A comma would make two items of one.
				v.List[i] = oneLine(strings.ReplaceAll(item, ",", " "))
			}
		}
		return v, true
	}
	if json.Unmarshal(raw, &v.Text) != nil {
		return v, false
	}
	v.Text = oneLine(v.Text)
	return v, v.Text != ""
}
