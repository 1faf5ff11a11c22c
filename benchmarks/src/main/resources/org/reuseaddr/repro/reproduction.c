/*
@header
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
@if modes
#include <fcntl.h>
@end
@if polls
#include <limits.h>
@end
@if tcp
#include <netinet/tcp.h>
@end
@if threads
#include <pthread.h>
@end
@if polls
#include <poll.h>
@end
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
@if actors
#include <sys/mman.h>
@end
#include <sys/socket.h>
#include <sys/time.h>
@if free
#include <time.h>
@end
#include <unistd.h>

enum { LIMIT_MS = {limit} };
enum { {port_names}, PORTS }; /* the port numbers that the calls show */
@if names
static const int SHOWN[PORTS] = { {shown_ports} };
@end
@if actors
static struct { int port[PORTS]; _Atomic int turn, status; } *shared; /* port: the real ones, -1 until it is known */
static _Thread_local int me, step; /* the process or thread that runs here, and how far it is */
static pid_t first_process;
@else
static struct { int port[PORTS]; } here, *shared __attribute__((unused)) = &here; /* the real ports, -1 until it is known */
@end
static int fd[{descriptors}]; /* the sockets, by the descriptors that the calls show */
@if actors
static _Thread_local char seen[512];
@else
static char seen[512];
@end
@if polls
@if actors
static _Thread_local char reported[256]; /* what stands behind the number that poll returned */
@else
static char reported[256]; /* what stands behind the number that poll returned */
@end
@end
static volatile sig_atomic_t expired;

@if tables
static unsigned char held[65536]; /* by port: 1 where others have it, 2 where this program chose it */

static void read_held(const char *table)
{
    FILE *file = fopen(table, "r");
    char line[512];
    unsigned port;
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, " %*u: %*[0-9A-F]:%4x", &port) == 1)
            held[port] = 1;
    if (file)
        fclose(file);
}

@end
@if free
static int free_port(void)
{
    int port;
    do
        port = 10240 + rand() % 22000;
    while (held[port]);
    held[port] = 2;
    return port;
}

@end
@if inet
static const struct sockaddr *inet(const char *host, int port)
{
    static struct sockaddr_in address;
    address.sin_family = AF_INET;
    address.sin_port = htons(shared->port[port]);
    inet_pton(AF_INET, host, &address.sin_addr);
    return (struct sockaddr *) &address;
}

@end
@if inet6
static const struct sockaddr *inet6(const char *host, int port, uint32_t flow, uint32_t scope)
{
    static struct sockaddr_in6 address;
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(shared->port[port]);
    address.sin6_flowinfo = htonl(flow);
    address.sin6_scope_id = scope;
    inet_pton(AF_INET6, host, &address.sin6_addr);
    return (struct sockaddr *) &address;
}

@end
@if options
static int set(int socket, int level, int option, int value)
{
    return setsockopt(socket, level, option, &value, sizeof value);
}

@end
@if values
static int get(int socket, int level, int option, const char *call)
{
    int value = 0;
    socklen_t length = sizeof value;
    int result = getsockopt(socket, level, option, &value, &length);
    if (result == 0)
        snprintf(seen, sizeof seen, "%s, [%d], [%d])", call, value, (int) length);
    return result;
}

@end
@if ranges
/* Reads IP_LOCAL_PORT_RANGE; a range of exactly one port is shown by the number that stands for it. */
static int get_range(int socket, int port, unsigned shown, const char *call)
{
    unsigned value = 0;
    socklen_t length = sizeof value;
    int result = getsockopt(socket, IPPROTO_IP, 51, &value, &length);
    if (value == shared->port[port] * 65537u)
        value = shown * 65537u;
    if (result == 0)
        snprintf(seen, sizeof seen, "%s, [%d], [%d])", call, (int) value, (int) length);
    return result;
}

@end
@if names
/* Notes an address from the kernel; a port that it shows for the first time is the expected one. */
static int name(int result, const struct sockaddr_storage *address, const char *call, int expected, const char *end)
{
    const struct sockaddr_in *four = (const struct sockaddr_in *) address;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *) address;
    int real = ntohs(address->ss_family == AF_INET ? four->sin_port : six->sin6_port), number = -1;
    char host[INET6_ADDRSTRLEN] = "";
    if (result < 0)
        return result;
    for (int i = 0; i < PORTS; i++)
        if (shared->port[i] == real)
            number = SHOWN[i];
    if (number < 0 && shared->port[expected] < 0) {
        shared->port[expected] = real;
        number = SHOWN[expected];
    }
    number = number < 0 ? real : number;
    if (address->ss_family == AF_INET)
        snprintf(seen, sizeof seen, "%s, {sa_family=AF_INET, sin_port=htons(%d), sin_addr=inet_addr(\"%s\")}, [16]%s",
                 call, number, inet_ntop(AF_INET, &four->sin_addr, host, sizeof host), end);
    else
        snprintf(seen, sizeof seen, "%s, {sa_family=AF_INET6, sin6_port=htons(%d), sin6_flowinfo=htonl(%u), "
                 "inet_pton(AF_INET6, \"%s\", &sin6_addr), sin6_scope_id=%u}, [28]%s", call, number,
                 ntohl(six->sin6_flowinfo), inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host),
                 six->sin6_scope_id, end);
    return result;
}

@end
@if accepts
static int named_accept(int listener, const char *call, int expected, const char *end)
{
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    return name(accept(listener, (struct sockaddr *) &address, &length), &address, call, expected, end);
}

@end
@if accepts4
static int named_accept4(int listener, int flags, const char *call, int expected, const char *end)
{
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    return name(accept4(listener, (struct sockaddr *) &address, &length, flags), &address, call, expected, end);
}

@end
@if getsockname
static int named_getsockname(int socket, const char *call, int expected)
{
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    return name(getsockname(socket, (struct sockaddr *) &address, &length), &address, call, expected, ")");
}

@end
@if getpeername
static int named_getpeername(int socket, const char *call, int expected)
{
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    return name(getpeername(socket, (struct sockaddr *) &address, &length), &address, call, expected, ")");
}

@end
@if keeps
/* Files a new descriptor under the number that the calls show; returns that number. */
static int keep(int number, int made)
{
    fd[number] = made;
    return made < 0 ? made : number;
}

@end
@if modes
static int set_non_blocking(int socket, int on)
{
    int flags = fcntl(socket, F_GETFL);
    return flags < 0 ? flags : fcntl(socket, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

@end
@if polls
static int poll_one(int number, int events, int timeout)
{
    static const struct { int event; const char *name; } NAMES[] = {
        { POLLIN, "POLLIN" }, { POLLPRI, "POLLPRI" }, { POLLOUT, "POLLOUT" },
        { POLLERR, "POLLERR" }, { POLLHUP, "POLLHUP" }, { POLLNVAL, "POLLNVAL" },
        { POLLRDNORM, "POLLRDNORM" }, { POLLRDBAND, "POLLRDBAND" }, { POLLWRNORM, "POLLWRNORM" },
        { POLLWRBAND, "POLLWRBAND" }, { POLLMSG, "POLLMSG" }, { POLLRDHUP, "POLLRDHUP" },
    };
    struct pollfd polled = { fd[number] < 0 ? INT_MAX : fd[number], (short) events, 0 };
    int result = poll(&polled, 1, timeout), rest = (unsigned short) polled.revents;
    size_t length;
    snprintf(reported, sizeof reported, "%s", result == 0 ? " (Timeout)" : "");
    if (result != 1)
        return result;
    length = (size_t) snprintf(reported, sizeof reported, " ([{fd=%d, revents=%s", number, rest ? "" : "0|");
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (rest & NAMES[i].event) {
            length += (size_t) snprintf(reported + length, sizeof reported - length, "%s|", NAMES[i].name);
            rest &= ~NAMES[i].event;
        }
    if (rest)
        length += (size_t) snprintf(reported + length, sizeof reported - length, "0x%x|", (unsigned) rest);
    snprintf(reported + length - 1, sizeof reported - length + 1, "}])");
    return result;
}

@end
@if closes
static int shut(int number)
{
    int socket = fd[number];
    fd[number] = -1;
    return close(socket);
}

@end
static void expire(int number)
{
    expired = number;
}

static void limit(int milliseconds)
{
    /* Again and again once it has expired: a signal just before the call would not end it. */
    struct itimerval time = { { 0, milliseconds ? 50000 : 0 }, { milliseconds / 1000, milliseconds % 1000 * 1000 } };
    expired = 0;
    setitimer(ITIMER_REAL, &time, NULL);
}

static const char *symbol(int error)
{
    static const struct { int error; const char *symbol; } SYMBOLS[] = {
@errors
    };
    for (size_t i = 0; i < sizeof SYMBOLS / sizeof *SYMBOLS; i++)
        if (SYMBOLS[i].error == error)
            return SYMBOLS[i].symbol;
    return "ERRNO";
}

@if known
/* Whether this program's own duplicate listeners are refused, as by every Linux: a platform that permits them is none of the
 * releases of the list below. */
static int refuses(const struct sockaddr *address, socklen_t length, int reuse)
{
    struct sockaddr_storage name;
    socklen_t size = sizeof name;
    int first = socket(address->sa_family, SOCK_STREAM, 0), second = socket(address->sa_family, SOCK_STREAM, 0), refused = 1;
    setsockopt(first, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    if (bind(first, address, length) == 0 && listen(first, 1) == 0
            && getsockname(first, (struct sockaddr *) &name, &size) == 0)
        refused = bind(second, (struct sockaddr *) &name, size) != 0 && errno == EADDRINUSE;
    close(first);
    close(second);
    return refused;
}

static int duplicates_are_refused(void)
{
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    return refuses((struct sockaddr *) &four, sizeof four, 0) && refuses((struct sockaddr *) &four, sizeof four, 1)
        && refuses((struct sockaddr *) &six, sizeof six, 0) && refuses((struct sockaddr *) &six, sizeof six, 1);
}

/* What some releases of Linux answer otherwise: whether this answer to the call of this number is such a one. */
static int is_known(int number, const char *here)
{
    static const struct { int number; const char *result, *message; } KNOWN[] = {
@known
    };
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (number == KNOWN[i].number && strcmp(here, KNOWN[i].result) == 0 && duplicates_are_refused()) {
            puts(KNOWN[i].message);
            return 1;
        }
    return 0;
}

@end
static void report(int who, const char *call, const char *result, const char *here, int differs)
{
    char pid[32] = "";
    if (who != 0)
        snprintf(pid, sizeof pid, "[pid %d] ", who);
    if (differs)
        printf("- %s%s = %s\n+ %s%s = %s\n", pid, call, result, pid, seen, here);
    else
        printf("  %s%s = %s\n", pid, seen, here);
@if names
    for (int i = 0; i < PORTS && differs == 1; i++)
        if (shared->port[i] > 0 && held[shared->port[i]] == 1)
            differs = 2;
    if (differs == 2)
        puts("cannot be judged here and now: the kernel chose a port that others' connections have; run it again");
@end
@if known
@if actors
    if (differs == 1 && strcmp(seen, call) == 0 && is_known(shared->turn, here))
        differs = 3; /* known */
@else
    static int turn;
    if (differs == 1 && strcmp(seen, call) == 0 && is_known(turn, here))
        exit(0);
    turn++;
@end
@end
@if actors
    shared->status = differs;
    shared->turn++;
@else
    if (differs)
        exit(differs);
@end
}

@if actors
/* Whether the call is made here; waits for its turn if it is, and until it is over if it is not. */
static int mine(int who, const char *call, const char *result)
{
    int is_first = getpid() == first_process && me == {first};
    for (int waited = 0; shared->status != 0 || shared->turn < step + (who != me); waited++) {
        if (shared->status != 0 && is_first)
            exit(shared->status % 3);
        if (getpid() != first_process && getppid() != first_process)
            _exit(0);
        usleep(1000);
        if (waited > LIMIT_MS + 1000 && is_first && shared->status == 0) {
            snprintf(seen, sizeof seen, "%s", call);
            report(who, call, result, "? TIMEOUT", 1);
        }
    }
    step++;
    if (who == me) {
        snprintf(seen, sizeof seen, "%s", call);
        limit({alarmed} ? LIMIT_MS : 0);
    }
    return who == me;
}

@end
static void made(int who, const char *call, const char *result, int error, int returned)
{
    int errno_here = errno, late = returned < 0 && errno_here == EINTR && expired;
    char here[300];
    limit(0);
    if (late)
        snprintf(here, sizeof here, "? TIMEOUT (no answer in %d ms)", LIMIT_MS);
    else if (returned < 0)
        snprintf(here, sizeof here, "-1 %s (%s)", symbol(errno_here), strerror(errno_here));
    else
@if polls
        snprintf(here, sizeof here, "%d%s", returned, strncmp(call, "poll(", 5) == 0 ? reported : "");
@else
        snprintf(here, sizeof here, "%d", returned);
@end
    report(who, call, result, here, late ? error != -1 : returned < 0 ? error != errno_here
           : error != 0 || strcmp(here, result) != 0 || strcmp(seen, call) != 0);
}

/* Who makes the call, the call, its result on Linux with the errno, and how it is made here. */
@if actors
#define CALL(who, call, result, error, here) if (mine(who, call, result)) made(who, call, result, error, here)
@else
#define CALL(who, call, result, error, here) (snprintf(seen, sizeof seen, "%s", call), limit(LIMIT_MS), \
    made(who, call, result, error, here))
@end

static void calls(void)
{
@calls
}

@if threads
static void *run(void *thread)
{
    me = (int) (intptr_t) thread;
    calls();
    return NULL;
}

static void start(int thread)
{
    pthread_t started;
    if (pthread_create(&started, NULL, run, (void *) (intptr_t) thread) != 0)
        exit(2);
}

@end
@if processes
/* The rest of another process's life: it holds its sockets until the first process ends. */
static void live(int process)
{
    me = process;
    calls();
    while (getppid() == first_process)
        usleep(1000);
    _exit(0);
}

@end
@if users
/* Sockets belong to the effective user of the process that makes them; -1 for the one who has started the program. */
static void become(int user)
{
    if (setresuid(-1, user < 0 ? getuid() : (uid_t) user, -1) != 0) {
        printf("cannot run here, only root can be user %d: %s\n", user, strerror(errno));
        exit(2);
    }
}

static void may_become(int user)
{
    become(user);
    become(-1);
}

@end
@if facilities
static void need(int family, const struct sockaddr *address, socklen_t length, const char *host)
{
    int probe = socket(family, SOCK_STREAM, 0);
    if ((probe < 0 || bind(probe, address, length) != 0) && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
        printf("cannot run here, there is no %s: %s\n", host, strerror(errno));
        exit(2);
    }
    close(probe);
}

@end
int main(void)
{
    struct sigaction alarms = { .sa_handler = expire };
    sigaction(SIGALRM, &alarms, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
@if free
    srand((unsigned) (time(NULL) ^ getpid() << 8));
@end
@if actors
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 2;
@end
    memset(fd, -1, sizeof fd);
@if tables
    read_held("/proc/net/tcp");
    read_held("/proc/net/tcp6");
@end
@needs
@may_become
@ports
@actors
    calls();
    puts("As on Linux.");
    return 0;
}
