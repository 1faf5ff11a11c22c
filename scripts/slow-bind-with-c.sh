#!/bin/bash
# How the figures of a quick run on a slow platform agree with a C loop that makes the same calls on it: bind and listen of
# AF_INET, once where strace delays each of them by 10 ms, once under a port tracker that waits 10 ms after each answer.
#
#     scripts/slow-bind-with-c.sh [DIRECTORY [strace|tracker]...]     default benchmarks/target/slow-bind, both; the runs are kept there
#
# Prints what each run names as slow and, for each call, both medians and their ratio. Exit code 1 if a ratio is more than
# 10 % from 1, or if a run does not name both calls. Needs gcc, strace and benchmarks/target/benchmarks.jar; some 10 minutes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

work=${1:-$repository/benchmarks/target/slow-bind}
shift || true
[ $# -gt 0 ] || set -- strace tracker
need_jar
java=$(find_java)
need gcc gcc libc6-dev
need strace strace
need python3 python3
sources=$repository/benchmarks/src/test/c
rm -rf "$work"
mkdir -p "$work"
gcc -O2 -Wall -Wextra -Werror -pthread -o "$work/syscalls" "$sources/syscalls.c"
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o "$work/port-tracker" \
    "$sources/tracker.c" "$sources/tracker_ports.c" "$sources/tracker_host.c"

iteration=100 pause=15 # milliseconds; an iteration has controls of 7.5 ms before and after it

# under PLATFORM COMMAND...: runs the command on the slow platform.
under() {
    local platform=$1
    shift
    case $platform in
        strace) strace -f -qq --seccomp-bpf -o /dev/null -e trace=bind,listen -e inject=bind,listen:delay_enter=10000 "$@" ;;
        tracker) "$work/port-tracker" --before-fix -- "$@" ;;
    esac
}

# median_in_c PLATFORM CALL BATCH: of five slices, in microseconds, each as long as an iteration of quick and after a pause, in which
# that measures its controls. Where the call after a pause is cheap, what a call costs depends on both.
median_in_c() {
    under "$1" "$work/syscalls" INET "$2" 5 "$iteration" "$3" "$pause" | awk '/^Iteration/ { print $3 / ($4 == "ns/op" ? 1000 : 1) }' | sort -g | sed -n 3p
}

# median_of_run RUN CALL: of the forks' means with port 0, as in C, in microseconds.
median_of_run() {
    python3 - "$@" <<'PYTHON'
import collections, csv, statistics, sys
run, call = sys.argv[1:]
micros = {'ns/op': 1e-3, 'us/op': 1, 'ms/op': 1e3, 's/op': 1e6}
forks = collections.defaultdict(list)
with open(run + '/samples.csv', encoding='utf-8', newline='') as file:
    for row in csv.DictReader(file):
        if (row['benchmark'] == 'SyscallCost.' + call and row['param_family'] == 'INET' and row['metric'] == 'score'
                and row['param_port'] == 'ephemeral'
                and row['iteration'] != '0'):
            forks[row['fork']].append(float(row['value']) * micros[row['unit']])
print(statistics.median(statistics.mean(values) for values in forks.values()))
PYTHON
}

outside=0
for platform in "$@"; do
    run=$work/$platform
    status=0
    under "$platform" "$java" -jar "$jar" run --profile quick --out "$run" --label "$platform" </dev/null >"$run.log" 2>&1 || status=$?
    # The tracker before its fix breaks promises too (a signal during bind), which quick tells and measures all the same.
    [ "$status" = 0 ] || [ "$platform $status" = "tracker 3" ] || { tail -30 "$run.log" >&2; die "the run under $platform ended with exit code $status"; }
    batch=$(sed -n 's/^run\.batch,//p' "$run/environment.csv" | tail -1)
    for call in bind listen; do
        grep -q "^[^A-Za-z]*$call is slow on this platform" "$run/report.md" || { echo "$platform: the run does not name $call"; outside=1; }
    done
    for call in bind listen; do
        c=$(median_in_c "$platform" "$call" "$batch")
        java_median=$(median_of_run "$run" "$call")
        awk -v platform="$platform" -v call="$call" -v c="$c" -v java="$java_median" 'BEGIN {
            ratio = java / c
            mark = ratio < 0.9 || ratio > 1.1 ? " outside" : ""
            printf "%-8s %-7s C %9.1f us  run %9.1f us  ratio %.2f%s\n", platform, call, c, java, ratio, mark
            exit mark != ""
        }' || outside=1
    done
done
exit $outside
