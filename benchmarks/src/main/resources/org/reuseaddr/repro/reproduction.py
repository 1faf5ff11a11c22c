#!/usr/bin/env python3
@header
import errno, os, random, re, signal, sys
@if polls
import select
@end
@if linger
import struct
@end
@if processes
from multiprocessing import Pipe
@end
@if threads
from concurrent.futures import ThreadPoolExecutor
@end
from socket import *

LIMIT = {limit}  # seconds that a call may take
fd = {}  # the sockets, by the descriptors that the calls below show

@if tables
try:
    held = open("/proc/net/tcp").read() + open("/proc/net/tcp6").read()
except OSError:
    held = ""
held = {int(number, 16) for number in re.findall(r": [0-9A-F]+:([0-9A-F]{4})\b", held)}  # by others
@end
@if free
free = random.sample([number for number in range(10240, 32768) if number not in held], {free})
@end
# The port numbers that the calls below show, and the real ones that they stand for.
port = {ports}

def keep(number, made):
    fd[number] = made
    return number

@if unopened
for number in {unopened}:  # never opened
    fd[number] = socket()
    fd[number].close()
@end
@if names
def name(address, expected):  # in strace's notation; a port that the kernel shows for the first time is the expected one
    host, real = address[:2]
    if expected not in port and real not in port.values():
        port[expected] = real
    shown = {value: key for key, value in port.items()}.get(real, real)
    if len(address) == 2:
        return '{sa_family=AF_INET, sin_port=htons(%d), sin_addr=inet_addr("%s")}, [16]' % (shown, host)
    return ('{sa_family=AF_INET6, sin6_port=htons(%d), sin6_flowinfo=htonl(%d), inet_pton(AF_INET6, "%s", &sin6_addr), '
            'sin6_scope_id=%d}, [28]' % (shown, address[2], host, address[3]))

@end
@if polls
EVENTS = ((0x1, "POLLIN"), (0x2, "POLLPRI"), (0x4, "POLLOUT"), (0x8, "POLLERR"), (0x10, "POLLHUP"), (0x20,
          "POLLNVAL"), (0x40, "POLLRDNORM"), (0x80, "POLLRDBAND"), (0x100, "POLLWRNORM"), (0x200, "POLLWRBAND"),
          (0x400, "POLLMSG"), (0x2000, "POLLRDHUP"))

def poll(number, call, events, timeout):
    polled = select.poll()
    polled.register(max(fd[number].fileno(), -1) % (1 << 31), events)  # a closed one is a descriptor that cannot be open
    ready = polled.poll(timeout)
    if not ready:
        return call + " = 0 (Timeout)"
    return "%s = 1 ([{fd=%d, revents=%s}])" % (call, number, "|".join(name for bit, name in EVENTS if ready[0][1] & bit))

@end
# Who makes the call, the call with its result on Linux, and how it is made here.
@steps
@if known
# What some releases of Linux answer otherwise, by the number of the call and the answer.
@known

def duplicates_are_refused():  # by every Linux; a platform that permits these is none of those releases
    for family, host in (AF_INET, "127.0.0.1"), (AF_INET6, "::1"):
        for reuse in 0, 1:
            with socket(family, SOCK_STREAM) as first, socket(family, SOCK_STREAM) as second:
                for each in first, second:
                    each.setsockopt(SOL_SOCKET, SO_REUSEADDR, reuse)
                try:
                    first.bind((host, 0))
                except OSError:
                    continue  # no such address here
                first.listen(1)
                try:
                    second.bind(first.getsockname())
                    return False
                except OSError as e:
                    if e.errno != errno.EADDRINUSE:
                        return False
    return True

@end
@if threads
threads = {threads}
@end

def observe(who, line, make):
    call = line.rsplit(" = ", 1)[0]
    try:
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
@if threads
        made = threads[who].submit(make).result() if who in threads else make()
@else
        made = make()
@end
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

@if facilities
for family, host in {facilities}:
    try:
        socket(family, SOCK_STREAM).bind((host, 0))
    except OSError as e:
        if e.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            print("cannot run here, there is no %s: %s" % (host, e.strerror), flush=True)
            os._exit(2)
@end
@if users
users = {users}  # the effective user of each process, which is that of the sockets that it makes
try:
    for user in users.values():
        os.setresuid(-1, user, -1)
        os.setresuid(-1, os.getuid(), -1)
except OSError as e:
    print("cannot run here, only root can be user %d: %s" % (user, e.strerror), flush=True)
    os._exit(2)
@end
signal.signal(signal.SIGALRM, expire)
@if processes
others = {}  # the other processes make the calls that they are told to, until their pipe ends
for who in {others}:
    here, there = Pipe()
    child = os.fork()
@if users
    if child == 0:
        os.setresuid(-1, users.get(who, -1), -1)
@end
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
@end
@if users
os.setresuid(-1, users.get({first}, -1), -1)
@end
status = 0
for i, step in enumerate(steps):
@if processes
    pipe, _ = others.get({process}, (None, 0))
    if pipe:
        pipe.send((i, port))
        answer = pipe.recv() if pipe.poll(LIMIT + 1) else (step[1].rsplit(" = ", 1)[0] + " = ? TIMEOUT", port)
        port.update(answer[1])
    seen = answer[0] if pipe else observe(*step)
@else
    seen = observe(*step)
@end
    pid = "[pid %d] " % step[0] if step[0] else ""
    if seen != step[1]:
        print("- %s%s\n+ %s%s" % (pid, step[1], pid, seen))
        status = 1
@if known
        if (i, seen) in ELSEWHERE and duplicates_are_refused():
            print(ELSEWHERE[i, seen])
            status = 3
@end
        break
    print("  " + pid + seen)
@if names
if status == 1 and held.intersection(port.values()):
    print("cannot be judged here and now: the kernel chose a port that others' connections have; run it again")
    status = 2
@end
if status < 2:
    print("This platform does what the line + says, Linux what the line - says." if status else "As on Linux.")
@if processes
for _, child in others.values():
    os.kill(child, signal.SIGKILL)
@end
sys.stdout.flush()
@if known
os._exit(status % 3)  # 3: known
@else
os._exit(status)
@end
