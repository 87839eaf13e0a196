#!/bin/sh
# Brings what the tests need beside Go and is not on this machine: "make test".
# On Debian, as root or with a sudo that asks nothing, it installs; elsewhere it
# says what to type.
set -eu

missing=
# need COMMAND PACKAGE... notes the packages unless the command is there.
need() {
	command -v "$1" >/dev/null || { shift && missing="$missing $*"; }
}

need gcc gcc
need g++ g++
need strace strace              # shows which addresses a run connects to
need npm nodejs npm             # Eleventy, and axe for the report
if [ -n "${NIGHTPRESS_TEST_CHROMIUM:-}" ]; then
	need "$NIGHTPRESS_TEST_CHROMIUM" chromium
else
	# The pages are looked at in a browser, which needs some font to write with.
	command -v google-chrome >/dev/null || command -v chromium-browser >/dev/null ||
		need chromium chromium fonts-dejavu-core
fi
[ -n "$missing" ] || exit 0

as_root=
[ "$(id -u)" -eq 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null && $as_root true 2>/dev/null; then
	echo "installing for the tests:$missing" >&2
	$as_root apt-get update -q >&2
	# shellcheck disable=SC2086 # each package is a word of its own
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >&2
	exit 0
fi
echo "make: the tests need more than there is on this machine" >&2
echo "hint: sudo apt-get install$missing" >&2
exit 1
