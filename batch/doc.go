// Package batch is the engine: it asks models for posts until every job has one
// or cannot have one.
//
// The steps, in order:
//
//  1. Run takes phases, one for each model, one after the other: a server that
//     holds one model at a time then loads each once.
//  2. A lane is one server in a run. For each phase with a job to do, every lane
//     has the model loaded first, with patience, because a client that gives up
//     on a load makes the server start over.
//  3. The lanes' workers take the phase's jobs from one source. Each attempt's
//     reply is judged token by token against the prompt's contract (package
//     reply), and is canceled at the end marker, or as soon as it is hopeless.
//  4. A malformed reply leads to a remedy that its cause chooses (see the table
//     at state.choose): the reply is continued, its fields are patched, its body
//     is extended, or it is asked for again, until the attempts are used up.
//  5. A fault that concerns more than its own request takes its lane out of the
//     open state (see laneState). While the server is away, one probe asks for
//     all workers; a model that crashed or hangs is unloaded and loaded again.
//     The jobs go back to the source at no cost, and other lanes may take them.
//     A model that no lane can run is set aside.
//  6. Results go to the sink from a single goroutine, and the model is unloaded
//     once its last job has ended, unless the next phase asks for the same.
//
// The engine knows no disk, no network, and no terminal. What writes posts is a
// Sink, what speaks to a server an llm.Generator, and what shows progress gets
// Events.
package batch
