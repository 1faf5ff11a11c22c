#!/bin/bash
# Runs the suite on gVisor's re-implementation of the Linux interface:
#
#     scripts/run-in-gvisor.sh check
#     scripts/run-in-gvisor.sh run --profile quick --label gvisor
#     DEBIAN_RELEASE=bookworm-backports scripts/run-in-gvisor.sh check
#
# The arguments are those of benchmarks.jar; the run directory is written where the suite writes it. The exit code is
# the suite's, or 124 if it did not end within TIME_LIMIT seconds (default 7200). Needs root, as runsc does, and
# installs the Debian package runsc if it is missing. With DEBIAN_RELEASE it takes the package of that release of
# Debian, which is not installed but kept in $XDG_CACHE_HOME/reuseaddr-benchmarks.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"
. "$repository/scripts/debian-archive.bash"

need_jar
java=$(find_java)
may_be_root || die "runsc needs root: run this as root, or allow sudo without a password"
if [ -n "${DEBIAN_RELEASE:-}" ]; then
    is_release "$DEBIAN_RELEASE" \
        || { echo "${0##*/}: no release '$DEBIAN_RELEASE'; there are: $(release_names)" >&2 && exit 2; }
    refresh_apt "$DEBIAN_RELEASE"
    runsc=$(unpacked_package "$DEBIAN_RELEASE" runsc)/usr/bin/runsc
else
    need runsc runsc
    runsc=$(command -v runsc)
fi

# runsc's own files, kept apart so that nothing of them outlives this script.
state=$(mktemp -d)
sandbox=

clean_up() {
    if [ -n "$sandbox" ]; then
        privileged kill -TERM "$sandbox" 2>/dev/null || true
        wait "$sandbox" 2>/dev/null || true
    fi
    privileged rm -rf "$state"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Output goes through pipes: gVisor writes to a regular file at an offset of its own, over what others have written.
exec 3> >(exec cat)
output=$!
exec 4> >(exec cat >&2)
errors=$!

# --network=none leaves the sandbox a loopback device of gVisor's own, with 127.0.0.1 and ::1; --ignore-cgroups makes
# it start where cgroups are not ours to set (containers, CI); without the overlay the run directory is the host's.
# The namespace of processes is there for its end: no part of the sandbox lives on.
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
"${as_root[@]}" timeout --kill-after=10 "${TIME_LIMIT:-7200}" unshare --pid --mount-proc --fork --kill-child \
    env TMPDIR="$state" "$runsc" --network=none --ignore-cgroups do --force-overlay=false --cwd="$PWD" \
    "$java" -jar "$jar" "$@" </dev/null >&3 2>&4 3>&- 4>&- &
sandbox=$!

status=0
wait "$sandbox" || status=$?
sandbox=
exec 3>&- 4>&-
wait "$output" "$errors" || true
if [ "$(id -u)" != 0 ] && [ -d "$repository/results" ]; then
    privileged chown -R "$(id -u):$(id -g)" "$repository/results"
fi
[ "$status" != 124 ] || echo "${0##*/}: not done within ${TIME_LIMIT:-7200} s" >&2
exit "$status"
