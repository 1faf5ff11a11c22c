#!/usr/bin/env python3
# Scenario: implicit-bind/listen-without-bind-excludes-inet
# Linux: The port of a socket that listens without bind is as taken as any other.
# Source: socket(7) SO_REUSEADDR: "a socket may bind, except when there is an active listening socket bound to
#  the address"
# Reports: microsoft/WSL#41117
# Python 3.6 or later on Linux. Exits with 0: as on Linux, 1: this platform differs, 2: cannot run here.
import errno, os, random, re, signal, sys
from socket import *

LIMIT = 2.0  # seconds that a call may take
fd = {}  # the sockets, by the descriptors that the calls below show

try:
    held = open("/proc/net/tcp").read() + open("/proc/net/tcp6").read()
except OSError:
    held = ""
held = {int(number, 16) for number in re.findall(r": [0-9A-F]+:([0-9A-F]{4})\b", held)}  # by others
# The port numbers that the calls below show, and the real ones that they stand for.
port = {0: 0}

def keep(number, made):
    fd[number] = made
    return number

def name(address, expected):  # in strace's notation; a port that the kernel shows for the first time is the expected one
    host, real = address[:2]
    if expected not in port and real not in port.values():
        port[expected] = real
    shown = {value: key for key, value in port.items()}.get(real, real)
    if len(address) == 2:
        return '{sa_family=AF_INET, sin_port=htons(%d), sin_addr=inet_addr("%s")}, [16]' % (shown, host)
    return ('{sa_family=AF_INET6, sin6_port=htons(%d), sin6_flowinfo=htonl(%d), inet_pton(AF_INET6, "%s", &sin6_addr), '
            'sin6_scope_id=%d}, [28]' % (shown, address[2], host, address[3]))

# Who makes the call, the call with its result on Linux, and how it is made here.
steps = [
    (0, 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3', lambda: keep(3, socket(AF_INET, SOCK_STREAM))),
    (0, 'setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0', lambda: fd[3].setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)),
    (0, 'listen(3, 8) = 0', lambda: fd[3].listen(8)),
    (0, 'getsockname(3, {sa_family=AF_INET, sin_port=htons(40001), sin_addr=inet_addr("0.0.0.0")}, [16]) = 0',
     lambda: "getsockname(3, %s) = 0" % name(fd[3].getsockname(), 40001)),
    (0, 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4', lambda: keep(4, socket(AF_INET, SOCK_STREAM))),
    (0, 'setsockopt(4, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0', lambda: fd[4].setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)),
    (0, 'bind(4, {sa_family=AF_INET, sin_port=htons(40001), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EADDRINUSE (Address already in use)',
     lambda: fd[4].bind(("127.0.0.1", port[40001]))),
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
if status == 1 and held.intersection(port.values()):
    print("cannot be judged here and now: the kernel chose a port that others' connections have; run it again")
    status = 2
if status < 2:
    print("This platform does what the line + says, Linux what the line - says." if status else "As on Linux.")
sys.stdout.flush()
os._exit(status)
