#!/usr/bin/env python3
"""Writes a trace of servers that come and go, as strace -f -ttt -T has it: make-trace.py MIB > FILE"""
import sys

CALLS = (
    "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 7",
    "setsockopt(7, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0",
    'bind(7, {sa_family=AF_INET, sin_port=htons(%d), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
    "listen(7, 128) = 0",
    'accept4(7, {sa_family=AF_INET, sin_port=htons(40000), sin_addr=inet_addr("127.0.0.1")}, [128 => 16], SOCK_CLOEXEC) = 8',
    'read(8, "GET / HTTP/1.1\\r\\nHost: 127.0.0.1"..., 4096) = 78',
    "epoll_wait(5, [{events=EPOLLIN, data={u32=8, u64=8}}], 512, -1) = 1",
    'write(8, "HTTP/1.1 200 OK\\r\\nContent-Length"..., 180) = 180',
    "close(8) = 0",
    "close(7) = 0",
)

left = int(sys.argv[1]) << 20
server = 0
while left > 0:
    begin = "%d %.6f " % (1000 + server % 50, 1700000000 + server * 0.0001)
    lines = "".join(begin + call + " <0.000012>\n" for call in CALLS).replace("%d", str(10000 + server % 20000))
    sys.stdout.write(lines)
    left -= len(lines)
    server += 1
