package ollama

import "github.com/nightpress/nightpress/internal/llm"

// rule says what a message means. Servers change their words and their status
// codes (an option of the wrong type, a crash, and full memory are all HTTP
// 500), so rules look for the part of a message that stays.
type rule struct {
	// part is a text that the message contains, in lower case.
	part    string
	kind    llm.FaultKind
	trouble llm.Trouble
	// says explains it to a person.
	says string
	// hint says what to do; {model} and {server} are replaced with their names.
	hint string
	// since lists the versions of Ollama that write it this way.
	since string
	// example is a message as a server wrote it, with its HTTP status. 200
	// means an error in the middle of a reply.
	status  int
	example string
	// server marks a failure of the server, not of one model.
	server bool
}

const (
	raiseWindow = "raise num_ctx for {model} in models.toml"
	lessMemory  = "choose a smaller model or a smaller num_ctx, or start the server with OLLAMA_NUM_PARALLEL=1"
	chooseLocal = "choose a local model: ollama list"
	pullAgain   = "reinstall it: ollama rm {model} && ollama pull {model}"
	notAModel   = "reinstall it (ollama pull {model}), or choose another model: ollama list"
	update      = "update Ollama: https://ollama.com/download"
	reinstall   = "install Ollama again: https://ollama.com/download"
	seeLog      = "see the server's log; a smaller num_ctx or OLLAMA_NUM_PARALLEL=1 needs less memory"
	wrongServer = "give the address of an Ollama server: export OLLAMA_HOST=127.0.0.1:11434"
	noPath      = "give the address without a path: export OLLAMA_HOST={server}"
	fewerAtOnce = "use fewer workers (-j 1), or start the server with a larger OLLAMA_MAX_QUEUE"
)

const (
	tooLong  = "the prompt does not fit into the context window"
	damaged  = "its file is damaged or incomplete"
	unknown  = "this version of Ollama does not know this kind of model"
	noMemory = "there is not enough memory for the model"
	crashed  = "the process that runs it ended"
	noStart  = "the process that runs it did not start"
	busy     = "is busy"
	remote   = "it runs on another machine"
	badReply = "the server could not read its reply"
	ourFault = "the server does not accept the request"
)

const (
	all    = "all"
	old    = "up to 0.29"
	llama  = "from 0.30"
	newest = "from 0.33"
)

// rules are tried in order, against the message in lower case. The texts are
// those of v0.17.4 (server/routes.go, server/sched.go, llm/server.go), and of
// v0.30 to v0.33 (llm/llama_server.go, llm/status.go) where llama-server runs
// the models. Some were found in reports of users.
var rules = []rule{
	// The server could not parse the reply. The message quotes the reply, so no
	// other rule may match it.
	{part: "error parsing tool call", kind: llm.FaultRetry, says: badReply, since: all,
		status: 200, example: `error parsing tool call: raw='404 page not found: model is required, server busy', err=invalid`},
	{part: "xml syntax error", kind: llm.FaultRetry, says: badReply, since: all,
		status: 200, example: `XML syntax error on line 1: element <a> closed by </b>`},
	{part: "failed to parse input", kind: llm.FaultRetry, says: badReply, since: llama,
		status: 500, example: `llama-server chat error: Failed to parse input at pos 12: model is required`},

	// The prompt can never be answered.
	{part: "input length exceeds the context length", kind: llm.FaultJob, says: tooLong, hint: raiseWindow, since: old,
		status: 400, example: `the input length exceeds the context length`},
	{part: "prompt is longer than the context length", kind: llm.FaultJob, says: tooLong, hint: raiseWindow, since: llama,
		status: 400, example: `the prompt is longer than the context length currently available to the model; shorten the prompt`},
	{part: "exceeds the available context size", kind: llm.FaultJob, says: tooLong, hint: raiseWindow, since: llama,
		status: 400, example: `{"error":{"code":400,"message":"request (42947 tokens) exceeds the available context size (8192 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":42947,"n_ctx":8192}}`},
	{part: "exceed_context_size_error", kind: llm.FaultJob, says: tooLong, hint: raiseWindow, since: newest,
		status: 400, example: `{"error":{"code":400,"message":"the prompt is too long","type":"exceed_context_size_error","n_prompt_tokens":1407,"n_ctx":256}}`},
	{part: "entire prompt removed by truncation", kind: llm.FaultJob, says: tooLong, hint: raiseWindow, since: old,
		status: 500, example: `Failed to create new sequence: entire prompt removed by truncation`},
	{part: "no input provided", kind: llm.FaultJob, says: "its template produces an empty prompt", hint: "look at the template: ollama show --template {model}", since: old,
		status: 500, example: `Failed to create new sequence: no input provided`},

	// The model cannot be used on this server.
	{part: "does not support thinking", kind: llm.FaultModel, says: "it cannot think, and think is set for it", hint: "remove think of {model} from models.toml", since: all,
		status: 400, example: `"m" does not support thinking`},
	// Only newer servers have this level: v0.17.4 does not know "max".
	{part: "invalid think value", kind: llm.FaultModel, says: "it does not know this value of think", hint: `set think = "high", true, or false for {model} in models.toml, or update Ollama`, since: all,
		status: 400, example: `invalid think value: "max" (must be "high", "medium", "low", true, or false)`},
	{part: "think value", kind: llm.FaultModel, says: "it does not know this value of think", hint: "set think = true or think = false for {model} in models.toml", since: all,
		status: 400, example: `think value "high" is not supported for this model`},
	{part: "does not support chat", kind: llm.FaultModel, says: "it does not write text, or its file is missing", hint: notAModel, since: all,
		status: 400, example: `"m" does not support chat`},
	{part: "does not support generate", kind: llm.FaultModel, says: "it does not write text, or its file is missing", hint: notAModel, since: all,
		status: 400, example: `"m" does not support generate`},
	{part: "cannot run this remote model", kind: llm.FaultModel, says: remote, hint: chooseLocal, since: all,
		status: 400, example: `this server cannot run this remote model`},
	{part: "ollama cloud is disabled", kind: llm.FaultModel, says: remote, hint: chooseLocal, since: all,
		status: 403, example: `ollama cloud is disabled: remote model is unavailable`},
	{part: "remote model", kind: llm.FaultModel, says: remote, hint: chooseLocal, since: all,
		status: 403, example: `remote model is unavailable`},
	{part: "try pulling it first", kind: llm.FaultModel, says: "the server does not have it", hint: "ollama pull {model}", since: all,
		status: 404, example: `model "m" not found, try pulling it first`},
	{part: "incompatible with your version", kind: llm.FaultModel, says: unknown, hint: update, since: old,
		status: 500, example: "this model may be incompatible with your version of Ollama. If you previously pulled this model, try updating it by running `ollama pull m`"},
	{part: "not supported by your version", kind: llm.FaultModel, says: unknown, hint: update, since: old,
		status: 500, example: `this model is not supported by your version of Ollama. You may need to upgrade`},
	{part: "unknown model architecture", kind: llm.FaultModel, says: unknown, hint: update, since: all,
		status: 500, example: `llama-server process has terminated: exit status 1: error loading model: unknown model architecture: 'mllama'`},
	{part: "unsupported model architecture", kind: llm.FaultModel, says: unknown, hint: update, since: old,
		status: 500, example: `unsupported model architecture`},
	{part: "no longer compatible", kind: llm.FaultModel, says: "it is too old for this version of Ollama", hint: pullAgain, since: old,
		status: 500, example: `'llama3.2-vision' is no longer compatible with your version of Ollama and has been replaced by a newer version. To re-download, run 'ollama pull llama3.2-vision'`},
	{part: "exceeds file size", kind: llm.FaultModel, says: damaged, hint: pullAgain, since: old,
		status: 500, example: `tensor "blk.0.attn_q.weight" offset+size (2000) exceeds file size (1000)`},
	{part: "unable to load model:", kind: llm.FaultModel, says: damaged, hint: "reinstall it (ollama rm {model} && ollama pull {model}), or update Ollama: older versions do not know every model", since: old,
		status: 500, example: `unable to load model: /usr/share/ollama/.ollama/models/blobs/sha256-8c625c9569c3c799f5f9595b5a141f91d224233055608189d66746347c14e613`},
	{part: "error loading model vocabulary", kind: llm.FaultModel, says: damaged, hint: pullAgain, since: llama,
		status: 500, example: `llama-server process has terminated: exit status 1: error loading model: error loading model vocabulary: cannot find tokenizer merges in model file`},
	{part: "check_tensor_dims", kind: llm.FaultModel, says: damaged, hint: pullAgain, since: llama,
		status: 500, example: `llama-server process has terminated: exit status 1: error loading model: check_tensor_dims: tensor 'token_embd.weight' has wrong shape; expected 256, 300, got 256, 299`},
	{part: "missing tensor", kind: llm.FaultModel, says: damaged, hint: pullAgain, since: llama,
		status: 500, example: `llama-server process has terminated: exit status 1: error loading model: missing tensor 'blk.0.attn_q.weight'`},
	{part: "invalid magic", kind: llm.FaultModel, says: damaged, hint: pullAgain, since: all,
		status: 500, example: `llama-server process has terminated: exit status 1: gguf_init_from_file_impl: invalid magic characters: 'BAD!', expected 'GGUF'`},
	{part: "corrupted or incomplete", kind: llm.FaultModel, says: damaged, hint: pullAgain, since: llama,
		status: 500, example: `llama-server process has terminated: exit status 1: error loading model: tensor 'blk.1.ffn_up.weight' data is not within the file bounds, model is corrupted or incomplete`},
	{part: "failed to load model vocabulary", kind: llm.FaultModel, says: damaged, hint: pullAgain, since: old,
		status: 500, example: `failed to load model vocabulary required for format`},
	{part: "unable to generate parser for this template", kind: llm.FaultModel, says: "llama-server cannot use its chat template", hint: "update Ollama, or install the model from ollama.com: ollama pull {model}", since: llama,
		status: 400, example: `Unable to generate parser for this template. Automatic parser generation failed`},

	// Memory, which may become free when other models are unloaded. The
	// messages of v0.30 and later come from llm/status.go.
	{part: "requires more system memory", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: old,
		status: 500, example: `model requires more system memory (65.5 GiB) than is available (23.0 GiB)`},
	{part: "memory layout cannot be allocated", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: old,
		status: 500, example: `memory layout cannot be allocated with num_gpu = 99`},
	{part: "failed to commit memory", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: old,
		status: 500, example: `failed to commit memory for model`},
	{part: "failed to allocate", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: all,
		status: 500, example: `llama-server process has terminated: exit status 1: ggml_backend_cuda_buffer_type_alloc_buffer: failed to allocate CUDA0 buffer`},
	{part: "unable to load full model", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: old,
		status: 500, example: `unable to load full model on GPU`},
	{part: "out-of-memory", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: llama,
		status: 500, example: `llama-server reported out-of-memory during startup`},
	{part: "out of memory", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: all,
		status: 500, example: `llama runner process has terminated: cudaMalloc failed: out of memory`},
	{part: "cudamalloc failed", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: llama,
		status: 500, example: `llama-server process has terminated: exit status 1: cudaMalloc failed`},
	{part: "hipmalloc failed", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: llama,
		status: 500, example: `llama-server process has terminated: exit status 1: hipMalloc failed`},
	{part: "allocation failed", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: llama,
		status: 500, example: `llama-server process has terminated: exit status 1: buffer allocation failed`},
	{part: "not enough memory", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: llama,
		status: 500, example: `llama-server process has terminated: exit status 1: not enough memory`},
	{part: "insufficient memory", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: llama,
		status: 500, example: `llama-server process has terminated: exit status 1: ggml_metal: error: Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)`},
	{part: "out of device memory", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: llama,
		status: 500, example: `llama-server process has terminated: exit status 1: ggml_vulkan: out of device memory`},
	{part: "vk_error_out_of_device_memory", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: llama,
		status: 500, example: `llama-server process has terminated: exit status 1: vk::Device::allocateMemory: VK_ERROR_OUT_OF_DEVICE_MEMORY`},
	{part: "outofdevicememory", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: all,
		status: 500, example: `llama-server process has terminated: exit status 1: vk::Device::allocateMemory: ErrorOutOfDeviceMemory`},
	{part: "cannot allocate memory", kind: llm.FaultRetry, trouble: llm.Memory, says: noMemory, hint: lessMemory, since: all,
		status: 500, example: `error starting runner: fork/exec /usr/bin/ollama: cannot allocate memory`},

	// The server is not complete.
	{part: "llama-server binary not found", kind: llm.FaultRun, says: "is not installed completely: its llama-server is missing", hint: reinstall, since: llama, server: true,
		status: 500, example: `llama-server binary not found`},
	{part: "llama-quantize binary not found", kind: llm.FaultRun, says: "is not installed completely: its llama-quantize is missing", hint: reinstall, since: newest, server: true,
		status: 500, example: `failed to validate GGUF with llama-quantize without compatibility patches: llama-quantize unavailable: llama-quantize binary not found (checked: /usr/local/lib/ollama/llama-quantize)`},

	// Every slot is taken, or the process is not ready yet.
	{part: "no slots available", kind: llm.FaultPause, says: busy, hint: fewerAtOnce, since: llama, server: true,
		status: 500, example: `no slots available after 10 retries`},
	{part: "unexpected server status", kind: llm.FaultPause, says: busy, since: all, server: true,
		status: 500, example: `unexpected server status: llm server loading model`},

	// The process that runs the model ended, or could not be started.
	{part: "encountered while running the model", kind: llm.FaultRetry, trouble: llm.Crash, says: crashed, hint: seeLog, since: all,
		status: 200, example: `an error was encountered while running the model: unexpected EOF`},
	{part: "timed out waiting for llama", kind: llm.FaultRetry, trouble: llm.Crash, says: "it took too long to load", hint: "start the server with a longer OLLAMA_LOAD_TIMEOUT, such as 15m", since: all,
		status: 500, example: `timed out waiting for llama-server to start`},
	{part: "process has terminated", kind: llm.FaultRetry, trouble: llm.Crash, says: crashed, hint: seeLog, since: all,
		status: 500, example: `llama runner process has terminated: exit status 2`},
	{part: "process no longer running", kind: llm.FaultRetry, trouble: llm.Crash, says: crashed, hint: seeLog, since: all,
		status: 500, example: `llama runner process no longer running: -1 `},
	{part: "runner has unexpectedly stopped", kind: llm.FaultRetry, trouble: llm.Crash, says: crashed, hint: seeLog, since: old,
		status: 500, example: `model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details`},
	{part: "error starting runner", kind: llm.FaultRetry, trouble: llm.Crash, says: noStart, hint: seeLog, since: old,
		status: 500, example: `error starting runner: fork/exec /usr/bin/ollama: permission denied`},
	{part: "error starting llama-server", kind: llm.FaultRetry, trouble: llm.Crash, says: noStart, hint: seeLog, since: llama,
		status: 500, example: `error starting llama-server: fork/exec: permission denied`},
	{part: "model failed to load", kind: llm.FaultRetry, trouble: llm.Crash, says: "it could not be loaded", hint: seeLog, since: all,
		status: 500, example: `model failed to load, this may be due to resource limitations or an internal error, check ollama server logs for details`},
	{part: "error reading llama-server response", kind: llm.FaultRetry, trouble: llm.Crash, says: crashed, hint: seeLog, since: llama,
		status: 200, example: `error reading llama-server response: unexpected EOF`},
	{part: "llama-server error:", kind: llm.FaultRetry, trouble: llm.Crash, says: crashed, hint: seeLog, since: llama,
		status: 500, example: `llama-server error: internal`},

	// The server's own guard against repetition.
	{part: "token repeat limit reached", kind: llm.FaultRetry, says: "the server aborted the reply because it repeated itself", hint: "raise repeat_penalty for {model} in models.toml", since: newest,
		status: 500, example: `prediction aborted, token repeat limit reached`},

	// The request is wrong for every model, so the run cannot continue.
	{part: "must be of type", kind: llm.FaultRun, says: "an option has the wrong type", hint: "correct the option in models.toml", since: all,
		status: 500, example: `option "top_k" must be of type integer`},
	{part: "invalid format", kind: llm.FaultRun, says: ourFault, since: all,
		status: 500, example: `invalid format: "xml"; expected "json" or a valid JSON Schema object`},
	{part: "invalid json schema", kind: llm.FaultRun, says: ourFault, since: all,
		status: 500, example: `invalid JSON schema in format`},
	{part: "json schema conversion failed", kind: llm.FaultModel, says: "the server cannot follow the schema of mode = \"structured\"", hint: "set mode = \"text\" for {model} in models.toml", since: llama,
		status: 400, example: `JSON schema conversion failed: unrecognized schema`},
	{part: "model is required", kind: llm.FaultRun, says: ourFault, since: all,
		status: 400, example: `model is required`},
	{part: "raw mode does not support", kind: llm.FaultRun, says: ourFault, since: all,
		status: 400, example: `raw mode does not support template, system, or context`},
	{part: "top_logprobs", kind: llm.FaultRun, says: ourFault, since: all,
		status: 400, example: `top_logprobs must be between 0 and 20`},

	// Another program answers.
	{part: "404 page not found", kind: llm.FaultRun, says: "does not know this path", hint: noPath, since: all, server: true,
		status: 404, example: `404 page not found`},
	{part: "unexpected endpoint or method", kind: llm.FaultRun, says: "is not Ollama but LM Studio", hint: ollamaItself, since: "LM Studio", server: true,
		status: 200, example: `Unexpected endpoint or method. (POST /api/chat)`},
	{part: "plain http request was sent to https port", kind: llm.FaultRun, says: "speaks HTTPS instead of HTTP", hint: "begin the address with https://: export OLLAMA_HOST=https://HOST", since: "a proxy", server: true,
		status: 400, example: `400 The plain HTTP request was sent to HTTPS port`},
	{part: "http request to an https server", kind: llm.FaultRun, says: "speaks HTTPS instead of HTTP", hint: "begin the address with https://: export OLLAMA_HOST=https://HOST", since: "a proxy", server: true,
		status: 400, example: `Client sent an HTTP request to an HTTPS server.`},

	// The server is busy, or another client gave up a load.
	{part: "server busy", kind: llm.FaultPause, says: busy, hint: fewerAtOnce, since: all, server: true,
		status: 503, example: `server busy, please try again.  maximum pending requests exceeded`},
	{part: "maximum pending requests", kind: llm.FaultPause, says: busy, hint: fewerAtOnce, since: all, server: true,
		status: 503, example: `maximum pending requests exceeded`},
	{part: "request canceled", kind: llm.FaultPause, says: "abandoned the request", since: all, server: true,
		status: 499, example: `request canceled`},
}

// condition is a failure that is known by something else than a message.
type condition int

const (
	doesNotAnswer condition = iota
	hasNoModel
	wantsLogin
	refusesUs
	knowsNoPath
	redirects
	answersPage
	answersOther
	speaksOther
	proxyWaits
	isBusy
	refusesRequest
	saysNothing
	answersEmpty
	isSilent
)

// conditions are the rules for them. The part of each says in words how it is
// known, for the documentation.
var conditions = map[condition]rule{
	doesNotAnswer:  {part: "(no connection)", kind: llm.FaultPause, says: "does not answer", hint: "{start}", since: all, server: true},
	hasNoModel:     {part: "model 'NAME' not found", kind: llm.FaultModel, says: "the server does not have it", hint: "ollama pull {model}", since: all, status: 404, example: "model 'm' not found"},
	wantsLogin:     {part: "(HTTP 401, 407, 511)", kind: llm.FaultRun, says: "requires a login", hint: "nightpress works with servers of your own: give the address of Ollama itself", since: "a proxy", server: true, status: 401, example: "unauthorized"},
	refusesUs:      {part: "(HTTP 403)", kind: llm.FaultRun, says: "refuses this address", hint: "give the address as 127.0.0.1, or start the server with OLLAMA_HOST=0.0.0.0", since: all, server: true, status: 403},
	knowsNoPath:    {part: "(HTTP 404, 405)", kind: llm.FaultRun, says: "does not know this path", hint: noPath, since: "another server", server: true, status: 405, example: "405 method not allowed"},
	redirects:      {part: "(HTTP 3xx)", kind: llm.FaultRun, says: "redirects the request", hint: wrongServer, since: "a proxy, a login page", server: true},
	answersPage:    {part: "(a web page)", kind: llm.FaultRun, says: "answers with a web page", hint: wrongServer, since: "another server", server: true},
	answersOther:   {part: "(no JSON, null, or nothing)", kind: llm.FaultRun, says: "does not answer as Ollama does", hint: wrongServer, since: "another server", server: true},
	speaksOther:    {part: "(HTTPS, HTTP, or another protocol)", kind: llm.FaultRun, says: "speaks another protocol", hint: wrongServer, since: "another server", server: true},
	proxyWaits:     {part: "(HTTP 502, 504)", kind: llm.FaultPause, says: "does not answer: a proxy answers in its place", hint: "start Ollama behind the proxy: ollama serve", since: "a proxy", server: true, status: 502, example: "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"},
	isBusy:         {part: "(HTTP 503, 429, 499)", kind: llm.FaultPause, says: busy, hint: fewerAtOnce, since: all, server: true, status: 429, example: "too many requests"},
	refusesRequest: {part: "(another HTTP 4xx)", kind: llm.FaultRun, says: ourFault, since: all, status: 400, example: `time: invalid duration "abc"`},
	saysNothing:    {part: "(HTTP 500 with nothing in it)", kind: llm.FaultRetry, trouble: llm.Panic, says: "the server failed without a reason; the model's file may be damaged", hint: notAModel, since: all, status: 500},
	answersEmpty:   {part: "(a reply with nothing in it)", kind: llm.FaultRetry, trouble: llm.Panic, says: "the server sent an empty answer", hint: "see the server's log, or for a proxy between", since: all},
	isSilent:       {part: "(silence)", kind: llm.FaultRetry, trouble: llm.Hang, says: "the server sent no text for too long", since: all},
}

// isStrange lists the meanings after which nightpress finds out what the server is.
var isStrange = map[string]bool{}

func init() {
	for _, c := range []condition{wantsLogin, knowsNoPath, redirects, answersPage, answersOther} {
		isStrange[conditions[c].says] = true
	}
}
