#!/usr/bin/env bash
# How fast explore is beside a C program that makes the same sequences and judges nothing: rounds of C, explore, C, explore in one
# run, since what else the machine does changes rates by tens of percent and ratios less. CPU time stands beside elapsed time:
# on a busy machine only that compares. A ratio is the median over rounds.
#
#     scripts/explore-with-c.sh [ROUNDS] [SECONDS]     default 3 rounds of 20 s; CALLS (8), SEED (1), THREADS (the CPUs)
#
# Explore has one process a sequence here (--processes 1), as C has. Its first seconds, in which the JVM starts and
# compiles, are part of its figure. As root each program runs in a network namespace of its own, in which no port is held.
# Needs gcc and benchmarks/target/benchmarks.jar, or the one that BENCHMARKS_JAR names.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

rounds=${1:-3}
seconds=${2:-20}
calls=${CALLS:-8}
seed=${SEED:-1}
threads=${THREADS:-$(nproc)}
need_jar
need gcc gcc libc6-dev
java=$(find_java)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sources=$repository/benchmarks/src/test
gcc -O2 -Wall -Wextra -Werror -pthread -o "$work/sequences" "$sources/c/sequences.c"
"$java" -cp "$jar" "$sources/java/org/reuseaddr/scenario/PlainSequences.java" "$seed" 8000 "$calls" >"$work/list"

alone=()
if [ "$(id -u)" = 0 ] && unshare --net true 2>/dev/null; then
    alone=(unshare --net sh -c 'ip link set lo up && exec "$@"' sh)
fi

# timed NAME COMMAND...: the sequences that it made, elapsed and CPU seconds, to the file NAME.
timed() {
    local name=$1 TIMEFORMAT='%R %U %S'
    shift
    { time "${alone[@]}" "$@" >"$work/out" 2>"$work/err"; } 2>"$work/times" || { cat "$work/out" "$work/err" >&2; die "$name failed"; }
    awk -v made="$(sed -n 's/^\([0-9,]*\) sequences, .*/\1/p' "$work/out" | tr -d ,)" \
        '{print made, made / $1, made / ($2 + $3), ($2 + $3) / $1}' "$work/times" | tee -a "$work/$name" |
        awk -v name="$name" '{printf "%-8s %9d sequences %9.0f a second %9.0f a CPU second   %.2f CPUs busy\n", name, $1, $2, $3, $4}'
}

for ((i = 0; i < rounds; i++)); do
    timed C "$work/sequences" "$work/list" "$threads" "$seconds"
    timed explore "$java" -jar "$jar" explore --seed "$seed" --processes 1 --calls "$calls" --threads "$threads" --time "${seconds}s"
done

paste -d' ' "$work/C" "$work/explore" | awk '{print $2 / $6, $3 / $7}' >"$work/ratios"
median() {
    cut -d' ' -f"$1" "$work/ratios" | sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}
echo "C makes $(median 1) times as many sequences of $calls calls a second, and $(median 2) times as many a CPU second"
