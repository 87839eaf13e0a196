#!/bin/sh
# A fleet on this machine: three workers, one of which is killed. "make fleet-demo".
#
# The server is chosen as scripts/rehearse.sh does. The posts go to a folder of
# their own, which is named at the end.
set -eu
cd "$(dirname "$0")/.."
export OLLAMA_NO_CLOUD=1
export PATH="$PATH:$PWD/bin"
np=$PWD/bin/nightpress
if ! "$np" rehearse >/dev/null 2>&1; then
	echo "start an Ollama server first: ollama serve (make ollama builds one as bin/ollama)" >&2
	exit 1
fi
dir=$(mktemp -d)
pids=
trap 'for p in $pids; do kill "$p" 2>/dev/null || true; done' EXIT
trap 'exit 130' INT TERM
i=1
echo topic >"$dir/topics.csv"
while [ $i -le 60 ]; do
	echo "Harbour story $i" >>"$dir/topics.csv"
	i=$((i + 1))
done
at=127.0.0.1:${FLEET_PORT:-4222}
(cd "$dir" && exec "$np" run topics.csv -m rehearsal-steady --fleet --no-local-work --fleet-listen "$at") 2>"$dir/run.log" &
run=$!
pids=$run
until line=$(grep -o 'nats://[^ ]*' "$dir/run.log"); do
	kill -0 $run 2>/dev/null || { cat "$dir/run.log" >&2; exit 1; }
	sleep 1
done
for name in ada bob cleo; do
	"$np" work "$line" --name $name -j 1 2>"$dir/$name.log" &
	last=$!
	pids="$pids $last"
done
# Once there are 15 posts, the last worker is killed.
kill_one() {
	while kill -0 $run 2>/dev/null; do
		if [ "$(ls "$dir/posts/rehearsal-steady" 2>/dev/null | wc -l)" -ge 15 ]; then
			kill -9 $last
			return
		fi
		sleep 1
	done
}
kill_one &
if [ -t 0 ] && [ -t 1 ]; then
	echo "watch opens now. After 15 posts, worker cleo is killed; its post goes to another one after 30 seconds. q closes the view."
	sleep 3
	"$np" watch -o "$dir/posts" || true
else
	while kill -0 $run 2>/dev/null; do
		sleep 3
		"$np" fleet -o "$dir/posts" 2>/dev/null || true
	done
fi
status=0
wait $run || status=$?
tail -n 12 "$dir/run.log"
"$np" fleet -o "$dir/posts"
echo "The posts are in $dir/posts. Each topic has one: $(ls "$dir/posts/rehearsal-steady" | wc -l) posts of 60 topics. cleo was killed."
exit $status
