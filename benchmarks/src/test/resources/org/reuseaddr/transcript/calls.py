"""The program whose calls the *.strace files of this folder show, traced by strace 6.1 on Linux 6.18:

strace -f -e trace=network,close,clone,clone3,fork,vfork python3 -E -S calls.py 2> stderr-follow.strace
strace -f -yy -T -tt -o file-timed-decorated.strace python3 -E -S calls.py
strace -f -e trace=%network python3 -E -S calls.py 2> network-only.strace
strace -f -r -n -i -e trace=%network,close python3 -E -S calls.py 2> relative-number-pointer.strace

Everything before the first socket call is cut off.
"""
import os
import struct
import threading
import time
from socket import *


def attempt(call, *arguments):
    try:
        return call(*arguments)
    except OSError:
        return None


s=socket(AF_INET6,SOCK_STREAM); s.setsockopt(SOL_SOCKET,SO_REUSEADDR,1); s.setsockopt(IPPROTO_IPV6,IPV6_V6ONLY,1)
s.bind(('::1',12345)); s.listen(1)
for o in (SO_REUSEADDR,SO_TYPE,SO_ERROR,SO_PROTOCOL,SO_DOMAIN,SO_ACCEPTCONN): s.getsockopt(SOL_SOCKET,o)
s.getsockopt(SOL_SOCKET,SO_LINGER,8)
s.setsockopt(SOL_SOCKET,SO_RCVBUF,4096); s.setsockopt(IPPROTO_TCP,TCP_NODELAY,1); s.setsockopt(IPPROTO_TCP,TCP_DEFER_ACCEPT,0)
t=socket(AF_INET6,SOCK_STREAM,IPPROTO_TCP); t.setsockopt(SOL_SOCKET,SO_REUSEADDR,1); attempt(t.bind,('::1',12345)); t.close()
c=socket(AF_INET6,SOCK_STREAM); c.setsockopt(SOL_SOCKET,SO_LINGER,struct.pack('ii',1,0)); c.connect(('::1',12345)); c.getsockname()
a,_=s.accept(); a.getsockname(); attempt(a.shutdown,SHUT_RDWR); a.close(); c.close()
u=socket(AF_INET,SOCK_DGRAM); u.bind(('127.0.0.1',12346)); u.close()
x=socket(AF_UNIX); attempt(x.connect,'/nonexistent'); x.close()
v=socket(AF_INET,SOCK_STREAM|SOCK_NONBLOCK); v.setsockopt(0,24,1); v.setsockopt(0,15,1); v.bind(('127.0.0.1',12347)); v.listen(); attempt(v.accept)
w=socket(AF_INET,SOCK_STREAM); attempt(w.connect,('127.0.0.1',1)); w.close()
def th():
    cc=socket(AF_INET,SOCK_STREAM); time.sleep(0.2); cc.connect(('127.0.0.1',12347)); cc.close()
v.setblocking(True)
h=threading.Thread(target=th); h.start(); b,_=v.accept(); h.join(); b.close()
p=os.fork()
if p==0:
    z=socket(AF_INET6,SOCK_STREAM); z.setsockopt(SOL_SOCKET,SO_REUSEADDR,1); attempt(z.bind,('::1',12345)); os._exit(0)
os.waitpid(p,0)
s.close()
