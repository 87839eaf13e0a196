package main

import (
	"path/filepath"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/starter"
	"github.com/nightpress/nightpress/internal/usage"
	"github.com/nightpress/nightpress/prompts"
	"github.com/spf13/cobra"
)

func promptsCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prompts",
		Short: "List, show, and export the prompts",
		Long: `A prompt is a template plus the contract for its replies. The file
prompts/NAME.md beside models.toml replaces the built-in prompt NAME.`,
		Example: `  nightpress prompts list
  nightpress prompts show blog-post
  nightpress prompts export blog-post`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(promptsListCmd(a), promptsShowCmd(a), promptsExportCmd(a))
	return cmd
}

func promptsListCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the prompts and where each comes from",
		Example: "  nightpress prompts list",
		Args:    usage.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := promptSet(a, cmd).Names()
			if err != nil {
				return exit.Usage(err)
			}
			return a.printer().Print(promptList(all))
		},
	}
}

// promptList is what "prompts list" prints.
type promptList []prompts.Info

// Objects are the prompts.
func (l promptList) Objects() (all []any) {
	for _, p := range l {
		all = append(all, p)
	}
	return all
}

// Text writes a line for each prompt.
func (l promptList) Text(p *printer.Page) {
	var rows [][]string
	for _, i := range l {
		rows = append(rows, []string{i.Name, i.Source, i.Description})
	}
	p.Table(false, rows)
}

func promptsShowCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show NAME", Short: "Print a prompt's file",
		Example: "  nightpress prompts show blog-post",
		Args:    usage.Args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := promptSet(a, cmd).Text(args[0])
			if err != nil {
				return exit.Usage(err)
			}
			_, err = printer.Output(a.stdout).Write(text)
			return err
		},
	}
}

func promptsExportCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "export NAME", Short: "Write a prompt's file to prompts/ to edit it",
		Long:    "export writes prompts/NAME.md beside models.toml. It never overwrites a file.",
		Example: "  nightpress prompts export blog-post\n  $EDITOR prompts/blog-post.md",
		Args:    usage.Args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := promptSet(a, cmd).Text(args[0])
			if err != nil {
				return exit.Usage(err)
			}
			dir := filepath.Join(filepath.Dir(configPath(a, cmd)), "prompts")
			path, err := starter.New(filepath.Join(dir, args[0]+".md"), text)
			if err != nil {
				return err
			}
			return a.printer().Print(starter.File(path))
		},
	}
}

// promptSet has the prompts beside models.toml before the built-in ones.
func promptSet(a *app, cmd *cobra.Command) *prompts.Set {
	return preflight.PromptSet(configPath(a, cmd))
}

// configPath is where models.toml is.
func configPath(a *app, cmd *cobra.Command) string {
	path, _ := settings.Path(given(cmd), a.getenv)
	return path
}
