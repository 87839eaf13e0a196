#!/bin/sh
# Builds the real Ollama server at the version in tools/go.mod.
#
#   tools/build-ollama.sh bin/ollama
#
# It needs Go, gcc and g++; neither root nor installed header packages. The
# first build takes two to five minutes on two cores, the next ones seconds:
# they come from Go's build cache.
#
# The server is built for this processor's family in general, without its
# vector extensions and without a GPU. That is right for tests and rehearsals;
# for work with real models install Ollama from ollama.com.
set -eu

out=${1:?usage: tools/build-ollama.sh FILE}
mkdir -p "$(dirname "$out")"
out=$(cd "$(dirname "$out")" && pwd)/$(basename "$out")
cd "$(dirname "$0")"

die() {
	echo "build-ollama: $1" >&2
	echo "hint: $2" >&2
	exit 1
}

# require_compiler dies unless the compiler named by the Go variable $1 is there.
require_compiler() {
	compiler=$(go env "$1")
	command -v "${compiler%% *}" >/dev/null ||
		die "the server needs a C and a C++ compiler, and there is no ${compiler%% *}" \
			"sudo apt-get install gcc g++ make git"
}

# archive prints the folder of the unpacked module $1. The download is checked
# against tools/headers/go.sum.
archive() {
	go -C headers mod download "$1"
	go -C headers list -m -f '{{.Dir}}' "$1"
}

# install_headers makes the folder $1 with the header-only libraries that the
# server includes and its module archive lacks: archives leave out folders named
# vendor.
install_headers() {
	ollama=$(archive github.com/ollama/ollama)
	malgo=$(archive github.com/gen2brain/malgo)
	part=$1.$$
	mkdir -p "$part/nlohmann" "$part/stb" "$part/miniaudio"
	cp "$ollama/llama/llama.cpp/common/json.hpp" "$part/nlohmann/"
	echo '#include "json.hpp"' >"$part/nlohmann/json_fwd.hpp"
	cp "$ollama/llama/llama.cpp/common/stb_image.h" "$part/stb/"
	cp "$malgo/miniaudio.h" "$part/miniaudio/"
	# Module archives are read-only, and a cache that cannot be deleted is a
	# nuisance.
	chmod -R u+w "$part"
	# Whole or not at all. Where another build was faster, its folder is as good.
	mv "$part" "$1" 2>/dev/null || rm -rf "$part"
}

command -v go >/dev/null || die "there is no go" "see https://go.dev/doc/install"
require_compiler CC
require_compiler CXX

# The folder's name is part of the compiler's flags, and so of the key in Go's
# build cache. Hence a folder that all clones share, and versions in its name.
versions=$(go -C headers list -m -f '{{.Path}}@{{.Version}}' \
	github.com/ollama/ollama github.com/gen2brain/malgo |
	sed 's,.*/,,' | tr '\n' '_' | sed 's/_$//')
include=${XDG_CACHE_HOME:-$HOME/.cache}/nightpress/include/$versions
[ -d "$include" ] || install_headers "$include"

version=$(go list -m -f '{{.Version}}' github.com/ollama/ollama)
echo "building the Ollama server $version; the first time takes two to five minutes" >&2

# -w: the warnings are upstream's and fill screens. CGO_CFLAGS and CGO_CXXFLAGS
# of the caller are not used: they would only make another cache key.
CGO_ENABLED=1 CGO_CFLAGS="-O2 -g -w" CGO_CXXFLAGS="-O3 -w -I$include" \
	go build -trimpath \
	-ldflags "-X github.com/ollama/ollama/version.Version=${version#v}" \
	-o "$out" github.com/ollama/ollama
# Go leaves the date of a file that was up to date; make compares dates.
touch "$out"
