// Package fleet lets machines that come and go write posts for one run, over NATS
// JetStream.
//
// The machine with the topics runs a Coordinator. It keeps a bounded number of
// jobs in a queue, receives results, and passes them to its sink. The other
// machines run a Worker each. A worker runs the same engine as any run (package
// batch): its jobs come from the queue, and its sink sends results.
//
//	stream PREFIX-jobs      jobs, by model; a job leaves it when a worker
//	                        acknowledges it, after its result is stored
//	streams PREFIX-results-N
//	                        attempts and results, until the coordinator has
//	                        committed them
//	bucket PREFIX-blobs     prompts, by hash, and messages that are too large
//	PREFIX.hello            a worker asks what there is to do
//	PREFIX.beat             a worker says every few seconds what it does
//	PREFIX.claim            a worker asks about a job that was delivered before
//	PREFIX.control          what "nightpress fleet" asks the coordinator
//	PREFIX.news             the coordinator tells workers that something changed
//
// The ledger is the truth. The queue can be lost at any time: the coordinator
// fills it again. Nothing that arrives is trusted. The coordinator takes the
// topic, the path, and the contract from its own job, and reads every post anew
// from the reply. A worker checks every job and compares each prompt with its
// hash.
package fleet
