#!/bin/bash
# Builds the jar twice from the commit that is checked out, in two directories of different names and depths, and
# compares the two. Prints the hash; the exit code is 1 if the jars differ, with what differs.
#
#     scripts/check-reproducible.sh [JAR]     with a jar that was built here, in place of the first build if all is committed
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

need_build_tools
need git git
need unzip unzip

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# build DIRECTORY UMASK LOCALE TIMEZONE: what a builder's machine may have of its own must not show.
build() {
    git -c advice.detachedHead=false clone -q "$repository" "$1"
    (
        cd "$1"
        umask "$2"
        LC_ALL=$3 TZ=$4 mvn -q -B -DskipTests package >"$work/log" 2>&1
    ) || { cat "$work/log" >&2; die "the build failed; its messages are above"; }
}

if [ $# = 1 ] && [ -z "$(git -C "$repository" status --porcelain)" ]; then
    first=$1
else
    build "$work/one" 022 C.UTF-8 UTC
    first=$work/one/benchmarks/target/benchmarks.jar
fi
build "$work/in a/deeper directory/two" 077 C Asia/Kolkata

second="$work/in a/deeper directory/two/benchmarks/target/benchmarks.jar"
if cmp -s "$first" "$second"; then
    sha256sum <"$first" | cut -d' ' -f1
else
    diff <(unzip -lv "$first") <(unzip -lv "$second") >&2 || true
    die "two builds of one commit gave two jars"
fi
