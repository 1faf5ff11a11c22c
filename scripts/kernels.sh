#!/bin/bash
# Runs check on every kernel of docs/KERNELS.md and prints its table:
#
#     scripts/kernels.sh target/kernels
#     scripts/kernels.sh target/kernels linux-6.1 uml-6.1
#
# The first argument is the directory for the results, one directory a row; the others are rows, all if there are none.
# A row that this very jar has filled before is not run again, so that an interrupted table can be continued. The table,
# of all rows that are there, is also written to DIR/kernels.md, and the scenarios that did not PASS, with their grade
# and quirk, to DIR/differing.csv. Exit code 1 if a row could not be run to its end.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

# row, command
rows() {
    cat <<END
linux-5.10 scripts/run-in-qemu.sh bullseye check
linux-6.1 scripts/run-in-qemu.sh bookworm check
linux-6.12 scripts/run-in-qemu.sh trixie check
linux-newest scripts/run-in-qemu.sh backports check
uml-5.10 DEBIAN_RELEASE=bullseye scripts/run-in-uml.sh check
uml-6.1 DEBIAN_RELEASE=bookworm scripts/run-in-uml.sh check
uml-6.12 DEBIAN_RELEASE=trixie scripts/run-in-uml.sh check
uml-7.2 DEBIAN_RELEASE=sid scripts/run-in-uml.sh check
gvisor-2022 DEBIAN_RELEASE=bookworm scripts/run-in-gvisor.sh check
gvisor-2024 DEBIAN_RELEASE=bookworm-backports scripts/run-in-gvisor.sh check
END
}

command_of() {
    rows | sed -n "s/^$1 //p"
}

# columns FILE NAME...: these columns of a CSV file (RFC 4180), without its header, a line a record, separated by tabs.
# A column that the file does not have is empty.
columns() {
    local file=$1
    shift
    awk -v names="$*" '
        function emit(    i, line) {
            if (!header) {
                for (i = 1; i <= n; i++) at[field[i]] = i
                header = 1
            } else {
                for (i = 1; i <= wanted; i++) line = line (i > 1 ? "\t" : "") (name[i] in at ? field[at[name[i]]] : "")
                print line
            }
        }
        BEGIN { wanted = split(names, name, " ") }
        {
            rest = open ? "\n" $0 : $0
            if (!open) { n = 1; field[1] = "" }
            while (rest != "") {
                if (open) {
                    quote = index(rest, "\"")
                    if (quote == 0) { field[n] = field[n] rest; break }
                    field[n] = field[n] substr(rest, 1, quote - 1)
                    rest = substr(rest, quote + 1)
                    if (substr(rest, 1, 1) == "\"") { field[n] = field[n] "\""; rest = substr(rest, 2) } else open = 0
                } else if (match(rest, /^[^",]+/)) {
                    field[n] = field[n] substr(rest, 1, RLENGTH)
                    rest = substr(rest, RLENGTH + 1)
                } else {
                    if (substr(rest, 1, 1) == "\"") open = 1
                    else field[++n] = ""
                    rest = substr(rest, 2)
                }
            }
            if (!open) emit()
        }' "$file"
}

environment() {
    columns "$1/environment.csv" name value | sed -n "s/^$2\t//p" | tail -n 1
}

# run_row ROW: fills the directory of the row.
run_row() {
    local row=$1 directory=$results/$1 command status=0 started=$SECONDS
    command=$(command_of "$row")
    if [ "$(cat "$directory/jar.sha256" 2>/dev/null)" = "$checksum" ]; then
        return
    fi
    rm -rf "$directory"
    mkdir -p "$directory"
    echo "${0##*/}: $row: $command" >&2
    (cd "$repository" && eval "$command --out $(printf '%q' "$directory")") >"$directory/check.log" 2>&1 || status=$?
    # 0 and 3 are check's verdicts; all else, a time-out too, is no result.
    if [[ $status != [03] ]] || [ ! -f "$directory/semantics.csv" ]; then
        echo "${0##*/}: $row ended with $status: $(tail -n 1 "$directory/check.log")" >&2
        failed=1
        return
    fi
    printf '%s\n' $((SECONDS - started)) >"$directory/seconds"
    printf '%s\n' "$status" >"$directory/exit"
    printf '%s\n' "$checksum" >"$directory/jar.sha256"
}

print_table() {
    local row command directory counts quirks
    echo '| kernel (`uname -r`) | `uname -v` | command | grades | quirks | exit | seconds |'
    echo '|---|---|---|---|---|---|---|'
    while read -r row command; do
        directory=$results/$row
        [ -f "$directory/jar.sha256" ] || continue
        counts=$(columns "$directory/semantics.csv" grade | sort | uniq -c | sort -rn \
            | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }')
        quirks=$(columns "$directory/semantics.csv" quirk | grep -v '^$' | sort | uniq -c \
            | awk '{ printf "%s%s in %s", (NR > 1 ? ", " : ""), $2, $1 }' || true)
        printf '| %s | %s | `%s` | %s | %s | %s | %s |\n' "$(environment "$directory" kernel.release)" \
            "$(environment "$directory" kernel.version | sed 's/.* #/#/')" "$command" "$counts" "${quirks:-none}" \
            "$(cat "$directory/exit")" "$(cat "$directory/seconds")"
    done < <(rows)
}

print_differing() {
    local row
    echo 'row,grade,quirk,scenario'
    while read -r row _; do
        [ -f "$results/$row/jar.sha256" ] || continue
        columns "$results/$row/semantics.csv" grade quirk scenario | awk -F '\t' -v OFS=, -v row="$row" \
            '$1 != "PASS" { print row, $1, $2, $3 }' | sort
    done < <(rows)
}

if [ $# = 0 ]; then
    echo "usage: ${0##*/} DIR [ROW ...]; rows: $(rows | cut -d ' ' -f 1 | paste -s -d ' ')" >&2
    exit 2
fi
results=$(realpath -ms -- "$1")
shift
for row in "$@"; do
    if ! rows | cut -d ' ' -f 1 | grep -qxF -e "$row"; then
        echo "${0##*/}: no row '$row'; there are: $(rows | cut -d ' ' -f 1 | paste -s -d ' ')" >&2
        exit 2
    fi
done
[ $# -gt 0 ] || mapfile -t chosen < <(rows | cut -d ' ' -f 1)
[ $# = 0 ] || chosen=("$@")
mkdir -p "$results"
need_jar
checksum=$(sha256sum "$jar" | cut -d ' ' -f 1)
failed=0
for row in "${chosen[@]}"; do
    run_row "$row"
done
print_differing >"$results/differing.csv"
print_table | tee "$results/kernels.md"
exit "$failed"
