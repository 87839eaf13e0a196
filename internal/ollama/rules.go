package ollama

import "github.com/nightpress/nightpress/batch"

// rule says what a message means. Servers change their words and their status
// codes (an option of the wrong type, a crash and a full memory are all HTTP
// 500), so rules look for the part of a message that stays.
type rule struct {
	part    string
	kind    batch.FaultKind
	trouble batch.Trouble
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
	{"error parsing tool call", batch.FaultRetry, 0, ""},
	{"xml syntax error", batch.FaultRetry, 0, ""},
	{"failed to parse input", batch.FaultRetry, 0, ""},

	// The prompt can never be had.
	{"input length exceeds the context length", batch.FaultJob, 0, raiseWindow},
	{"prompt is longer than the context length", batch.FaultJob, 0, raiseWindow},
	{"exceeds the available context size", batch.FaultJob, 0, raiseWindow},
	{"exceed_context_size_error", batch.FaultJob, 0, raiseWindow},
	{"entire prompt removed by truncation", batch.FaultJob, 0, raiseWindow},
	{"no input provided", batch.FaultJob, 0, ""},

	// The model cannot be used on this server.
	{"does not support thinking", batch.FaultModel, 0, "take \"think\" away from this model in models.toml"},
	{"think value", batch.FaultModel, 0, "set think = true or false for this model in models.toml"},
	{"does not support chat", batch.FaultModel, 0, notAModel},
	{"does not support generate", batch.FaultModel, 0, notAModel},
	{"cannot run this remote model", batch.FaultModel, 0, chooseLocal},
	{"ollama cloud is disabled", batch.FaultModel, 0, chooseLocal},
	{"remote model", batch.FaultModel, 0, chooseLocal},
	{"try pulling it first", batch.FaultModel, 0, "ollama pull the model"},
	{"incompatible with your version", batch.FaultModel, 0, "update Ollama"},
	{"not supported by your version", batch.FaultModel, 0, "update Ollama"},
	{"no longer compatible", batch.FaultModel, 0, "pull the model again"},
	{"exceeds file size", batch.FaultModel, 0, "its file is damaged: pull the model again"},
	{"failed to load model vocabulary", batch.FaultModel, 0, "its file is damaged: pull the model again"},

	// Memory, which may be free again once what is loaded has gone.
	{"requires more system memory", batch.FaultRetry, batch.Memory, lessMemory},
	{"memory layout cannot be allocated", batch.FaultRetry, batch.Memory, lessMemory},
	{"failed to commit memory", batch.FaultRetry, batch.Memory, lessMemory},
	{"failed to allocate memory", batch.FaultRetry, batch.Memory, lessMemory},
	{"unable to load full model", batch.FaultRetry, batch.Memory, lessMemory},
	{"out-of-memory", batch.FaultRetry, batch.Memory, lessMemory},
	{"out of memory", batch.FaultRetry, batch.Memory, lessMemory},

	// The process that runs the model ended, or could not be started.
	{"encountered while running the model", batch.FaultRetry, batch.Crash, seeLog},
	{"process has terminated", batch.FaultRetry, batch.Crash, seeLog},
	{"process no longer running", batch.FaultRetry, batch.Crash, seeLog},
	{"runner has unexpectedly stopped", batch.FaultRetry, batch.Crash, seeLog},
	{"error starting runner", batch.FaultRetry, batch.Crash, seeLog},
	{"error starting llama-server", batch.FaultRetry, batch.Crash, seeLog},
	{"timed out waiting for llama", batch.FaultRetry, batch.Crash, "start the server with a longer OLLAMA_LOAD_TIMEOUT, such as 15m"},
	{"model failed to load", batch.FaultRetry, batch.Crash, seeLog},

	// The request is wrong whatever the model: nothing can go on.
	{"must be of type", batch.FaultRun, 0, "mend the option in models.toml"},
	{"invalid format", batch.FaultRun, 0, ""},
	{"invalid json schema", batch.FaultRun, 0, ""},
	{"model is required", batch.FaultRun, 0, ""},
	{"raw mode does not support", batch.FaultRun, 0, ""},
	{"top_logprobs", batch.FaultRun, 0, ""},
	{"404 page not found", batch.FaultRun, 0, wrongServer},

	// Busy, or a load that another client gave up.
	{"server busy", batch.FaultPause, 0, ""},
	{"maximum pending requests", batch.FaultPause, 0, ""},
	{"request canceled", batch.FaultPause, 0, ""},
}
