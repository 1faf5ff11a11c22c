#!/bin/bash
# The first program of the guest that run-in-uml.sh starts; of no use anywhere else. Brings up what a Java program
# needs, runs $CONTROL/command, leaves its exit code in $CONTROL/status and switches the guest off.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
exec </dev/null >/dev/tty1 2>&1
stty -opost </dev/tty1

mount -t proc proc /proc
mount -t sysfs sys /sys
# The guest's JVMs would tidy away the performance files of the host's, whose processes they cannot see; but a Java,
# a jar or a repository that lives in /tmp must stay in sight.
grep -q /tmp/ "$CONTROL/command" || mount -t tmpfs tmp /tmp

# IPv6 is a module up to 6.12. modprobe looks for modules elsewhere, so the list of what it depends on is read by hand.
modules=$MODULES/$(uname -r)
ipv6=$(grep '^kernel/net/ipv6/ipv6.ko:' "$modules/modules.dep")
for module in ${ipv6#*:} ${ipv6%%:*}; do
    insmod "$modules/$module"
done
ip link set lo up

bash "$CONTROL/command"
echo $? >"$CONTROL/status"
sync
echo o >/proc/sysrq-trigger
# The power goes off while this sleeps: init must not return.
sleep 60
