#!/usr/bin/env python3
# Scenario: reuseport-users/other-user-is-bound-inet
# Linux: A bound socket with SO_REUSEPORT keeps sockets of other users away from its port.
# Source: socket(7) SO_REUSEPORT: "To prevent port hijacking, all of the processes binding to the same address
#  must have the same effective UID."
# Python 3.6 or later on Linux. Exits with 0: as on Linux, 1: this platform differs, 2: cannot run here.
import errno, os, random, re, signal, sys
from multiprocessing import Pipe
from socket import *

LIMIT = 2.0  # seconds that a call may take
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
    (1001, 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3', lambda: keep(3, socket(AF_INET, SOCK_STREAM))),
    (1001, 'setsockopt(3, SOL_SOCKET, SO_REUSEPORT, [1], 4) = 0',
     lambda: fd[3].setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)),
    (1001, 'bind(3, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
     lambda: fd[3].bind(("127.0.0.1", port[12345]))),
    (1002, 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3', lambda: keep(3, socket(AF_INET, SOCK_STREAM))),
    (1002, 'setsockopt(3, SOL_SOCKET, SO_REUSEPORT, [1], 4) = 0',
     lambda: fd[3].setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)),
    (1002, 'bind(3, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EADDRINUSE (Address already in use)',
     lambda: fd[3].bind(("127.0.0.1", port[12345]))),
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
users = {1001: 65534, 1002: 65533}  # the effective user of each process, which is that of the sockets that it makes
try:
    for user in users.values():
        os.setresuid(-1, user, -1)
        os.setresuid(-1, os.getuid(), -1)
except OSError as e:
    print("cannot run here, only root can be user %d: %s" % (user, e.strerror), flush=True)
    os._exit(2)
signal.signal(signal.SIGALRM, expire)
others = {}  # the other processes make the calls that they are told to, until their pipe ends
for who in [1002]:
    here, there = Pipe()
    child = os.fork()
    if child == 0:
        os.setresuid(-1, users.get(who, -1), -1)
    while child == 0:
        try:
            here.close()
            i, known = there.recv()
            port.update(known)
            there.send((observe(*steps[i]), port))
        except (EOFError, KeyboardInterrupt):
            os._exit(1)
    there.close()
    others[who] = here, child
os.setresuid(-1, users.get(1001, -1), -1)
status = 0
for i, step in enumerate(steps):
    pipe, _ = others.get(step[0], (None, 0))
    if pipe:
        pipe.send((i, port))
        answer = pipe.recv() if pipe.poll(LIMIT + 1) else (step[1].rsplit(" = ", 1)[0] + " = ? TIMEOUT", port)
        port.update(answer[1])
    seen = answer[0] if pipe else observe(*step)
    pid = "[pid %d] " % step[0] if step[0] else ""
    if seen != step[1]:
        print("- %s%s\n+ %s%s" % (pid, step[1], pid, seen))
        status = 1
        break
    print("  " + pid + seen)
if status < 2:
    print("This platform does what the line + says, Linux what the line - says." if status else "As on Linux.")
for _, child in others.values():
    os.kill(child, signal.SIGKILL)
sys.stdout.flush()
os._exit(status)
