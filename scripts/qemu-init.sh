#!/bin/busybox sh
# The first program of the guest that run-in-qemu.sh starts; of no use anywhere else. Brings up what a Java program
# needs, runs /guest/command, sends the files that it wrote and its exit code to the fourth serial port as a compressed
# cpio archive, and switches the guest off.
export PATH=/bin:/sbin
/bin/busybox mkdir -p /proc /sys /dev /tmp /root /sbin
/bin/busybox --install -s /bin
chmod 1777 /tmp
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t devpts pts /dev/pts
ln -s /proc/self/fd /dev/fd
ln -s fd/0 /dev/stdin
ln -s fd/1 /dev/stdout
ln -s fd/2 /dev/stderr
for port in 1 2 3; do
    stty -F "/dev/ttyS$port" raw -echo
done
ip link set lo up
hostname guest
# As service managers set it; the kernel's own limit is 4096.
ulimit -Hn 524288

# The directory, the file of the arguments and DIR of --out, as they are on the host.
. /guest/settings
mkdir -p "$DIRECTORY"
[ ! -d /guest/files ] || cp -a /guest/files/. /
touch /guest/started
# Modification times are compared in seconds.
sleep 1
[ ! -e /proc/net/if_inet6 ] || touch /guest/ipv6

(cd "$DIRECTORY" && . /guest/command) </dev/null >/dev/ttyS1 2>/dev/ttyS2
echo $? >/guest/status

{
    cd /
    ls guest/status guest/ipv6 2>/dev/null
    [ "$DIRECTORY" = / ] || find "${DIRECTORY#/}" -xdev -type f -newer /guest/started
    [ -z "$OUT" ] || [ ! -d "$OUT" ] || find "${OUT#/}" -xdev -type f -newer /guest/started
} | sort -u >/guest/list
cd /
cpio -o -H newc <guest/list 2>/dev/null | gzip >guest/results.cpio.gz
cat guest/results.cpio.gz >/dev/ttyS3
poweroff -f
