#!/bin/bash
# Whether other programs make a check say something wrong: checks while two programs take and release hundreds of ports a
# second, then four checks at once, again and again. On a platform that keeps the rules every check must exit 0.
#
#     scripts/checks-under-load.sh [CHECKS_UNDER_CHURN [ROUNDS_OF_FOUR]]     default 100 and 10; some 25 minutes on two CPUs
#
# Prints each check that did not exit 0 with its summary, and at the end how often each grade was given. Exit code 1 if there
# was one; what these printed is kept in benchmarks/target/checks-under-load. Needs python3 and benchmarks/target/benchmarks.jar.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

under_churn=${1:-100}
rounds=${2:-10}
need_jar
java=$(find_java)
need python3 python3
kept=$repository/benchmarks/target/checks-under-load
rm -rf "$kept"
mkdir -p "$kept"

# Binds, listens, connects and leaves connections in TIME_WAIT on random ports, with and without SO_REUSEADDR, of both families;
# holds up to 200 sockets for a while.
churn() {
    exec python3 - "$1" <<'PYTHON'
import random, socket, sys, time
random.seed(int(sys.argv[1]))
held, rounds = [], 0
while True:
    rounds += 1
    family, address = random.choice([(socket.AF_INET, '127.0.0.1'), (socket.AF_INET, '0.0.0.0'), (socket.AF_INET6, '::1')])
    try:
        listener = socket.socket(family, socket.SOCK_STREAM)
        held.append(listener)
        if random.random() < 0.5:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, random.choice([0, random.randint(1024, 65535)])))
        if random.random() < 0.7:
            listener.listen(4)
            client = socket.socket(family, socket.SOCK_STREAM)
            held.append(client)
            client.settimeout(1)
            client.connect(listener.getsockname())
            accepted, _ = listener.accept()
            accepted.close()
    except OSError:
        pass
    while len(held) > 200 or held and random.random() < 0.5:
        held.pop(random.randrange(len(held))).close()
    time.sleep(0.001)
PYTHON
}

# checked NAME: one check; keeps what it printed if it did not exit 0.
checked() {
    local out=$kept/$1 status=0
    "$java" -jar "$jar" check --out "$out" --label "$1" </dev/null >"$out.log" 2>&1 || status=$?
    python3 - "$out/semantics.csv" >>"$kept/grades" <<'PYTHON' || true
import csv, os, sys
rows = csv.DictReader(open(sys.argv[1], encoding='utf-8', newline=''))
# In one write: four checks append to the file at once.
os.write(sys.stdout.fileno(), ''.join(
    row['grade'] + (' ' if row['grade'] == 'PASS' else ' ' + row['scenario'] + ': ' + row['divergent_call'] + ' ' + row['observed']) + '\n'
    for row in rows).encode())
PYTHON
    if [ "$status" != 0 ] || ! tail -1 "$out.log" | grep -q 'PASS'; then
        echo "$1: exit code $status: $(tail -1 "$out.log")"
        touch "$kept/failed"
    else
        rm -rf "$out" "$out.log"
    fi
}

load=()
trap '[ ${#load[@]} = 0 ] || kill "${load[@]}" 2>/dev/null || true' EXIT
for ((i = 1; i <= 2; i++)); do
    churn "$i" &
    load+=("$!")
done
for ((i = 1; i <= under_churn; i++)); do
    checked "churn-$i"
done
kill "${load[@]}"
wait "${load[@]}" 2>/dev/null || true
load=()
for ((i = 1; i <= rounds; i++)); do
    for j in 1 2 3 4; do
        checked "four-$i-$j" &
    done
    wait
done
echo "$under_churn checks under churn, $rounds times four at once; scenarios by grade:"
sort "$kept/grades" | uniq -c | sort -rn
[ ! -e "$kept/failed" ]
