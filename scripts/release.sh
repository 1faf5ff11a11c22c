#!/bin/bash
# Makes the files of a release from the commit that is checked out, into the directory named (default: release):
#
#     scripts/release.sh [DIRECTORY]
#
# benchmarks-VERSION.jar, the archive of the sources, a bill of materials (CycloneDX, of what the jar contains), the lists of
# known differences, the POMs as a repository of Maven wants them, and SHA256SUMS. Two calls on one commit give the same bytes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

need_build_tools
need git git
need gzip gzip

target=${1:-release}
mkdir -p "$target"
target=$(cd "$target" && pwd)
[ -z "$(ls -A "$target")" ] || die "$target is not empty"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A clone has what is committed and nothing else.
git -c advice.detachedHead=false clone -q "$repository" "$work/source"
cd "$work/source"
log() { cat "$work/log" >&2; die "$1; the messages are above"; }
version=$(sed -n 's,^  <version>\(.*\)</version>$,\1,p' pom.xml | head -n 1)
umask 022
mvn -q -B -DskipTests package >"$work/log" 2>&1 || log "the build failed"
mvn -q -B org.cyclonedx:cyclonedx-maven-plugin:2.9.1:makeBom -pl benchmarks -DincludeTestScope=false \
    -DoutputReactorProjects=false -DoutputFormat=json -DoutputName=bom -Dcyclonedx.skipAttach=true >"$work/log" 2>&1 \
    || log "the bill of materials failed"
name=reuseaddr-benchmarks-$version
cp benchmarks/target/benchmarks.jar "$target/benchmarks-$version.jar"
cp benchmarks/target/bom.json "$target/$name.cdx.json"
git archive --format=tar --prefix="$name/" HEAD | gzip -n -9 >"$target/$name-source.tar.gz"
cp known/*.csv "$target/"
cp pom.xml "$target/$name.pom"
cp benchmarks/pom.xml "$target/benchmarks-$version.pom"
cd "$target"
LC_ALL=C sha256sum -- * >"$work/sums"
mv "$work/sums" SHA256SUMS
cat SHA256SUMS
