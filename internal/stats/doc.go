// Package stats has the statistics of the report: shares with their intervals,
// medians and quartiles, ratios of totals, tests of whether a difference is within
// noise, and what is behind comparisons of posts by people and by judges. It knows
// nothing about models and posts.
//
//	a share (41 of 50)            Wilson, Clustered      Fisher; paired: McNemar
//	a sample (words of a post)    Median, Quantile       MannWhitney; paired: Wilcoxon
//	a ratio of totals (tokens     Ratio: bootstrap       Ratio.Compare
//	for each accepted post)
//	samples of one topic          Components
//	which post is better          BradleyTerry           Sign; Detectable, Needed
//	several raters                Kappa, Alpha
//	a judge and a person          Correct
//
// Jobs and answers on one topic depend on each other. Topics do not, so intervals
// of comparisons come from resampled topics.
//
// Holm corrects several comparisons. Everything is deterministic: random numbers have
// a fixed seed.
package stats
