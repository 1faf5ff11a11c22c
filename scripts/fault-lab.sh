#!/bin/bash
# Proves that the suite sees what it is for: makes each known defect on this machine, runs the suite under it and
# prints what saw it.
#
#     scripts/fault-lab.sh              all
#     scripts/fault-lab.sh D01 D05      some
#     scripts/fault-lab.sh --rootless   all but those that need a network namespace of their own
#
# The defects and their recipes are the rows of faults.tsv. What the runs wrote is kept in benchmarks/target/fault-lab.
# Exits 1 if a defect stayed unseen, or if the suite sees one where there is none. Needs gcc, strace, python3, unshare
# and nft; installs what is missing where it can. Benchmarks are measured with FAULT_LAB_JMH (default: -f 3 -wi 1 -i 2,
# a tenth of a second each). Checks run FAULT_LAB_JOBS at a time (default: one for each two CPUs and
# at least three, since a check waits for a third of its time), after what measures, which runs alone.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

table=$repository/benchmarks/src/test/resources/org/reuseaddr/faults/faults.tsv
lab=$repository/benchmarks/target/fault-lab
limit=${TIME_LIMIT:-1800}
jobs=${FAULT_LAB_JOBS:-$(($(nproc) / 2 > 3 ? $(nproc) / 2 : 3))}
read -r -a effort <<<"${FAULT_LAB_JMH:--f 3 -wi 1 -w 100ms -i 2 -r 100ms}"

as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)

rootless=false
wanted=()
for argument in "$@"; do
    case $argument in
        --rootless) rootless=true ;;
        D[0-9][0-9]) wanted+=("$argument") ;;
        *) die "unknown argument $argument; usage: fault-lab.sh [--rootless] [D01 ...]" ;;
    esac
done

need_jar
java=$(find_java)
need gcc gcc libc6-dev
need strace strace
need python3 python3
if ! $rootless; then
    may_be_root || die "network namespaces need root: run as root, allow sudo, or say --rootless"
    need unshare util-linux
    need ip iproute2
    need nft nftables
fi

rm -rf "$lab"
mkdir -p "$lab"
library=$lab/libfault.so
gcc -shared -fPIC -O2 -Wall -Wextra -Werror -o "$library" "$repository/benchmarks/src/test/c/fault.c"

# enter_namespace RECIPE: inside a fresh network namespace, makes it what the recipe says.
enter_namespace() {
    ip link set lo up
    case $1 in
        range=*)
            local range=${1#range=}
            echo "${range%-*} ${range#*-}" >/proc/sys/net/ipv4/ip_local_port_range
            ;;
        # A new listener on a port of the ephemeral range stays unreachable for a second or more, after a few rounds.
        drop-syn)
            nft add table inet lab
            nft add chain inet lab in '{ type filter hook input priority 0; }'
            nft add rule inet lab in tcp dport 32768-60999 tcp flags syn / syn,ack \
                limit rate over 5/second burst 5 packets drop
            ;;
        # The answer to a SYN that nobody listens for has sequence number 0; a reset of a connection has not.
        drop-refusals)
            nft add table inet lab
            nft add chain inet lab in '{ type filter hook input priority 0; }'
            nft add rule inet lab in tcp flags rst,ack / rst,ack tcp sequence 0 drop
            ;;
        plain) ;;
        *) die "unknown namespace recipe $1" ;;
    esac
}

# suite OUT PRELOAD STRACE NETNS ARGUMENTS...: runs the suite under a fault; each of the three may be "-".
suite() {
    local out=$1 preload=$2 injection=$3 namespace=$4
    shift 4
    local flags=()
    # On two CPUs the second compiler takes a third of a check's time. Forks inherit the flags of a run, so it has none.
    [ "$1" != check ] || flags=(-XX:TieredStopAtLevel=1)
    local command=("$java" "${flags[@]}" -jar "$jar" "$@" --out "$out" --label "$(basename "$out")")
    if [ "$injection" != - ]; then
        command=(strace -f -qq --seccomp-bpf -o /dev/null -e "trace=${injection%%:*}" -e "inject=$injection" "${command[@]}")
    fi
    if [ "$preload" != - ]; then
        command=(env LD_PRELOAD="$library" REUSEADDR_FAULT="$preload" "${command[@]}")
    fi
    if [ "$namespace" != - ]; then
        local enter
        enter="$(declare -f die enter_namespace); enter_namespace $namespace && exec \"\$@\""
        command=("${as_root[@]}" timeout --kill-after=10 "$limit" unshare --net bash -c "$enter" bash "${command[@]}")
    else
        command=(timeout --kill-after=10 "$limit" "${command[@]}")
    fi
    # In the background, so that a signal to this script is heard at once and handed on.
    "${command[@]}" </dev/null >"$out.log" 2>&1 &
    wait "$!"
}

# The processes that were started in this shell: a row's own shell, or in that the suite's; timeout hands the signal on to all
# that it started.
stop() {
    local started
    started=$(jobs -p)
    [ -z "$started" ] || kill -TERM $started 2>/dev/null || true
    wait
    exit "$1"
}
trap 'stop 130' INT
trap 'stop 143' TERM

# broken OUT PATTERN REPORT...: the scenario rows that saw the defect, as "count id: what was observed".
broken() {
    python3 - "$@" <<'PYTHON'
import csv, os, re, sys
out, pattern, reports = sys.argv[1], re.compile(sys.argv[2]), set(sys.argv[3:])
with open(out + '/semantics.csv', encoding='utf-8', newline='') as file:
    rows = [row for row in csv.DictReader(file) if row['grade'] in os.environ.get('grades', 'VIOLATION TIMEOUT').split()
            and pattern.search(row['scenario']) and (not reports or reports & set(re.split(r'[\s;,]+', row['references'])))]
if rows:
    row = min(rows, key=lambda r: len(r['scenario']))
    # The suite guards cells that a spreadsheet would take for a formula with an apostrophe.
    call, expected, observed = (row[name].lstrip("'") for name in ('divergent_call', 'expected', 'observed'))
    print(f"{len(rows)} scenarios, such as {row['scenario']}: {call}: expected {expected}, observed {observed}")
PYTHON
}

# examine OUT PRELOAD STRACE NETNS ARGUMENTS SEEN_BY PATTERN REPORTS: prints the evidence, nothing if there is none. Rows of one
# recipe have one OUT, and the first makes it.
examine() {
    local out=$1 preload=$2 injection=$3 namespace=$4 seen_by=$6 pattern=$7
    local arguments reports status=0
    read -r -a arguments <<<"$5"
    reports=()
    [ "$8" = - ] || read -r -a reports <<<"$8"
    if [ "${arguments[0]}" = run ] && [[ "$5" != *' -f '* ]]; then
        arguments=(run "${effort[@]}" "${arguments[@]:1}")
    fi
    if [ ! -e "$out.status" ]; then
        suite "$out" "$preload" "$injection" "$namespace" "${arguments[@]}" || status=$?
        echo "$status" >"$out.status"
    fi
    status=$(<"$out.status")
    case $seen_by in
        known)
            [ "$status" != 3 ] || grades='KNOWN' broken "$out" "$pattern" "${reports[@]}"
            ;;
        deviation)
            [ "$status" != 0 ] || grades='DEVIATION' broken "$out" "$pattern" "${reports[@]}"
            ;;
        named)
            [ "$status" = 0 ] && grep -m1 -E "$pattern" "$out/report.md"
            ;;
        scenario)
            [ "$status" != 3 ] || broken "$out" "$pattern" "${reports[@]}"
            ;;
        slower)
            local honest_namespace=-
            [ "$namespace" = - ] || honest_namespace=plain
            # Once more where a fork failed: a virtual machine may stand still for seconds.
            suite "$out-honest" - - "$honest_namespace" "${arguments[@]}" || {
                rm -rf "$out-honest"
                suite "$out-honest" - - "$honest_namespace" "${arguments[@]}"
            } || return 0
            status=0
            "$java" -jar "$jar" compare "$out-honest" "$out" --fail-on 50% >"$out.compare" 2>&1 || status=$?
            [ "$status" != 4 ] || grep -m1 -E "$pattern.*(slower|worse)" "$out.compare"
            ;;
        record)
            [ "$status" = 0 ] && grep -m1 -E "$pattern" "$out/environment.csv"
            ;;
    esac
}

# rows OUT LINE...: examines the rows of one recipe and prints a line for each; an unseen defect leaves the file "unseen".
rows() {
    local out=$1 line id preload injection namespace arguments seen_by pattern reports
    shift
    trap 'stop 143' TERM
    for line in "$@"; do
        IFS=$'\t' read -r id preload injection namespace arguments seen_by pattern reports <<<"$line"
        # Not in a command substitution, which a signal would not reach.
        examine "$out" "$preload" "$injection" "$namespace" "$arguments" "$seen_by" "$pattern" "$reports" >"$out.evidence" || true
        if [ -s "$out.evidence" ]; then
            printf '%-5s %-24s %s\n' "$id" "${arguments%% *}: $seen_by" "$(<"$out.evidence")"
        else
            printf '%-5s %-24s %s\n' "$id" UNSEEN "see $out.log"
            touch "$lab/unseen"
        fi
    done
}

# The wanted rows of the table by recipe: for each the id of its first row, and its rows.
recipes=()
declare -A first_of rows_of
while IFS= read -r line; do
    IFS=$'\t' read -r id preload injection namespace arguments _ <<<"$line"
    case $id in '' | '#'* | id) continue ;; esac
    [ ${#wanted[@]} = 0 ] || [[ " ${wanted[*]} " == *" $id "* ]] || continue
    if $rootless && [ "$namespace" != - ]; then
        continue
    fi
    recipe="$preload $injection $namespace $arguments"
    if [ -z "${first_of[$recipe]:-}" ]; then
        first_of[$recipe]=$id
        recipes+=("$recipe")
        rows_of[$recipe]=$line
    else
        rows_of[$recipe]+=$'\n'$line
    fi
done <"$table"

printf '%-5s %-24s %s\n' id 'caught by' evidence

# A suite that cries always would catch everything.
if ! suite "$lab/honest" - - - check; then
    printf '%-5s %-24s %s\n' none 'FALSE ALARM' "$(broken "$lab/honest" . 2>/dev/null || tail -1 "$lab/honest.log")"
    touch "$lab/unseen"
fi

# Checks under strace take longest: they begin first, so that none is left to run alone.
mapfile -t recipes < <(printf '%s\n' "${recipes[@]}" | awk '{ print ($2 == "-"), NR, $0 }' | sort -n -k1,1 -k2,2 | cut -d' ' -f3-)

# What measures runs alone, checks side by side.
for measures in true false; do
    for recipe in "${recipes[@]}"; do
        [[ $recipe == *' run '* ]] && found=true || found=false
        [ "$found" = "$measures" ] || continue
        mapfile -t lines <<<"${rows_of[$recipe]}"
        $measures || while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
            wait -n || true
        done
        rows "$lab/${first_of[$recipe]}" "${lines[@]}" &
        ! $measures || wait "$!" || true
    done
done
wait

[ "$(id -u)" = 0 ] || $rootless || privileged chown -R "$(id -u):$(id -g)" "$lab"
[ ! -e "$lab/unseen" ]
