package main

import (
	"errors"
	"fmt"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/run"
	"github.com/spf13/cobra"
)

// sampleFlags choose a part of the topics.
type sampleFlags struct {
	n    int
	seed int64
}

func (f *sampleFlags) bind(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.n, "topics-sample", 0, "use only `N` topics, drawn at random; a larger N keeps the topics of a smaller one")
	cmd.Flags().Int64Var(&f.seed, "sample-seed", 1, "`seed` of --topics-sample: another number draws other topics")
}

// check finds flags that make no sense.
func (f *sampleFlags) check(cmd *cobra.Command) error {
	switch {
	case cmd.Flags().Changed("topics-sample") && f.n < 1:
		return exit.Usage(fmt.Errorf("--topics-sample is %d; it must be at least 1", f.n))
	case cmd.Flags().Changed("sample-seed") && f.n == 0:
		return exit.Usage(errors.New("--sample-seed needs --topics-sample"), "the seed of the posts is set in models.toml: seed = 2 below [defaults]")
	}
	return nil
}

func (f *sampleFlags) sample() run.Sample { return run.Sample{N: f.n, Seed: f.seed} }
