#!/bin/bash
# Deploys the commit that is checked out to a directory instead of Maven Central, and holds what arrives there against what
# Central requires (central-requirements.py):
#
#     scripts/deploy-dry-run.sh [VERSION]
#
# VERSION (default 0.0.1) stands in for the POM's -SNAPSHOT, which Central refuses. Prints a line for each requirement; the exit
# code is 0 if nothing is missing but what only the owner of the project can give: addresses, names and a signature.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

need_build_tools
need git git
need python3 python3

version=${1:-0.0.1}
[[ $version =~ ^[0-9]+(\.[0-9]+)*$ ]] || die "expected a version such as 1.0.0, found $version"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

git -c advice.detachedHead=false clone -q "$repository" "$work/source"
cd "$work/source"
snapshot=$(sed -n 's,^  <version>\(.*\)</version>$,\1,p' pom.xml | head -n 1)
sed -i "s,<version>$snapshot</version>,<version>$version</version>," pom.xml benchmarks/pom.xml
mvn -q -B -Prelease -Dmaven.test.skip=true deploy -DaltDeploymentRepository="dry-run::file://$work/repository" >"$work/log" 2>&1 \
    || { cat "$work/log" >&2; die "the deployment failed; the messages are above"; }
python3 "$repository/scripts/central-requirements.py" "$work/repository"
