#!/bin/bash
# Whether DuckDB, pandas and Spark find the costs of many runs by the statements of docs/MANY-RUNS.md: writes runs of three versions
# of the suite of which every cost is known, lets each engine read them, and compares.
#
#     scripts/many-runs.sh [RUNS [DIRECTORY]]     default 1020 and benchmarks/target/many-runs
#
# Prints for each engine how many costs are as expected, and the seconds and the memory it took. Exit code 1 if one is not.
# Installs python3-pandas; Maven brings DuckDB and Spark, some 300 MiB.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

runs=${1:-1020}
work=${2:-$repository/benchmarks/target/many-runs}
[[ $runs =~ ^[1-9][0-9]{0,5}$ ]] && ((runs % 60 == 0)) || die "the number of runs: expected a multiple of 60, found $runs"
examples=$repository/docs/examples/many-runs
document=$repository/docs/MANY-RUNS.md
need_build_tools
need python3 python3
need time time
# Debian's own, whatever stands before it on the path.
python=/usr/bin/python3
"$python" -c 'import pandas' 2>/dev/null \
    || { may_be_root && privileged apt-get install -qq -y --no-install-recommends python3-pandas >/dev/null 2>&1; } \
    || die "needs pandas: run 'apt-get install python3-pandas' as root"
java=$(find_java)
rm -rf "$work"
mkdir -p "$work"
work=$(cd "$work" && pwd)
for engine in duckdb spark; do
    quiet_maven -ntp -f "$examples/pom.xml" -P "$engine" dependency:build-classpath "-Dmdep.outputFile=$work/$engine" \
        || die "Maven could not bring $engine; its messages are above"
done
python3 "$repository/scripts/many-runs.py" write "$work" "$runs"
echo "$runs runs, $(cat "$work"/results/*/samples.csv | wc -l) rows"

failed=0
# timed ENGINE COMMAND...: in the directory above the runs; its last words if it fails.
timed() {
    local engine=$1
    shift
    (cd "$work" && command time -o "$work/$engine.time" -f '%e s elapsed, %U s of CPU time, %M KiB resident' "$@") 2>"$work/$engine.err" \
        || { tail -5 "$work/$engine.err" >&2; failed=1; }
}

echo "DuckDB:"
timed duckdb "$java" -cp "$(cat "$work/duckdb")" "$examples/DuckDb.java" "$document" >"$work/duckdb.out"
# The rows of three statements: of nine columns the ratios, of eight the costs, and what broke a promise.
awk -F '\t' -v OFS='\t' 'NF == 9 { print "ratio", $1, $2, $3, $4, $5, $6 } NF == 8 { print "cost", $0 }' "$work/duckdb.out" \
    | python3 "$repository/scripts/many-runs.py" check "$runs" || failed=1
awk -F '\t' 'NF == 5' "$work/duckdb.out"
cat "$work/duckdb.time"
echo "pandas:"
timed pandas "$python" "$repository/scripts/many-runs.py" pandas "$work" "$document" >"$work/pandas.out"
tail -1 "$work/pandas.out"
cat "$work/pandas.time"
echo "Spark:"
# What Spark asks of Java 17 and later.
opens=()
for package in java.base/{java.lang,java.lang.invoke,java.lang.reflect,java.io,java.net,java.nio,java.util,java.util.concurrent} \
        java.base/{java.util.concurrent.atomic,sun.nio.ch,sun.nio.cs,sun.security.action,sun.util.calendar}; do
    opens+=("--add-opens=$package=ALL-UNNAMED")
done
timed spark "$java" "${opens[@]}" -cp "$(cat "$work/spark")" "$examples/ManyRuns.java" results >"$work/spark.out"
python3 "$repository/scripts/many-runs.py" check "$runs" <"$work/spark.out" || failed=1
cat "$work/spark.time"
exit $failed
