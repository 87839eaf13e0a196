package ollama

import "github.com/nightpress/nightpress/internal/llm"

// rule says what a message means. Servers change their words and their status
// codes (an option of the wrong type, a crash and a full memory are all HTTP
// 500), so rules look for the part of a message that stays.
type rule struct {
	part    string
	kind    llm.FaultKind
	trouble llm.Trouble
	hint    string
}

const (
	raiseWindow = "raise num_ctx for this model in models.toml"
	lessMemory  = "choose a smaller model or a smaller num_ctx"
	chooseLocal = "choose a local model: ollama list"
	notAModel   = "its files are damaged or it is no language model: pull it again, or choose another"
	seeLog      = "the server's log says more; a smaller num_ctx or fewer requests at once (OLLAMA_NUM_PARALLEL) need less memory"
	wrongServer = "is this address an Ollama server? export OLLAMA_HOST=127.0.0.1:11434"
)

// rules are tried in order, against the message in lower case. The texts are
// those of v0.17.4 (server/routes.go, server/sched.go, llm/server.go) and,
// where they differ, of v0.30 and later (llm/llama_server.go).
var rules = []rule{
	// The server could not parse the reply; the message quotes it, so that it
	// must not meet any other rule.
	{"error parsing tool call", llm.FaultRetry, 0, ""},
	{"xml syntax error", llm.FaultRetry, 0, ""},
	{"failed to parse input", llm.FaultRetry, 0, ""},

	// The prompt can never be had.
	{"input length exceeds the context length", llm.FaultJob, 0, raiseWindow},
	{"prompt is longer than the context length", llm.FaultJob, 0, raiseWindow},
	{"exceeds the available context size", llm.FaultJob, 0, raiseWindow},
	{"exceed_context_size_error", llm.FaultJob, 0, raiseWindow},
	{"entire prompt removed by truncation", llm.FaultJob, 0, raiseWindow},
	{"no input provided", llm.FaultJob, 0, ""},

	// The model cannot be used on this server.
	{"does not support thinking", llm.FaultModel, 0, "take \"think\" away from this model in models.toml"},
	{"think value", llm.FaultModel, 0, "set think = true or false for this model in models.toml"},
	{"does not support chat", llm.FaultModel, 0, notAModel},
	{"does not support generate", llm.FaultModel, 0, notAModel},
	{"cannot run this remote model", llm.FaultModel, 0, chooseLocal},
	{"ollama cloud is disabled", llm.FaultModel, 0, chooseLocal},
	{"remote model", llm.FaultModel, 0, chooseLocal},
	{"try pulling it first", llm.FaultModel, 0, "ollama pull the model"},
	{"incompatible with your version", llm.FaultModel, 0, "update Ollama"},
	{"not supported by your version", llm.FaultModel, 0, "update Ollama"},
	{"no longer compatible", llm.FaultModel, 0, "pull the model again"},
	{"exceeds file size", llm.FaultModel, 0, "its file is damaged: pull the model again"},
	{"failed to load model vocabulary", llm.FaultModel, 0, "its file is damaged: pull the model again"},

	// Memory, which may be free again once what is loaded has gone.
	{"requires more system memory", llm.FaultRetry, llm.Memory, lessMemory},
	{"memory layout cannot be allocated", llm.FaultRetry, llm.Memory, lessMemory},
	{"failed to commit memory", llm.FaultRetry, llm.Memory, lessMemory},
	{"failed to allocate memory", llm.FaultRetry, llm.Memory, lessMemory},
	{"unable to load full model", llm.FaultRetry, llm.Memory, lessMemory},
	{"out-of-memory", llm.FaultRetry, llm.Memory, lessMemory},
	{"out of memory", llm.FaultRetry, llm.Memory, lessMemory},

	// The process that runs the model ended, or could not be started.
	{"encountered while running the model", llm.FaultRetry, llm.Crash, seeLog},
	{"process has terminated", llm.FaultRetry, llm.Crash, seeLog},
	{"process no longer running", llm.FaultRetry, llm.Crash, seeLog},
	{"runner has unexpectedly stopped", llm.FaultRetry, llm.Crash, seeLog},
	{"error starting runner", llm.FaultRetry, llm.Crash, seeLog},
	{"error starting llama-server", llm.FaultRetry, llm.Crash, seeLog},
	{"timed out waiting for llama", llm.FaultRetry, llm.Crash, "start the server with a longer OLLAMA_LOAD_TIMEOUT, such as 15m"},
	{"model failed to load", llm.FaultRetry, llm.Crash, seeLog},

	// The request is wrong whatever the model: nothing can go on.
	{"must be of type", llm.FaultRun, 0, "mend the option in models.toml"},
	{"invalid format", llm.FaultRun, 0, ""},
	{"invalid json schema", llm.FaultRun, 0, ""},
	{"model is required", llm.FaultRun, 0, ""},
	{"raw mode does not support", llm.FaultRun, 0, ""},
	{"top_logprobs", llm.FaultRun, 0, ""},
	{"404 page not found", llm.FaultRun, 0, wrongServer},

	// Busy, or a load that another client gave up.
	{"server busy", llm.FaultPause, 0, ""},
	{"maximum pending requests", llm.FaultPause, 0, ""},
	{"request canceled", llm.FaultPause, 0, ""},
}
