#!/bin/bash
# Runs the suite on a second real Linux kernel, User-mode Linux as Debian ships it:
#
#     scripts/run-in-uml.sh check
#     scripts/run-in-uml.sh run --profile quick --label uml
#     DEBIAN_RELEASE=sid scripts/run-in-uml.sh check
#
# The arguments are those of benchmarks.jar; the run directory is written where the suite writes it, since the guest's
# root is the host's (hostfs). The exit code is the suite's, or 124 if it did not end within TIME_LIMIT
# seconds (default 7200). GUEST_MEMORY (default 2G) is taken from /dev/shm. Needs no root, once the Debian packages
# user-mode-linux, kmod and iproute2 are installed, which it does itself where it can; on processors with AMX also gcc.
# With DEBIAN_RELEASE the kernel is that of another release of Debian, which is not installed but kept in
# $XDG_CACHE_HOME/reuseaddr-benchmarks, with the C library that it needs (and patchelf, to let it find it).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"
. "$repository/scripts/debian-archive.bash"

# Sets linux and modules to the kernel of another release. It is linked with the C library of that release; the programs
# that it runs are those of this machine.
use_release() {
    local directory library patched
    is_release "$1" || { echo "${0##*/}: no release '$1'; there are: $(release_names)" >&2 && exit 2; }
    refresh_apt "$1"
    directory=$(unpacked_package "$1" user-mode-linux)
    linux=$directory/usr/bin/linux.uml
    modules=$directory/usr/lib/uml/modules
    if ! "$linux" --version >/dev/null 2>&1; then
        need patchelf patchelf
        library=$(unpacked_package "$1" libc6)/usr/lib/x86_64-linux-gnu
        patched=$directory/linux.uml
        cp "$linux" "$patched.$$"
        patchelf --set-interpreter "$library/ld-linux-x86-64.so.2" --set-rpath "$library" "$patched.$$"
        mv "$patched.$$" "$patched"
        linux=$patched
        "$linux" --version >/dev/null || die "User-mode Linux of Debian's $1 does not start here"
    fi
}

need_jar
java=$(find_java)
modules=/usr/lib/uml/modules
if [ -n "${DEBIAN_RELEASE:-}" ]; then
    use_release "$DEBIAN_RELEASE"
else
    need linux.uml user-mode-linux
    linux=linux.uml
fi
need insmod kmod
need ip iproute2

control=$(mktemp -d "$repository/benchmarks/target/uml-XXXXXX")
guest=

clean_up() {
    if [ -n "$guest" ]; then
        kill -TERM "$guest" 2>/dev/null || true
        wait "$guest" 2>/dev/null || true
    fi
    rm -rf "$control"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

preload=
if grep -qw amx_tile /proc/cpuinfo; then
    need gcc gcc libc6-dev
    preload=$control/uml-xstate.so
    gcc -shared -fPIC -O2 -Wall -Wextra -Werror -o "$preload" "$repository/scripts/uml-xstate.c"
fi

# What the guest runs, with the directory, the home, the locale and the arguments of here.
printf 'cd %q && HOME=%q LC_ALL=%q exec %q' "$PWD" "$HOME" "${LC_ALL:-${LANG:-C.UTF-8}}" "$java" >"$control/command"
printf ' %q' -jar "$jar" "$@" >>"$control/command"

# The guest's tty1 is this script's output; what its kernel says goes to a log, shown if the guest fails.
# A name=value that the kernel does not know becomes an environment variable of init.
LD_PRELOAD=$preload timeout --kill-after=10 "${TIME_LIMIT:-7200}" \
    "$linux" mem="${GUEST_MEMORY:-2G}" root=/dev/root rootfstype=hostfs rootflags=/ rw \
    init="$repository/scripts/uml-init.sh" CONTROL="$control" MODULES="$modules" \
    uml_dir="$control/" con=null con0=null,fd:1 con1=null,fd:3 panic=1 \
    3>&1 </dev/null >"$control/kernel.log" 2>&1 &
guest=$!

status=0
wait "$guest" || status=$?
guest=
if [ "$status" = 124 ]; then
    echo "${0##*/}: not done within ${TIME_LIMIT:-7200} s" >&2
elif [ -f "$control/status" ]; then
    status=$(cat "$control/status")
else
    cat "$control/kernel.log" >&2
    die "the guest did not come to its end (status $status); its kernel's words are above"
fi
exit "$status"
