# make build    bin/nightpress
# make run      a rehearsal: examples/topics.csv to posts/, without a model to download
# make unit     the tests that need no server and no root
# make test     every test, also on a real server; installs what it needs
# make chaos    hundreds of kills, cuts, hangs, and full disks; takes an hour
# make lint     format, vet, staticcheck, the six platforms, tidy modules
# make bench    the cost of a run, as ratios to the server's own speed
# make sites    bin/hugo and bin/eleventy, site generators for the tests
# make corpus   reads all Markdown on this machine; none may be called a loop
# make picture  draws docs/report.png again, from a real run
# make ollama   bin/ollama, the real server at the client's version
# make clean    removes bin/, never posts/

# The version that --version prints; "dev" where there is no git history.
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

# The platforms that the program must build for, whatever the machine.
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

# The end-to-end tests use the server that is built here, never one on PATH, so
# that everybody tests against the same version.
E2E := NIGHTPRESS_TEST_OLLAMA=$(CURDIR)/bin/ollama \
	NIGHTPRESS_TEST_AXE=$(CURDIR)/bin/axe.min.js \
	NIGHTPRESS_TEST_HUGO=$(CURDIR)/bin/hugo \
	NIGHTPRESS_TEST_ELEVENTY=$(CURDIR)/bin/eleventy/node_modules/@11ty/eleventy/cmd.cjs

.PHONY: build run fleet-demo unit test test-tools chaos lint platforms bench ollama sites clean corpus browser picture

build:
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/nightpress ./cmd/nightpress

run: build
	@scripts/rehearse.sh

# Three workers on this machine, with watch open; one is killed.
fleet-demo: build
	@scripts/fleet-demo.sh

# SQLite, translated from C, is compiled without the race detector, with which it
# is several times slower. It shares no generic code with other packages: where two
# copies of one function exist, the linker takes any of them.
RACE := -race -gcflags=modernc.org/sqlite/lib=-race=false

# These packages start no goroutine. Their tests take minutes with -race and find
# nothing by it.
SERIAL := ./internal/rehearsal ./internal/reply ./internal/stats

unit:
	go test $(RACE) -timeout 60m $$(go list ./... | grep -vxF "$$(go list $(SERIAL))")
	go test $(SERIAL)

# -race needs cgo, and so gcc. The end-to-end tests start the program as it is
# built for people, without it. -count=1 because the server and the signals are
# real: a cached result proves nothing.
test: test-tools ollama sites browser unit
	@echo "end-to-end tests on bin/ollama, $$(go -C tools list -m github.com/ollama/ollama)"
	$(E2E) go -C e2e test -count=1 -timeout 40m ./...
	$(E2E) go -C chaos test -count=1 -timeout 20m ./...

test-tools:
	@scripts/test-tools.sh

# CHAOS="-seed 7" repeats the blows of a run that failed; it prints its seed.
chaos: ollama
	$(E2E) go -C chaos test -v -count=1 -timeout 3h ./... -args -long $(CHAOS)

lint: platforms bin/staticcheck
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w" $$unformatted >&2; exit 1; }
	for os in linux darwin windows; do CGO_ENABLED=0 GOOS=$$os go vet ./... || exit 1; done
	go -C e2e vet ./...
	go -C chaos vet ./...
	bin/staticcheck ./...
	cd e2e && ../bin/staticcheck ./...
	cd chaos && ../bin/staticcheck ./...
	for dir in . e2e chaos tools tools/headers tools/hugo tools/lint; do go -C $$dir mod tidy -diff || exit 1; done
	@client=$$(go list -m github.com/ollama/ollama); server=$$(go -C tools list -m github.com/ollama/ollama); \
	test "$$client" = "$$server" || { echo "go.mod has $$client, tools/go.mod has $$server" >&2; exit 1; }

# Each file is thrown away: that it links is what counts.
platforms:
	for p in $(PLATFORMS); do \
		CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} go build -o /dev/null ./cmd/nightpress || exit 1; \
	done

bench: ollama
	go test -run '^$$' -bench . -benchmem ./...
	go test -count=1 -v -run Coverage ./internal/stats -args -long
	$(E2E) go -C e2e test -run '^$$' -bench . -benchmem -timeout 20m ./...

# Folders that are not there are left out.
CORPUS := $(shell go env GOROOT) $(shell go env GOMODCACHE) /usr/share /usr/lib/node_modules /usr/lib/ruby /usr/lib/jvm $(HOME)/.rustup

corpus:
	NIGHTPRESS_CORPUS=$$(echo $(wildcard $(CORPUS)) | tr ' ' ':') go test -count=1 -v -run RealMarkdown ./internal/reply

# What the browser tests need beside a real server.
browser: test-tools bin/axe.min.js

# The picture of the report in the README, from a real run.
picture: ollama browser
	$(E2E) go -C e2e test -count=1 -run TestTheReportOfARealRunInABrowser . -args -update

bin/axe.min.js: tools/axe/package.json tools/axe/package-lock.json
	npm ci --prefix tools/axe --ignore-scripts --no-audit --no-fund
	@mkdir -p bin
	cp tools/axe/node_modules/axe-core/axe.min.js $@

ollama: bin/ollama

bin/ollama: tools/build-ollama.sh tools/go.mod tools/go.sum tools/headers/go.mod
	tools/build-ollama.sh $@

# The site generators that posts are tried with; Eleventy needs node and npm.
sites: bin/hugo bin/eleventy

# Two to four minutes the first time, without cgo; then Go's build cache has it.
bin/hugo: tools/hugo/go.mod tools/hugo/go.sum
	CGO_ENABLED=0 go -C tools/hugo build -trimpath -ldflags "-s -w" -o $(CURDIR)/$@ github.com/gohugoio/hugo
	@touch $@

bin/eleventy: tools/sites/package.json tools/sites/package-lock.json
	mkdir -p $@
	cp tools/sites/package.json tools/sites/package-lock.json $@/
	npm ci --prefix $@ --ignore-scripts --no-audit --no-fund
	@touch $@

bin/staticcheck: tools/lint/go.mod tools/lint/go.sum
	go -C tools/lint build -o $(CURDIR)/$@ honnef.co/go/tools/cmd/staticcheck
	@touch $@

clean:
	rm -rf bin
