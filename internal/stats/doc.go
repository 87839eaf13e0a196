// Package stats holds the statistics of the report: shares with their
// intervals, medians and quartiles, ratios of totals, and three tests of
// whether a difference can be told from noise. It knows nothing of models and
// posts.
//
//	a share (41 of 50)            Wilson's interval      Fisher's exact test
//	a sample (words of a post)    Median, Quantile       MannWhitney
//	a ratio of totals (tokens     Ratio: bootstrap       Ratio.Compare
//	for each accepted post)
//	wins and losses                                      Sign
//
// Several comparisons at once are corrected with Holm. Everything is
// deterministic: where numbers are drawn, the seed is fixed.
package stats
