#!/bin/bash
# Runs the suite on a kernel of Debian's archive, in QEMU without KVM:
#
#     scripts/run-in-qemu.sh bookworm
#     scripts/run-in-qemu.sh bullseye check --out results/linux-5.10
#     scripts/run-in-qemu.sh backports/linux-image-6.16.3+deb13-cloud-amd64 check INET/holder
#     scripts/run-in-qemu.sh ./linux-image-6.6.0-my_amd64.deb check
#
# The first argument is a release of Debian, whose newest kernel for virtual machines is taken; or a release and a
# package of it; or the file of a kernel package; or a kernel image (vmlinuz) that has IPv6 and the 8250 serial port
# built in. The other arguments are those of benchmarks.jar, "check" if there are none. Files that they name are copied
# into the guest. What the suite writes below the current directory and below DIR of --out is written here, too. The
# exit code is the suite's; 2 if the first argument is none of these; 124 if the guest was not done within TIME_LIMIT
# seconds (default 1200).
#
# GUEST_MEMORY (default 2048) is in MiB, GUEST_CPUS (default 2) the number of processors. Only one guest of a user runs
# at a time: others wait. Needs no root, once the Debian packages qemu-system-x86, busybox-static, cpio and a JDK are
# installed, which it does itself where it can. Kernels, lists of packages and the Java runtime of the guest are kept in
# $XDG_CACHE_HOME/reuseaddr-benchmarks (default ~/.cache); lists are fetched again after a day, or with REFRESH=1.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"
. "$repository/scripts/debian-archive.bash"

usage() {
    echo "${0##*/}: $*" >&2
    echo "usage: ${0##*/} KERNEL [arguments of benchmarks.jar]; KERNEL: $(release_names)," \
        "RELEASE/linux-image-..., or the file of a kernel package or image" >&2
    exit 2
}

number() {
    [[ ${!1:-$2} =~ ^[1-9][0-9]{0,5}$ ]] || usage "$1: expected a number from 1 to 999999, found '${!1}'"
    echo "${!1:-$2}"
}

is_kernel_image() {
    [ "$(dd if="$1" bs=1 skip=514 count=4 status=none 2>/dev/null)" = HdrS ]
}

# kernel_of_package FILE: prints the kernel image of a package; nothing if the package has none.
kernel_of_package() {
    local file=$1 directory image
    directory=$cache/kernels/$(basename "$file" .deb)-$(sha256sum "$file" | cut -c 1-12)
    if [ ! -f "$directory/vmlinuz" ]; then
        # Read to its end: dpkg-deb complains where its reader leaves before.
        image=$(dpkg-deb --fsys-tarfile "$file" | tar -t | grep -xE '\./(boot|usr/lib/modules/[^/]+)/vmlinuz[^/]*' \
            | tail -n 1 || true)
        [ -n "$image" ] || return 0
        mkdir -p "$directory"
        dpkg-deb --fsys-tarfile "$file" | tar -x -O "$image" >"$directory/vmlinuz.$$"
        mv "$directory/vmlinuz.$$" "$directory/vmlinuz"
    fi
    echo "$directory/vmlinuz"
}

# find_kernel_of_release RELEASE [PACKAGE]: sets kernel to the image in the package. Since 6.19, Debian's linux-image
# packages are empty, and the image is in the package linux-binary on which they depend.
find_kernel_of_release() {
    local release=$1 name=${2:-} package
    refresh_apt "$release"
    if [ -z "$name" ]; then
        name=$(debian_dependency "$release" linux-image-cloud-amd64 'linux-image-[0-9].*')
        [ -n "$name" ] || die "Debian's $release has no package linux-image-cloud-amd64"
    elif [ -z "$(own_apt "$release" apt-cache show --no-all-versions "$name" 2>/dev/null)" ]; then
        usage "no package $name in Debian's $release; it has" \
            "$(own_apt "$release" apt-cache pkgnames linux-image- | grep -E '[0-9].*-amd64$' | sort -V \
                | paste -s -d ' ')"
    fi
    package=$(debian_package "$release" "$name")
    kernel=$(kernel_of_package "$package")
    if [ -z "$kernel" ]; then
        name=$(debian_dependency "$release" "$name" 'linux-binary-[0-9].*')
        [ -n "$name" ] || die "the package $(basename "$package") has no kernel image, and depends on none that has"
        package=$(debian_package "$release" "$name")
        kernel=$(kernel_of_package "$package")
        [ -n "$kernel" ] || die "the package $(basename "$package") has no kernel image"
    fi
}

find_kernel() {
    local release=${1%%/*}
    if is_release "$1"; then
        find_kernel_of_release "$1"
    elif is_release "$release" && [[ ${1#*/} =~ ^linux-image-[a-z0-9.+-]+$ ]]; then
        find_kernel_of_release "$release" "${1#*/}"
    elif [ -f "$1" ] && is_kernel_image "$1"; then
        kernel=$(realpath "$1")
    elif [ -f "$1" ] && dpkg-deb --info "$1" >/dev/null 2>&1; then
        kernel=$(kernel_of_package "$1")
        [ -n "$kernel" ] || usage "$1: this package has no kernel image"
    else
        usage "no kernel '$1'"
    fi
}

# archive DIRECTORY FILE: what is in the directory as an archive that the kernel unpacks at its start.
archive() {
    (cd "$1" && find . -mindepth 1 -print0 | sort -z | cpio -0 -o -H newc -R 0:0 --quiet) >"$2.$$"
    mv "$2.$$" "$2"
}

# libraries FILE...: the shared libraries, those of the files themselves left out, which these files need.
libraries() {
    ldd "$@" 2>/dev/null | sed -nE 's/.*=> (\/[^ ]+) \(.*/\1/p; s/^\s+(\/[^ ]+) \(.*/\1/p' | sort -u
}

# Sets runtime to the directory of a Java runtime that has the modules of the jar, and busybox beside it. The guest has
# it at the same path, since the archive of classes below is good for one path only.
make_runtime() {
    local home modules file own
    home=$(dirname "$(dirname "$java")")
    [ -x "$home/bin/jlink" ] && [ -x "$home/bin/jdeps" ] \
        || die "needs a JDK, and $home has no jlink and jdeps: install openjdk-17-jdk-headless or set JAVA_HOME"
    # jdk.net has the socket options that the java.nio.channels use where it is there.
    modules=$("$home/bin/jdeps" --multi-release 17 --ignore-missing-deps --print-module-deps "$jar"),jdk.net,jdk.zipfs
    runtime=$cache/guest/$({ "$java" -version 2>&1 && echo "$home $modules" && sha256sum "$(command -v busybox)" \
        && declare -f make_runtime archive libraries; } | sha256sum | cut -c 1-16)
    if [ -f "$runtime/base.cpio" ]; then
        return
    fi
    echo "${0##*/}: making a Java runtime for the guest" >&2
    rm -rf "$runtime"
    mkdir -p "$runtime"
    "$home/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages \
        --output "$runtime/java" >"$runtime/jlink.log" || die "jlink failed: $(tail -n 1 "$runtime/jlink.log")"
    mkdir -p "$runtime/root/bin" "$runtime/root/etc" "$runtime/root$runtime"
    cp "$(command -v busybox)" "$runtime/root/bin/busybox"
    cp -a "$runtime/java" "$runtime/root$runtime/"
    mapfile -t own < <(find "$runtime/java" -name '*.so')
    while read -r file; do
        # The runtime's own are there already.
        if [ "${file#"$runtime"/}" = "$file" ]; then
            mkdir -p "$runtime/root$(dirname "$file")"
            cp -L "$file" "$runtime/root$file"
        fi
    done < <(libraries "$runtime/java/bin/java" "${own[@]}")
    if [ -d /usr/lib/locale/C.utf8 ]; then
        mkdir -p "$runtime/root/usr/lib/locale"
        cp -rL /usr/lib/locale/C.utf8 "$runtime/root/usr/lib/locale/"
    fi
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/:/bin/false' >"$runtime/root/etc/passwd"
    printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' >"$runtime/root/etc/group"
    printf '%s\n' '127.0.0.1 localhost guest' '::1 localhost' >"$runtime/root/etc/hosts"
    printf '%s\n' 'passwd: files' 'group: files' 'hosts: files' >"$runtime/root/etc/nsswitch.conf"
    archive "$runtime/root" "$runtime/base.cpio"
    rm -rf "$runtime/root"
}

# Sets layer to the directory with a copy of the jar and what the guest adds to the runtime for it: the jar, and an
# archive of the classes that a check loads (class-data sharing), in the place of the runtime's own archive, so that
# helper processes have it without an option.
make_layer() {
    local root shared
    layer=$runtime/$(sha256sum "$jar" | cut -c 1-16)
    if [ -f "$layer/jar.cpio" ]; then
        return
    fi
    echo "${0##*/}: collecting the classes that a check loads" >&2
    rm -rf "$layer"
    root=$layer/root
    shared=$root$runtime/java/lib/server
    mkdir -p "$shared" "$root$layer"
    cp "$jar" "$layer/benchmarks.jar"
    "$runtime/java/bin/java" -Xshare:off -XX:DumpLoadedClassList="$layer/classes" -jar "$layer/benchmarks.jar" \
        check --out "$layer/check" >/dev/null 2>&1 </dev/null || true
    "$runtime/java/bin/java" -Xshare:dump -XX:SharedClassListFile="$layer/classes" \
        -XX:SharedArchiveFile="$shared/classes.jsa" -cp "$layer/benchmarks.jar" >"$layer/dump.log" 2>&1 \
        || echo "${0##*/}: no archive of classes, so that JVMs start slowly: see $layer/dump.log" >&2
    cp -p "$layer/benchmarks.jar" "$root$layer/"
    archive "$root" "$layer/jar.cpio"
    rm -rf "$root" "$layer/check"
}

# quoted WORD: for a POSIX shell.
quoted() {
    printf "'%s'" "${1//\'/\'\\\'\'}"
}

# Sets out to the directory that --out names, as a full path.
find_out() {
    local previous='' argument
    out=
    for argument in "$@"; do
        case $argument in
            --out=*) out=${argument#--out=} ;;
        esac
        [ "$previous" != --out ] || out=$argument
        previous=$argument
    done
    [ -z "$out" ] || out=$(realpath -ms -- "$out")
}

# make_files ARGUMENT...: the part of the guest's files that is for this run alone.
make_files() {
    local files=$control/root/guest/files argument
    mkdir -p "$files"
    cp "$repository/scripts/qemu-init.sh" "$control/root/init"
    chmod +x "$control/root/init"
    {
        echo "DIRECTORY=$(quoted "$PWD")"
        echo "OUT=$(quoted "$out")"
    } >"$control/root/guest/settings"
    {
        printf 'HOME=/root LC_ALL=C.UTF-8 exec '
        quoted "$runtime/java/bin/java"
        # The first compiler alone and the simplest collector: what is emulated is slow to compile and has few threads.
        printf ' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -jar '
        quoted "$layer/benchmarks.jar"
        for argument in "$@"; do
            printf ' '
            quoted "$argument"
        done
        echo
    } >"$control/root/guest/command"
    for argument in "$@"; do
        if [[ $argument != -* ]] && [ -f "$argument" ]; then
            argument=$(realpath -s -- "$argument")
            mkdir -p "$files$(dirname "$argument")"
            cp -L -- "$argument" "$files$argument"
        fi
    done
    if [ -n "$out" ]; then
        mkdir -p "$files$(dirname "$out")"
        [ ! -d "$out" ] || cp -rL -- "$out" "$files$out"
    fi
    archive "$control/root" "$control/run.cpio"
}

[ $# -gt 0 ] || usage "which kernel?"
wanted=$1
shift
[ $# -gt 0 ] || set -- check
time_limit=$(number TIME_LIMIT 1200)
memory=$(number GUEST_MEMORY 2048)
cpus=$(number GUEST_CPUS 2)
[ -z "${REFRESH:-}" ] || lists_minutes=0
[[ $cache == /* ]] || die "XDG_CACHE_HOME must be a full path, not '$XDG_CACHE_HOME'"

mkdir -p "$cache"
find_kernel "$wanted"
need qemu-system-x86_64 qemu-system-x86
need busybox busybox-static
need cpio cpio
need_jar
java=$(find_java)
exec 9>"$cache/lock"
flock -n 9 || { echo "${0##*/}: waiting for another guest to end" >&2 && flock 9; }
make_runtime
make_layer

control=$(mktemp -d "$cache/run-XXXXXX")
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

find_out "$@"
make_files "$@"
cat "$runtime/base.cpio" "$layer/jar.cpio" "$control/run.cpio" >"$control/initrd"

# Output goes through pipes: QEMU would truncate a file that it is given.
exec 3> >(exec cat 9>&-)
output=$!
exec 4> >(exec cat >&2 9>&-)
errors=$!

# Serial ports, in their order: the kernel's messages, standard output and error of the suite, the files that it wrote.
# Each has an interrupt of its own, which the four ports of a PC do not have by themselves. On a busy machine the
# emulator's timer comes late, which a kernel takes for broken hardware unless it is told not to check.
timeout --kill-after=10 "$time_limit" nice -n 10 qemu-system-x86_64 -no-user-config -nodefaults -display none \
    -accel tcg,thread=multi -cpu max -smp "$cpus" -m "$memory" -no-reboot \
    -kernel "$kernel" -initrd "$control/initrd" \
    -append "console=ttyS0 panic=-1 random.trust_cpu=on no_timer_check nowatchdog" \
    -chardev "file,id=kernel,path=$control/kernel.log" -device isa-serial,chardev=kernel,index=0,irq=4 \
    -chardev file,id=output,path=/dev/fd/3 -device isa-serial,chardev=output,index=1,irq=3 \
    -chardev file,id=errors,path=/dev/fd/4 -device isa-serial,chardev=errors,index=2,irq=10 \
    -chardev "file,id=results,path=$control/results.cpio.gz" -device isa-serial,chardev=results,index=3,irq=11 \
    </dev/null >"$control/qemu.log" 2>&1 9>&- &
guest=$!

status=0
wait "$guest" || status=$?
guest=
exec 3>&- 4>&-
wait "$output" "$errors" || true
if [ "$status" = 124 ]; then
    echo "${0##*/}: the last message of its kernel: $(tail -n 1 "$control/kernel.log" | tr -d '\r')" >&2
    echo "${0##*/}: the guest was not done within $time_limit s (TIME_LIMIT)" >&2
    exit 124
fi
mkdir "$control/results"
if ! (cd "$control/results" && gzip -d <"$control/results.cpio.gz" \
        | cpio -i -d -m --no-absolute-filenames --quiet) 2>/dev/null \
        || [ ! -f "$control/results/guest/status" ]; then
    cat "$control/qemu.log" >&2
    tail -n 40 "$control/kernel.log" >&2
    die "the guest did not come to its end (status $status); the last messages of its kernel are above"
fi
[ -f "$control/results/guest/ipv6" ] || echo "${0##*/}: this kernel has no IPv6 built in" >&2
status=$(cat "$control/results/guest/status")
rm -r "$control/results/guest"
for written in "$PWD" "$out"; do
    if [ -n "$written" ] && [ "$written" != / ] && [ -d "$control/results$written" ]; then
        mkdir -p "$written"
        cp -r "$control/results$written/." "$written/"
    fi
done
exit "$status"
