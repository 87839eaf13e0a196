package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// refuseFlags refuses what no flag can mean, for every command: an empty text
// where a name is needed, and a negative number or time. What one
// flag alone allows is checked where it is used.
func refuseFlags(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		wrong := wrongFlag(f)
		if wrong != "" && err == nil {
			err = exit.Usage(fmt.Errorf("--%s is %s", f.Name, wrong), cmd.CommandPath()+" --help")
		}
	})
	return err
}

// fromOne are the flags whose number is at least 1 where it is given.
var fromOne = map[string]bool{"limit": true, "workers": true, "attempts": true}

// wrongFlag says what is wrong with a flag and what is allowed, or "".
func wrongFlag(f *pflag.Flag) string {
	text := f.Value.String()
	name, _ := pflag.UnquoteUsage(f)
	switch f.Value.Type() {
	case "string":
		if strings.TrimSpace(text) == "" {
			return "empty; it needs a " + name
		}
	case "stringSlice":
		if list, ok := f.Value.(pflag.SliceValue); ok && strings.TrimSpace(strings.Join(list.GetSlice(), "")) == "" {
			return "empty; it needs " + name
		}
	case "int":
		least := 0
		if fromOne[f.Name] {
			least = 1
		}
		var n int
		if _, err := fmt.Sscan(text, &n); err == nil && n < least {
			return fmt.Sprintf("%d; it is a whole number from %d", n, least)
		}
	case "duration":
		if d, err := time.ParseDuration(text); err == nil && d <= 0 {
			return text + "; it is a time, such as 90s, 30m, or 2h"
		}
	}
	return ""
}
