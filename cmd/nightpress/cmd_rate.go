package main

import (
	"github.com/nightpress/nightpress/internal/rate"
	"github.com/spf13/cobra"
)

func rateCmd(a *app) *cobra.Command {
	var req rate.Request
	cmd := &cobra.Command{
		Use:   "rate",
		Short: "Compare two posts at a time without knowing their models",
		Long: `rate serves a page on this machine, and with --lan also to other machines. The page
shows the posts of two models on one topic, in random order and without the models'
names. Keys: 1 or 2 for the better post, = for a tie, s to skip, u to undo the last
answer, c to write a comment. Each answer is saved at once. A run may write at the
same time. Hand-edited posts are excluded. "nightpress report" ranks the models by
the answers and says how far raters agree. Ctrl-C ends rate.

Each rater has their own set of pairs. rate first asks about the models whose
difference is least certain. docs/comparing.md explains criteria, several raters,
and how many answers show a difference.`,
		Example: `  nightpress rate --as anna
  nightpress rate -m llama3.2,qwen3-8b --criterion "clarity: Which post is clearer?"
  nightpress rate --as anna,ben --lan`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			req.Out, req.Models, req.Printer, req.Ask = s.Defaults.Out, a.flags.models, a.printer(), a.line("")
			return rate.Posts(cmd.Context(), req)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&req.Raters, "as", nil, "`names` of the raters, each with a page of their own")
	f.StringArrayVar(&req.Criteria, "criterion", nil, "`name` of what to rate, or \"name: question\" (repeatable)")
	f.IntVar(&req.Target, "target", 100, "`pairs` that each rater plans to rate")
	f.IntVar(&req.Overlap, "overlap", 30, "`percent` of the pairs that all raters are asked for")
	f.IntVar(&req.Port, "port", 0, "`port` of the page (default: any that is free)")
	f.BoolVar(&req.LAN, "lan", false, "serve the pages to other machines of the network")
	f.BoolVar(&req.Open, "open", false, "open the page in the browser")
	return cmd
}
