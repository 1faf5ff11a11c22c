#!/bin/bash
# Runs the suite under a port tracker of the kind that WSL 2 has, with a simulated host behind it:
#
#     scripts/run-under-tracker.sh --before-fix -- check
#     scripts/run-under-tracker.sh --refuse-every 20 --stats tracker.stats -- check --out results/refused
#
# What stands before -- is the tracker's, see docs/TRACKER.md or --help; what follows are the arguments of
# benchmarks.jar. The exit code is the suite's; 77 if this machine cannot trap system calls or, for --filter, has no
# network namespaces; 2 for wrong options. Needs gcc, for --filter also nft; installs them where it can.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

options=()
separated=false
while [ $# -gt 0 ]; do
    option=$1
    shift
    case $option in
        --) separated=true; break ;;
        --filter) need nft nftables ;;
    esac
    options+=("$option")
done

need gcc gcc libc6-dev
sources=$repository/benchmarks/src/test/c
tracker=$repository/benchmarks/target/tracker
mkdir -p "$repository/benchmarks/target"
# Moved into place when complete: another run may be starting the one that is there.
fresh=$(mktemp "$tracker-XXXXXX")
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o "$fresh" \
    "$sources/tracker.c" "$sources/tracker_ports.c" "$sources/tracker_host.c" \
    || { rm -f "$fresh"; die "gcc refused the tracker; its messages are above (apt-get install libc6-dev?)"; }
mv "$fresh" "$tracker"

if [[ " ${options[*]} " == *" --help "* ]]; then
    exec "$tracker" --help
fi
$separated || die "usage: run-under-tracker.sh [tracker and host options] -- [arguments of benchmarks.jar]"
need_jar
java=$(find_java)
exec "$tracker" "${options[@]}" -- "$java" -jar "$jar" "$@"
