package ollama_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/nightpress/nightpress/internal/llm"
)

func TestCountsThatCannotBeAreNotBelieved(t *testing.T) {
	const text = `{"message":{"content":""},"done":true,"done_reason":"stop",%s}` + "\n"
	for counts, want := range map[string]llm.Usage{
		`"prompt_eval_count":5,"eval_count":2,"eval_duration":1000000000`:                                                                        {PromptEvalCount: 5, EvalCount: 2, EvalSeconds: 1},
		`"prompt_eval_count":5,"eval_count":9223372036854775807,"eval_duration":1000000000`:                                                      {PromptEvalCount: 5, EvalCount: 2, Estimated: true},
		`"prompt_eval_count":5,"eval_count":-3,"eval_duration":1000000000`:                                                                       {PromptEvalCount: 5, EvalCount: 2, Estimated: true},
		`"prompt_eval_count":5,"eval_count":5000`:                                                                                                {PromptEvalCount: 5, EvalCount: 2, Estimated: true},
		`"prompt_eval_count":-5,"eval_count":2`:                                                                                                  {EvalCount: 2},
		`"prompt_eval_count":9223372036854775807,"eval_count":2`:                                                                                 {EvalCount: 2},
		`"prompt_eval_count":5,"eval_count":2,"eval_duration":9223372036854775807,"load_duration":-1,"prompt_eval_duration":9000000000000000000`: {PromptEvalCount: 5, EvalCount: 2},
	} {
		want.DoneReason = "stop"
		u, err := generate(t.Context(), client(t, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, chunk("a"), chunk("b"), fmt.Sprintf(text, counts))
		}), func(llm.Chunk) error { return nil })
		u.Took = 0
		if err != nil || u != want {
			t.Errorf("%s: %+v, %v", counts, u, err)
		}
	}
	// JSON has no NaN: the line cannot be read, which is an error and no count.
	if u, err := generate(t.Context(), client(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, chunk("a"), fmt.Sprintf(text, `"eval_count":NaN`))
	}), func(llm.Chunk) error { return nil }); err == nil || u.EvalCount != 1 || !u.Estimated {
		t.Errorf("NaN: %+v, %v", u, err)
	}
}
