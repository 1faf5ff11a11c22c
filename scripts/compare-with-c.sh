#!/usr/bin/env bash
# Compares the benchmarks with C programs that make the same calls: rounds of A B A B in one run, since the machine's
# drift changes times by tens of percent and ratios hardly at all. A program's figure of a round is the fastest of many short
# slices, which other work on the machine disturbs least; a ratio is the median over rounds. PlainLoop is no C but the
# channels' loops in Java without JMH: what is above 1 there is the suite's own, what is above 1 against C the JDK's.
#
#   scripts/compare-with-c.sh [ROUNDS]     default 9; JAVA17 and JAVA25 name the JVMs (default: java for the first)
#
# Needs gcc and benchmarks/target/benchmarks.jar. Exit code 1 if a ratio is above its limit.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-9}
java17=${JAVA17:-java}
java25=${JAVA25:-}
jar=benchmarks/target/benchmarks.jar
[ -f "$jar" ] || { echo "compare-with-c: $jar is missing: run mvn package first" >&2; exit 2; }
command -v gcc >/dev/null || { echo "compare-with-c: gcc is missing: apt-get install gcc libc6-dev" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for program in lifecycle accept_drain syscalls; do
    gcc -O2 -Wall -Wextra -Werror -pthread -o "$work/$program" "benchmarks/src/test/c/$program.c"
done

# The fastest "Iteration" line of a program's output, in nanoseconds.
fastest() {
    awk '/^Iteration/ { v = $3 * ($4 == "us/op" ? 1000 : 1); if (min == "" || v < min) min = v }
         END { if (min == "") exit 1; print min }'
}

# Number and length in milliseconds of a benchmark's slices: those that fill a queue first must be longer.
slices_of() {
    case $1 in
        AcceptDrain.*) echo 12 100 ;;
        *) echo 30 30 ;;
    esac
}

# reference JVM PROGRAM FAMILY MODE SLICES MILLISECONDS: a program in C, or the same in Java without JMH.
reference() {
    case $2 in
        PlainLoop) "$1" "benchmarks/src/test/java/org/reuseaddr/benchmarks/$2.java" "$3" "$4" "$5" "$6" | fastest ;;
        *) "$work/$2" "$3" "$4" "$5" "$6" | fastest ;;
    esac
}

# in_java JVM BENCHMARK FAMILY API SLICES MILLISECONDS
in_java() {
    local arguments=(--enable-native-access=ALL-UNNAMED)
    if [ "$3" = INET ] && [ "$4" = socket ]; then
        arguments+=(-Djava.net.preferIPv4Stack=true)
    fi
    "$1" -Djmh.ignoreLock=true -cp "$jar" org.openjdk.jmh.Main "org.reuseaddr.benchmarks.$2\$" -foe true -f 1 -wi 8 -w 100ms -i "$5" -r "$6ms" \
        -p family="$3" -p api="$4" -p port=ephemeral -p reuseAddress=true -p backlog=1024 \
        -jvmArgsAppend "${arguments[*]}" 2>&1 | tee "$work/jmh.log" | fastest \
        || { cat "$work/jmh.log" >&2; return 1; }
}

median() {
    sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

above=0
printf '%-10s %-22s %-6s %-8s %-22s %9s %9s %7s %7s\n' Java benchmark family api reference 'its ns' 'Java ns' ratio limit

# compare NAME JVM BENCHMARK FAMILY API PROGRAM MODE LIMIT
compare() {
    local c java i slices milliseconds
    read -r slices milliseconds < <(slices_of "$3")
    : > "$work/c"; : > "$work/java"; : > "$work/ratio"
    for ((i = 0; i < rounds; i++)); do
        c=$(reference "$2" "$6" "$4" "$7" "$slices" "$milliseconds")
        java=$(in_java "$2" "$3" "$4" "$5" "$slices" "$milliseconds")
        echo "$c" >> "$work/c"
        echo "$java" >> "$work/java"
        awk "BEGIN { print $java / $c }" >> "$work/ratio"
    done
    awk -v name="$1" -v benchmark="$3" -v family="$4" -v api="$5" -v program="$6 $7" -v limit="$8" \
        -v c="$(median < "$work/c")" -v java="$(median < "$work/java")" -v ratio="$(median < "$work/ratio")" 'BEGIN {
            mark = limit != "-" && ratio > limit + 0 ? " above" : ""
            printf "%-10s %-22s %-6s %-8s %-22s %9.0f %9.0f %7.2f %7s%s\n", \
                name, benchmark, family, api, program, c, java, ratio, limit, mark
            exit mark != ""
        }' || above=1
}

# with NAME JVM LIMIT_OF_NATIVE_LIFECYCLE
with() {
    local family call
    for family in INET INET6; do
        compare "$1" "$2" ListenerLifecycle.cycle $family native lifecycle bare "$3"
        compare "$1" "$2" ListenerLifecycle.cycle $family channel lifecycle channel 1.18
        compare "$1" "$2" ListenerLifecycle.cycle $family channel PlainLoop cycle 1.05
        compare "$1" "$2" AcceptDrain.accept $family native accept_drain bare 1.20
        compare "$1" "$2" AcceptDrain.accept $family channel accept_drain channel 1.55
        compare "$1" "$2" AcceptDrain.accept $family channel PlainLoop accept 1.05
        compare "$1" "$2" AcceptDrain.accept $family socket accept_drain socket 1.60
        local sum=0 sum_c=0 whole whole_c
        for call in socket setsockopt bind listen close; do
            compare "$1" "$2" SyscallCost.$call $family native syscalls $call -
            sum=$(awk "BEGIN { print $sum + $(median < "$work/java") }")
            sum_c=$(awk "BEGIN { print $sum_c + $(median < "$work/c") }")
        done
        compare "$1" "$2" ListenerLifecycle.cycle $family native lifecycle bare "$3"
        whole=$(median < "$work/java")
        whole_c=$(median < "$work/c")
        # What the parts lack, C's lack too, and SyscallCost says why.
        awk -v sum="$sum" -v whole="$whole" -v c="$sum_c" -v whole_c="$whole_c" -v name="$1 $family" 'BEGIN {
            share = sum / whole
            mark = share < 0.75 || share > 1.25 ? " outside" : ""
            printf "%s: the five calls of SyscallCost make %.2f of the whole cycle (0.75 to 1.25), those of C %.2f%s\n", \
                name, share, c / whole_c, mark
            exit mark != ""
        }' || above=1
    done
}

with "Java 17" "$java17" 1.20
if [ -n "$java25" ]; then
    with "Java 25" "$java25" 1.08
fi
exit $above
