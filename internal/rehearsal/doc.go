// Package rehearsal writes tiny language models that a stock Ollama server loads and
// samples, so that everything in nightpress can be tried without a download. Their
// text is not for publication: a model knows one post in many wordings, and ignores
// its prompt.
//
// The steps of writing a model:
//
//  1. The text folder is read into a book of passages, each a row of slots
//     with alternatives.
//  2. The passages become a Markov chain whose states are chunks of a few
//     words and whose every reply is a well-formed post.
//  3. Faults are added to the chain as further edges. All edges of a state are
//     equally likely, so the share of malformed replies can be computed and
//     compared with a server's samples.
//  4. The chain is written as a GGUF file: a llama model with one block that does
//     nothing, embeddings that identify the last token, and an output matrix with
//     the logarithms of the chain's probabilities.
//
// Install registers the file with a server.
package rehearsal
