// Package stats has the statistics of the report: shares with their intervals,
// medians and quartiles, ratios of totals, and tests of whether a difference is
// within noise. It knows nothing about models and posts.
//
//	a share (41 of 50)            Wilson's interval      Fisher's exact test
//	a sample (words of a post)    Median, Quantile       MannWhitney
//	a ratio of totals (tokens     Ratio: bootstrap       Ratio.Compare
//	for each accepted post)
//	wins and losses                                      Sign
//
// Holm corrects several comparisons. Everything is deterministic: random numbers have
// a fixed seed.
package stats
