// Package batch is the engine: it asks a model for posts until every job has
// one or cannot have one.
//
// The steps, in order:
//
//  1. Run takes phases, one a model, and never has two models under way: a
//     server that holds one model at a time then loads each once.
//  2. A phase with a job to do has its model loaded first, with patience,
//     because a client that gives up on a load makes the server start over.
//  3. Workers take the phase's jobs. Each attempt's reply is judged token by
//     token against the prompt's contract (package reply) and is cancelled at
//     the end marker, or as soon as nothing can come of it.
//  4. A malformed reply leads to a remedy chosen by its cause (see the table at
//     state.choose): it is gone on with, its fields are patched, its body is
//     extended, or it is asked for again, until the attempts are used up.
//  5. A fault that concerns more than its own request closes the gate before
//     the workers: while the server is away, one probe asks for all of them; a
//     model that crashed or hangs is unloaded and loaded again, and set aside
//     when that does not help.
//  6. Results go to the sink from a single goroutine, and the model is unloaded
//     once its last job has ended, unless the next phase asks for the same.
//
// The engine knows no disk, no network and no terminal. What writes posts is a
// Sink, what speaks to the server a Generator, and what shows progress gets
// Events.
package batch
