#!/bin/bash
# Explores under each fault of the fault library that changes what calls answer, and prints a table: how long it took to find
# it, and how many calls the sequence has that shows it. Arguments are passed on to explore.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

need gcc gcc libc6-dev
need_jar
java=$(find_java)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -shared -fPIC -O2 -o "$work/fault.so" "$repository/benchmarks/src/test/c/fault.c" -ldl -pthread

echo "| fault | found after | calls | what differs |"
echo "|---|---|---|---|"
# Every fault of the library but those that change how long a call takes, or the clock.
sed -n 's/^    {"\([a-z0-9-]*\)", [A-Z0-9_]*},$/\1/p' "$repository/benchmarks/src/test/c/fault.c" | sort |
    grep -vxE '(bind|accept)-slow|clock-steps' | while read -r fault; do
    REUSEADDR_FAULT=$fault LD_PRELOAD=$work/fault.so "$java" -jar "$jar" explore --seed 1 --time 60s --first "$@" \
        >"$work/out" 2>/dev/null </dev/null || true
    awk -v fault="$fault" '
        /^(VIOLATION|DEVIATION|KNOWN)/ && !head {head = $0; sub(/^[A-Z]*: /, "", head)}
        head && !after && / = / {calls++}
        head && !after && /first in number/ {after = $0; sub(/.*after /, "", after)}
        END {printf "| `%s` | %s | %s | %s |\n", fault, after ? after : "not in 60 s", after ? calls : "", head}' "$work/out"
done
