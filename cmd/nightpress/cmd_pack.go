package main

import (
	"errors"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/pack"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/spf13/cobra"
)

func packCmd(a *app) *cobra.Command {
	req := pack.Request{Version: version}
	var topics []string
	var posts bool
	cmd := &cobra.Command{
		Use:   "pack",
		Short: "Put models and work on a stick, for a machine without a network",
		Long: `pack copies models from the folder of the Ollama server on this machine to a folder,
such as a USB stick, with models.toml, the prompts beside it, and the --topics
files. --posts adds the posts and a copy of the ledger, and --program the archives
of a release of nightpress. Every file is named by its checksum; --key signs the
list of them with an SSH key. pack says first how much it will write, and how much
space is free. After an interruption, the same command continues. The other side
takes the package with "nightpress unpack" (docs/air-gap.md).`,
		Example: `  nightpress pack -m 'llama*,qwen3:8b' --to stick
  nightpress pack -m llama3.2 --topics topics.csv --to stick --key ~/.ssh/id_ed25519
  nightpress pack --posts --to stick
  nightpress pack -m llama3.2 --to stick --since stick-inventory.json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if req.To == "" {
				return exit.Usage(errors.New("pack needs --to, the folder of the package"), "nightpress pack -m llama3.2 --to FOLDER")
			}
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			if req.Models = s.Wanted; req.Models == nil {
				for _, m := range s.Models {
					req.Models = append(req.Models, m.Name)
				}
			}
			// Work can be carried alone.
			if !cmd.Flags().Changed("models") && (posts || req.Program != "") {
				req.Models = nil
			}
			if posts {
				req.Posts = s.Defaults.Out
			}
			if req.Files, err = pack.Work(s.Path, topics); err != nil {
				return err
			}
			req.Now, req.Getenv = a.now(), a.getenv
			return pack.Pack(cmd.Context(), req, a.printer())
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.To, "to", "", "`folder` of the package")
	f.StringVar(&req.ModelsDir, "models-dir", "", "the server's `folder` of models (default: OLLAMA_MODELS, or the usual one)")
	f.StringArrayVar(&topics, "topics", nil, "a topics `file` that travels; repeatable")
	f.BoolVar(&posts, "posts", false, "add the posts and a copy of the ledger")
	f.StringVar(&req.Program, "program", "", "add the archives of a release in this `folder`")
	f.StringVar(&req.Since, "since", "", "leave out what the other side has: a `file` of \"nightpress unpack --inventory\"")
	f.StringVar(&req.Key, "key", "", "`file` of the private SSH key that signs")
	return cmd
}

func unpackCmd(a *app) *cobra.Command {
	var req pack.Unpacking
	cmd := &cobra.Command{
		Use:   "unpack FOLDER",
		Short: "Take models and work from a stick into the running server",
		Long: `unpack compares the signature and every checksum of a package of "nightpress pack".
Then it brings the models into the running Ollama server through its API, under
their names and with their identities, so that a run that began elsewhere goes on
without making a post again. It needs no root and no access to the server's files.
If another model has a name, unpack sends nothing; --as gives another name. --to
takes models.toml, the prompts, and the topics, and --posts the posts and their
ledger. A file that is there with another content is never overwritten unless you
say --overwrite. Nothing in the package is executed.`,
		Example: `  nightpress unpack stick --list
  nightpress unpack stick --verify --key ~/.ssh/id_ed25519.pub
  nightpress unpack stick --to work --posts work/posts
  nightpress unpack stick -m llama3.2 --as llama3.2-carried
  nightpress unpack stick --inventory stick-inventory.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			var server *preflight.Server
			defer func() {
				if server != nil {
					err = errors.Join(err, server.Stop())
				}
			}()
			req.From, req.Models, req.Now, req.Command = args[0], a.flags.models, a.now(), a.command()
			req.Server = func() (*ollama.Client, error) {
				if server, err = preflight.Connect(cmd.Context(), s, false, a.say); err != nil {
					return nil, err
				}
				return server.Client, nil
			}
			return pack.Unpack(cmd.Context(), req, a.printer())
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&req.As, "as", nil, "another `name` for a model: NEW, or OLD=NEW; repeatable")
	f.BoolVar(&req.List, "list", false, "list what is in the package; change nothing")
	f.BoolVar(&req.Verify, "verify", false, "compare the signature and all checksums; change nothing")
	f.StringVar(&req.Inventory, "inventory", "", "write to `file` what the server has, for \"nightpress pack --since\"")
	f.StringVar(&req.To, "to", "", "`folder` for models.toml, the prompts, and the topics")
	f.StringVar(&req.Posts, "posts", "", "`folder` for the posts and their ledger")
	f.BoolVar(&req.Overwrite, "overwrite", false, "replace files that have another content")
	f.StringVar(&req.Keys, "key", "", "`file` of the public key, or of the allowed signers, that count")
	return cmd
}
