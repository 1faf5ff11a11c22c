#!/usr/bin/env python3
# Scenario: backlog/of-2-inet
# Linux: A listener with a backlog of 2 has room for 3 connections, and the next one waits.
# Source: listen(2): "the maximum length to which the queue of pending connections for sockfd may grow"; kernel:
#  sk_acceptq_is_full compares with >
# Reports: google/gvisor#3153, google/gvisor#5637, google/gvisor#6545
# Python 3.6 or later on Linux. Exits with 0: as on Linux, 1: this platform differs, 2: cannot run here.
import errno, os, random, re, signal, sys
import struct
from socket import *

LIMIT = 0.1  # seconds that a call may take
fd = {}  # the sockets, by the descriptors that the calls below show

try:
    held = open("/proc/net/tcp").read() + open("/proc/net/tcp6").read()
except OSError:
    held = ""
held = {int(number, 16) for number in re.findall(r": [0-9A-F]+:([0-9A-F]{4})\b", held)}  # by others
free = random.sample([number for number in range(10240, 32768) if number not in held], 1)
# The port numbers that the calls below show, and the real ones that they stand for.
port = {0: 0, 12345: free.pop()}

def keep(number, made):
    fd[number] = made
    return number

# Who makes the call, the call with its result on Linux, and how it is made here.
steps = [
    (0, 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3', lambda: keep(3, socket(AF_INET, SOCK_STREAM))),
    (0, 'bind(3, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
     lambda: fd[3].bind(("127.0.0.1", port[12345]))),
    (0, 'listen(3, 2) = 0', lambda: fd[3].listen(2)),
    (0, 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4', lambda: keep(4, socket(AF_INET, SOCK_STREAM))),
    (0, 'setsockopt(4, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0',
     lambda: fd[4].setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))),
    (0, 'connect(4, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
     lambda: fd[4].connect(("127.0.0.1", port[12345]))),
    (0, 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 5', lambda: keep(5, socket(AF_INET, SOCK_STREAM))),
    (0, 'setsockopt(5, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0',
     lambda: fd[5].setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))),
    (0, 'connect(5, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
     lambda: fd[5].connect(("127.0.0.1", port[12345]))),
    (0, 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 6', lambda: keep(6, socket(AF_INET, SOCK_STREAM))),
    (0, 'setsockopt(6, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0',
     lambda: fd[6].setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))),
    (0, 'connect(6, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
     lambda: fd[6].connect(("127.0.0.1", port[12345]))),
    (0, 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 7', lambda: keep(7, socket(AF_INET, SOCK_STREAM))),
    (0, 'setsockopt(7, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0',
     lambda: fd[7].setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))),
    (0, 'connect(7, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr("127.0.0.1")}, 16) = ? TIMEOUT (no answer in 100 ms)',
     lambda: fd[7].connect(("127.0.0.1", port[12345]))),
]

def observe(who, line, make):
    call = line.rsplit(" = ", 1)[0]
    try:
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
        made = make()
        signal.setitimer(signal.ITIMER_REAL, 0)
    except OSError as e:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if e.errno is None:
            return call + " = ? TIMEOUT (no answer in %d ms)" % round(LIMIT * 1000)
        result = "%s = -1 %s (" % (call, errno.errorcode.get(e.errno, e.errno))
        return line if line.startswith(result) else result + os.strerror(e.errno) + ")"
    return made if isinstance(made, str) else "%s = %d" % (call, made or 0)

def expire(number, frame):
    raise TimeoutError  # without an errno, which ETIMEDOUT has

for family, host in ((AF_INET, "127.0.0.1"),):
    try:
        socket(family, SOCK_STREAM).bind((host, 0))
    except OSError as e:
        if e.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            print("cannot run here, there is no %s: %s" % (host, e.strerror), flush=True)
            os._exit(2)
signal.signal(signal.SIGALRM, expire)
status = 0
for i, step in enumerate(steps):
    seen = observe(*step)
    pid = "[pid %d] " % step[0] if step[0] else ""
    if seen != step[1]:
        print("- %s%s\n+ %s%s" % (pid, step[1], pid, seen))
        status = 1
        break
    print("  " + pid + seen)
if status < 2:
    print("This platform does what the line + says, Linux what the line - says." if status else "As on Linux.")
sys.stdout.flush()
os._exit(status)
