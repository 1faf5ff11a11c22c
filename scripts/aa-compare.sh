#!/bin/bash
# How often each way of comparing runs claims a difference where there is none: makes runs of one and the same machine
# at different times, then deals them to two groups at random, over and over. docs/COMPARING.md reads the tables.
#
#     scripts/aa-compare.sh DIR RUNS MINUTES [OPTIONS OF run]
#
#     scripts/aa-compare.sh /tmp/aa 12 20        twelve runs, one begun every twenty minutes
#     scripts/aa-compare.sh /tmp/aa 0 0          no further runs, the tables alone
#     scripts/aa-compare.sh simulate 200         200 simulated reports a line, of which the truth is known, and
#                                                what --precision and "about N forks needed" are worth; minutes
#     scripts/aa-compare.sh simulate 2000 7 "one session, nothing"
#                                                another seed; only settings with this in their name, and no --precision
#
# Without options a run has ten forks of a lifecycle, of two single calls and of a drain, about two minutes. The raw data
# stay in DIR.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

# Compiles the experiments if need be, and runs them with the arguments given.
experiment() {
    local classes=$repository/benchmarks/target/test-classes
    [ -f "$classes/org/reuseaddr/compare/AaExperiment.class" ] \
        || (cd "$repository" && quiet_maven test-compile) || die "the build of the experiment failed; its messages are above"
    exec nice -n 19 "$java" -cp "$classes:$jar" org.reuseaddr.compare.AaExperiment "$@"
}

if [ "${1:-}" = simulate ] && [[ ${2:-} =~ ^[1-9][0-9]{0,5}$ ]] && [[ ${3:-1} =~ ^[0-9]{1,18}$ ]] && [ $# -le 4 ]; then
    need_jar
    java=$(find_java)
    experiment "$@"
fi
[ $# -ge 3 ] || die "needs a directory, the number of runs and the minutes from one to the next"
results=$1 runs=$2 minutes=$3
shift 3
[ $# -gt 0 ] || set -- -f 10 -p family=INET -p port=ephemeral 'ListenerLifecycle|SyscallCost.(bind|socket)$|AcceptDrain'

need_jar
java=$(find_java)
mkdir -p "$results"
for ((run = 1; run <= runs; run++)); do
    began=$SECONDS
    "$java" -jar "$jar" run --label aa --out "$results/aa-$(date -u +%Y%m%dT%H%M%SZ)" "$@" >&2
    left=$((60 * minutes - SECONDS + began))
    if ((run < runs && left > 0)); then
        sleep "$left"
    fi
done

experiment "$results"/aa-*
