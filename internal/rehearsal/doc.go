// Package rehearsal writes tiny language models that a stock Ollama server
// loads and samples, so that the whole of nightpress can be tried with no
// download. They are a way to try the machinery, not text to publish: a model
// knows one post about nothing in particular, in a great many wordings, and
// takes no notice of its prompt.
//
// A model comes about in these steps:
//
//  1. The text folder is read into a book of passages, each a row of slots
//     with alternatives.
//  2. The passages become a Markov chain whose states are chunks of a few
//     words and whose every reply is a well-formed post.
//  3. A model's faults are worked into the chain as further edges. Since all
//     edges of a state are equally likely, the share of malformed replies can
//     be computed, and asserted against what a server samples.
//  4. The chain is written as a GGUF file: a llama model of one block that does
//     nothing, between embeddings that name the last token and an output
//     matrix that holds the chain's logarithms.
//
// Install registers the file with a server. Judging what a model writes is left
// to others.
package rehearsal
