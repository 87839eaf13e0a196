#!/bin/sh
# The whole pipeline on this machine with no model to download: "make run".
#
# The server is, in this order: the one that answers at OLLAMA_HOST (default
# 127.0.0.1:11434), the ollama on PATH, bin/ollama, which is built when it is
# needed. The latter two are started by nightpress (--serve), away from the
# terminal's Ctrl-C, and stopped by it.
set -eu
cd "$(dirname "$0")/.."

# Nothing here is for a server in the cloud. A server that runs already is not
# changed by this.
export OLLAMA_NO_CLOUD=1

# An ollama that was there before is preferred.
export PATH="$PATH:$PWD/bin"

# Succeeds when a server answers; then the models are in it, and the second call
# has nothing to start.
if ! bin/nightpress rehearse >/dev/null 2>&1; then
	command -v ollama >/dev/null || make ollama
	bin/nightpress rehearse --serve
fi

# On Ctrl-C nightpress, which gets it too, finishes the posts under way. Without
# a trap the shell would not wait for it.
trap : INT
status=0
bin/nightpress run examples/topics.csv --serve ||
	status=$?

case $status in
0) ;;
3) # Part of the rehearsal, and the summary has said which posts are missing.
	echo "rehearsal-sloppy breaks the contract on purpose; now and then one of its posts is rejected." ;;
130)
	echo "Stopped. The same command resumes the run: make run" >&2
	exit 130 ;;
*) exit "$status" ;;
esac

cat <<'TEXT'

The posts are in posts/rehearsal-steady and posts/rehearsal-sloppy. They are
made of prepared phrases: a way to try the machinery, not text to publish.

With an Ollama from ollama.com, a model and topics of your own:

  ollama pull llama3.2
  bin/nightpress run topics.csv -m llama3.2 -o my-posts
TEXT
