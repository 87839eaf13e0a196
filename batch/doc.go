// Package batch is the engine. It sends requests to models until every job has a
// post or is rejected.
//
// The steps, in order:
//
//  1. Run processes phases, one for each model, one after the other. A server that
//     holds one model at a time then loads each model only once.
//  2. A lane is a server in a run. For each phase with jobs, every lane first loads
//     the model. It waits patiently, because a server whose client gives up on a
//     load starts the load over.
//  3. The lanes' workers take the phase's jobs from one source. Each attempt's
//     reply is checked token by token against the prompt's contract (package
//     reply). The request is canceled at the end marker, or as soon as the reply
//     is hopeless.
//  4. A malformed reply leads to a remedy that depends on its cause (see the table
//     at state.choose): the reply is continued, its fields are replaced, its body
//     is extended, or a new reply is requested, until the attempts are used up.
//  5. A fault that concerns more than its own request moves its lane out of the
//     open state (see laneState). While the server is away, one probe serves all
//     workers. A model that crashed or hangs is unloaded and loaded again. The jobs
//     return to the source at no cost, and other lanes may take them. A model that
//     no lane can run is set aside. A job in whose requests a model crashes or
//     servers end is requested alone, and is rejected if that happens again (see
//     Suspicion).
//  6. A collector passes each result to the sink in a goroutine of its own, so that
//     the sink can make results durable together. The model is unloaded after its
//     last job, unless the next phase needs it.
//
// The engine does not access a disk, a network, or a terminal. A Sink writes posts,
// an llm.Generator communicates with a server, and Events report progress.
package batch
