package main

import (
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/judge"
	"github.com/nightpress/nightpress/internal/run"
	"github.com/spf13/cobra"
)

func judgeCmd(a *app) *cobra.Command {
	var req judge.Request
	var until string
	cmd := &cobra.Command{
		Use:   "judge",
		Short: "Have a local model compare pairs of posts",
		Long: `judge asks a local model which of two posts on a topic is better, each pair in both
orders. A pair whose answer changes with the order is a tie. The same command
continues with the pairs that are left. The prompt "judge" is the rubric; a file
prompts/judge.md beside models.toml replaces it.

A model judges no posts of its own unless --own-posts is given. A judge is not a
person: the report does not count its answers. judge prints how often its answer
changed with the order, how often it preferred the longer post, and how far it agrees
with people who rated the same pairs.`,
		Example: `  nightpress judge -m qwen3:14b --plan
  nightpress judge -m qwen3:14b
  nightpress judge -m qwen3:14b --pairs 200 --until 07:00
  nightpress judge -m qwen3:14b --criterion "clarity: Which post is clearer?"`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			if req.Until, err = run.ParseUntil(until, a.now().Local()); err != nil {
				return exit.Usage(err)
			}
			req.Settings, req.Models, req.Printer = s, a.flags.models, a.printer()
			req.Now, req.Clock, req.Stop = a.now, a.clock, a.interrupts.finish()
			return judge.Posts(cmd.Context(), req)
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.Criterion, "criterion", "", "`name` of what to judge, or \"name: question\"")
	f.IntVar(&req.Pairs, "pairs", 0, "the most `pairs` to judge (default: all that are left)")
	f.BoolVar(&req.Plan, "plan", false, "print how many pairs, tokens, and hours are left; judge nothing")
	f.BoolVar(&req.OwnPosts, "own-posts", false, "let the model judge posts that it wrote")
	f.StringVar(&until, "until", "", "begin no pair that would end after this `time` (07:00) or duration (8h)")
	return cmd
}
