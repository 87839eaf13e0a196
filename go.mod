module github.com/nightpress/nightpress

go 1.26.0

require (
	charm.land/bubbletea/v2 v2.1.1 // internal/watch: the screen and its keys
	github.com/BurntSushi/toml v1.6.0 // models.toml and the front matter of prompts
	github.com/abadojack/whatlanggo v1.0.1 // internal/language: which language a text is in
	github.com/agnivade/levenshtein v1.2.2 // internal/near: how far a name is from another
	github.com/charmbracelet/x/ansi v0.11.9 // internal/term: control sequences in hostile text
	github.com/charmbracelet/x/vt v0.1.0 // tests of internal/watch: what a terminal shows
	github.com/creack/pty v1.1.24 // tests at a real terminal
	github.com/dustin/go-humanize v1.1.0 // internal/term: numbers with commas
	github.com/gosimple/slug v1.15.0 // output: how languages spell their letters in slugs
	github.com/hiddeco/sshsig v0.2.0 // internal/sign: signatures of ssh-keygen -Y
	github.com/in-toto/attestation v1.2.0 // tests of internal/attest: what other readers take for a statement
	github.com/microcosm-cc/bluemonday v1.0.27 // internal/page: lets through what a page may hold of a model's text
	github.com/nats-io/nats-server/v2 v2.15.3 // internal/fleet: the queue of a fleet, inside the program
	github.com/nats-io/nats.go v1.55.0 // internal/fleet: its client
	github.com/ollama/ollama v0.17.4 // internal/ollama: the server's own client
	github.com/opencontainers/go-digest v1.0.0 // internal/stick: the digests of image-spec's types
	github.com/opencontainers/image-spec v1.1.1 // internal/stick: the types of an OCI image layout
	github.com/pelletier/go-toml/v2 v2.4.3 // internal/config: the lines of keys, from its parser
	github.com/prometheus/client_golang v1.25.0 // internal/metrics: metrics for Prometheus, in a registry of our own
	github.com/prometheus/common v0.72.0 // internal/metrics: the formats that Prometheus reads
	github.com/rivo/uniseg v0.4.7 // internal/term: how wide a text is on a terminal
	github.com/rogpeppe/go-internal v1.16.0 // testscript: the stories of cmd/nightpress/testdata/stories
	github.com/schollz/progressbar/v3 v3.19.1 // internal/term: the bar
	github.com/spf13/cobra v1.10.2 // cmd: commands, help, completions
	github.com/spf13/pflag v1.0.9 // cmd: looks at the flags that were given
	github.com/xuri/excelize/v2 v2.11.1 // internal/topics: .xlsx workbooks
	github.com/yuin/goldmark v1.8.7 // internal/page: Markdown to HTML
	go.yaml.in/yaml/v3 v3.0.6 // output: front matter; internal/snippet: code in posts
	golang.org/x/crypto v0.58.0 // internal/sign: the files of SSH keys
	golang.org/x/sync v0.24.0 // batch: a group of workers that ends with its first error
	golang.org/x/sys v0.50.0 // output: file locks and free space, on Unix and Windows alike
	golang.org/x/term v0.47.0 // internal/term: whether there is a terminal, and how wide
	golang.org/x/text v0.43.0 // UTF-16 input, Unicode forms in slugs and values
	gonum.org/v1/gonum v0.17.0 // internal/stats: the tails of the binomial and of Student's t
	google.golang.org/protobuf v1.36.12 // tests of internal/attest: in-toto's types from JSON
	modernc.org/sqlite v1.61.1 // internal/ledger: SQLite without cgo
	oras.land/oras-go/v2 v2.7.0 // tests of internal/stick: that other programs read a package
	pgregory.net/rapid v1.3.0 // tests of properties
)

require github.com/prometheus/client_model v0.6.3 // tests of internal/metrics: what a scrape holds

require (
	github.com/antithesishq/antithesis-sdk-go v0.9.0-default-no-op // indirect
	github.com/aymerick/douceur v0.2.0 // indirect
	github.com/bahlo/generic-list-go v0.2.0 // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/buger/jsonparser v1.1.1 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/charmbracelet/colorprofile v0.4.3 // indirect
	github.com/charmbracelet/ultraviolet v0.0.0-20261008173134-6b8d4baf91b4 // indirect
	github.com/charmbracelet/x/exp/ordered v0.1.0 // indirect
	github.com/charmbracelet/x/term v0.2.2 // indirect
	github.com/charmbracelet/x/termios v0.1.1 // indirect
	github.com/charmbracelet/x/windows v0.2.2 // indirect
	github.com/clipperhouse/displaywidth v0.11.0 // indirect
	github.com/clipperhouse/uax29/v2 v2.7.0 // indirect
	github.com/google/go-tpm v0.9.8 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/gorilla/css v1.0.1 // indirect
	github.com/gosimple/unidecode v1.0.1 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/klauspost/compress v1.20.4 // indirect
	github.com/lucasb-eyer/go-colorful v1.4.1 // indirect
	github.com/mailru/easyjson v0.7.7 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/mattn/go-runewidth v0.0.30 // indirect
	github.com/minio/highwayhash v1.0.4 // indirect
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/muesli/cancelreader v0.2.2 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/nats-io/jwt/v2 v2.8.3 // indirect
	github.com/nats-io/nkeys v0.4.17 // indirect
	github.com/nats-io/nuid v1.0.1 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/richardlehane/mscfb v1.0.9 // indirect
	github.com/richardlehane/msoleps v1.0.6 // indirect
	github.com/tiendc/go-deepcopy v1.7.2 // indirect
	github.com/wk8/go-ordered-map/v2 v2.1.8 // indirect
	github.com/xo/terminfo v1.0.0 // indirect
	github.com/xuri/efp v0.0.3-0.20260924042702-217b81952dec // indirect
	github.com/xuri/nfp v0.0.2-0.20250530014748-2ddeb826f9a9 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/time v0.16.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
	modernc.org/libc v1.79.0 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
)
