#!/bin/bash
# The main job: sets up what is missing, builds if needed, and runs the suite with the arguments given.
#
#     scripts/run.sh                      check and measure, about 15 minutes
#     scripts/run.sh --profile quick      the same in under three minutes
#     scripts/run.sh check                check the semantics only, seconds
#
# The exit code is the suite's; README.md lists them.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

need_jar
exec "$(find_java)" -jar "$jar" "$@"
