// Package judge is the use case of "nightpress judge": a local model rates pairs of
// posts, each pair in both orders. A pair whose answer changes with the order is a tie.
//
//  1. judge.go prepares: the folder, the judge, its rubric, and the pairs that are left.
//  2. jobs.go makes two jobs of each pair, for the engine.
//  3. sink.go makes a rating of the two answers and stores it.
//  4. summary.go counts what the judge answered.
//  5. audit.go compares its answers with people's, and corrects them.
//  6. plan.go says beforehand what is left, and how long it takes.
//
// The ratings are those of a rater whose name begins with ledger.JudgePrefix. Rankings
// of people's answers do not count them.
package judge
