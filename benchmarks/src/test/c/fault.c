/*
 * Makes the socket calls of an ordinary Linux machine misbehave as known platforms did, so that each catch of the
 * suite is proved by a run. Preloaded, one fault at a time:
 *
 *     gcc -shared -fPIC -O2 -Wall -Wextra -Werror -o libfault.so fault.c
 *     LD_PRELOAD=$PWD/libfault.so REUSEADDR_FAULT=duplicate-listener java -jar benchmarks.jar check
 *
 * REUSEADDR_FAULT          what the platform does                                              defect
 *   duplicate-listener     SO_REUSEADDR also sets SO_REUSEPORT                                 D01, D02
 *   addresses-share-port   bind refuses a port that another address of the family holds        D03
 *   families-share-port    bind refuses a port that the other family holds                     D04
 *   time-wait-ignored      bind switches SO_REUSEADDR on                                       D05
 *   freebind               bind takes an address that is not local                             D06
 *   reuseaddr-refused      SO_REUSEADDR fails with EINVAL                                      D07
 *   reuseport-dropped      SO_REUSEPORT is accepted and has no effect                          D08
 *   reuseport-refused      SO_REUSEPORT fails with ENOPROTOOPT                                 D08
 *   ephemeral-leak         the port of a client stays in use when the client is closed         D09
 *   bind-slow              bind takes 1 ms (10 ms in the report: a proof needs no such patience)   D10
 *   autobind-elsewhere     listen without bind listens where loopback does not lead            D11
 *   thread-bind-elsewhere  a bind off the main thread goes where loopback does not lead        D12
 *   v6only-forced          a bind to :: takes IPv6 alone                                       D18
 *   accept-slow            accept takes 0.3 ms                                                 D19
 *   chosen-port-kept       a socket bound to port 0 stays open for 20 ms after its close       D21
 *   high-ports-refused     bind refuses ports from 49152 on                                    D22
 *   shutdown-ignored       shutdown of a listener does nothing                                 D24
 *   listener-blocks        accept on a listener ignores O_NONBLOCK                             D25
 *   claim-window           a millisecond between the check of bind or listen and its effect    D26
 *   backlog-fixed          listen takes a backlog of 3, whatever it is given                   D27
 *   listener-kept          a listener stays open after its close                               D28
 *   port-range-ignored     IP_LOCAL_PORT_RANGE is accepted and has no effect                   D29
 *   chosen-port-again      port 0 takes the port of the bind to port 0 before it, if it can    D32
 *   refused-for-good       a socket whose connect was refused answers ECONNABORTED to the next     D31
 *   accepted-shows-any     an accepted socket shows the wildcard address as its own            D33
 *   listen-hides-refusal   listen that fails with EADDRINUSE returns 0 and does not listen     D34
 *   users-forgotten        all sockets are of the real user, whoever makes them                 none: gVisor
 *   clock-steps            the clock on the wall jumps by hours, forth and back                none: time is set
 *   reuseaddr-remembered   SO_REUSEADDR cannot be changed once the socket is bound              none: Linux up to 6.7
 *
 * REUSEADDR_FAULT_ONLY_IN narrows the fault to processes whose command line contains this text, or, with a leading
 * '!', to those whose command line does not: JMH's forks can be broken and their parent left honest, or the reverse.
 *
 * Without REUSEADDR_FAULT every call passes through untouched. An unknown fault ends the process with status 2: a
 * misspelt fault that breaks nothing would look like a suite that sees nothing.
 *
 * Only the dynamic linker's symbols are interposed. A caller that asks libc's own handle for a symbol
 * (dlopen("libc.so.6"), then dlsym) passes this library by.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum fault {
    NONE,
    DUPLICATE_LISTENER,
    ADDRESSES_SHARE_PORT,
    FAMILIES_SHARE_PORT,
    TIME_WAIT_IGNORED,
    FREEBIND,
    REUSEADDR_REFUSED,
    REUSEPORT_DROPPED,
    REUSEPORT_REFUSED,
    EPHEMERAL_LEAK,
    USERS_FORGOTTEN,
    BIND_SLOW,
    AUTOBIND_ELSEWHERE,
    THREAD_BIND_ELSEWHERE,
    V6ONLY_FORCED,
    ACCEPT_SLOW,
    CHOSEN_PORT_KEPT,
    HIGH_PORTS_REFUSED,
    SHUTDOWN_IGNORED,
    LISTENER_BLOCKS,
    CLAIM_WINDOW,
    BACKLOG_FIXED,
    LISTENER_KEPT,
    PORT_RANGE_IGNORED,
    CHOSEN_PORT_AGAIN,
    REFUSED_FOR_GOOD,
    ACCEPTED_SHOWS_ANY,
    LISTEN_HIDES_REFUSAL,
    CLOCK_STEPS,
    REUSEADDR_REMEMBERED,
};

static const struct {
    const char *name;
    enum fault fault;
} FAULTS[] = {
    {"duplicate-listener", DUPLICATE_LISTENER},
    {"addresses-share-port", ADDRESSES_SHARE_PORT},
    {"families-share-port", FAMILIES_SHARE_PORT},
    {"time-wait-ignored", TIME_WAIT_IGNORED},
    {"freebind", FREEBIND},
    {"reuseaddr-refused", REUSEADDR_REFUSED},
    {"reuseport-dropped", REUSEPORT_DROPPED},
    {"reuseport-refused", REUSEPORT_REFUSED},
    {"ephemeral-leak", EPHEMERAL_LEAK},
    {"users-forgotten", USERS_FORGOTTEN},
    {"bind-slow", BIND_SLOW},
    {"autobind-elsewhere", AUTOBIND_ELSEWHERE},
    {"thread-bind-elsewhere", THREAD_BIND_ELSEWHERE},
    {"v6only-forced", V6ONLY_FORCED},
    {"accept-slow", ACCEPT_SLOW},
    {"chosen-port-kept", CHOSEN_PORT_KEPT},
    {"high-ports-refused", HIGH_PORTS_REFUSED},
    {"shutdown-ignored", SHUTDOWN_IGNORED},
    {"listener-blocks", LISTENER_BLOCKS},
    {"claim-window", CLAIM_WINDOW},
    {"backlog-fixed", BACKLOG_FIXED},
    {"listener-kept", LISTENER_KEPT},
    {"port-range-ignored", PORT_RANGE_IGNORED},
    {"chosen-port-again", CHOSEN_PORT_AGAIN},
    {"refused-for-good", REFUSED_FOR_GOOD},
    {"accepted-shows-any", ACCEPTED_SHOWS_ANY},
    {"listen-hides-refusal", LISTEN_HIDES_REFUSAL},
    {"clock-steps", CLOCK_STEPS},
    {"reuseaddr-remembered", REUSEADDR_REMEMBERED},
};

/* IP_LOCAL_PORT_RANGE, which headers of before Linux 6.3 do not have. */
enum { LOCAL_PORT_RANGE = 51 };

/* The lowest port of Windows' dynamic range. */
enum { LOWEST_DYNAMIC_PORT = 49152 };

/* Local, and no address that a program connects to when it means loopback. */
static const char ELSEWHERE_INET[] = "127.255.0.1";
/* RFC 3849, documentation: local nowhere. */
static const char ELSEWHERE_INET6[] = "2001:db8::1";

typedef int socket_function(int, int, int);
typedef int setsockopt_function(int, int, int, const void *, socklen_t);
typedef int bind_function(int, const struct sockaddr *, socklen_t);
typedef int listen_function(int, int);
typedef int getsockname_function(int, struct sockaddr *, socklen_t *);
typedef int connect_function(int, const struct sockaddr *, socklen_t);
typedef int accept_function(int, struct sockaddr *, socklen_t *);
typedef int accept4_function(int, struct sockaddr *, socklen_t *, int);
typedef int close_function(int);
typedef int shutdown_function(int, int);
typedef int dup2_function(int, int);
typedef int clock_gettime_function(clockid_t, struct timespec *);

/* Written once, before the first interposed call goes on. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static enum fault active = NONE;
static socket_function *real_socket;
static setsockopt_function *real_setsockopt;
static bind_function *real_bind;
static listen_function *real_listen;
static getsockname_function *real_getsockname;
static connect_function *real_connect;
static accept_function *real_accept;
static accept4_function *real_accept4;
static close_function *real_close;
static shutdown_function *real_shutdown;
static dup2_function *real_dup2;
static clock_gettime_function *real_clock_gettime;

/* Which descriptors connect was called on, for ephemeral-leak; a higher one is not followed. */
enum { FOLLOWED_DESCRIPTORS = 1 << 20 };
static atomic_bool is_client[FOLLOWED_DESCRIPTORS];

/* Which descriptors accept gave, for accepted-shows-any. */
static atomic_bool is_accepted[FOLLOWED_DESCRIPTORS];
static atomic_bool was_refused[FOLLOWED_DESCRIPTORS];

/* The copy of a socket that was bound to port 0, plus one, for chosen-port-kept; 0 where there is none. */
static atomic_int copy_of[FOLLOWED_DESCRIPTORS];

/* The port that the last bind to port 0 got, in network byte order, for chosen-port-again; 0 before the first. */
static atomic_int last_chosen_port;

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "fault: %s: %s\n", what, name);
    _exit(2);
}

static void *next(const char *symbol)
{
    void *address = dlsym(RTLD_NEXT, symbol);
    if (address == NULL)
        fail("the C library has no such function", symbol);
    return address;
}

/* Whether this process's command line, its arguments joined by blanks, contains the text. */
static bool command_line_contains(const char *text)
{
    enum { CAPACITY = 128 * 1024 };
    char *line = malloc(CAPACITY);
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (line == NULL || fd < 0)
        fail("cannot read", "/proc/self/cmdline");
    size_t length = 0;
    ssize_t got;
    while (length < CAPACITY - 1 && (got = read(fd, line + length, CAPACITY - 1 - length)) > 0)
        length += (size_t) got;
    real_close(fd);
    for (size_t i = 0; i < length; i++)
        if (line[i] == '\0')
            line[i] = ' ';
    line[length] = '\0';
    bool contains = strstr(line, text) != NULL;
    free(line);
    return contains;
}

static bool meant_for_this_process(void)
{
    const char *text = getenv("REUSEADDR_FAULT_ONLY_IN");
    if (text == NULL || *text == '\0')
        return true;
    return *text == '!' ? !command_line_contains(text + 1) : command_line_contains(text);
}

static enum fault fault_named(const char *name)
{
    for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++)
        if (strcmp(FAULTS[i].name, name) == 0)
            return FAULTS[i].fault;
    fail("unknown REUSEADDR_FAULT", name);
    return NONE;
}

static void initialise(void)
{
    real_socket = (socket_function *) next("socket");
    real_setsockopt = (setsockopt_function *) next("setsockopt");
    real_bind = (bind_function *) next("bind");
    real_listen = (listen_function *) next("listen");
    real_getsockname = (getsockname_function *) next("getsockname");
    real_connect = (connect_function *) next("connect");
    real_accept = (accept_function *) next("accept");
    real_accept4 = (accept4_function *) next("accept4");
    real_close = (close_function *) next("close");
    real_shutdown = (shutdown_function *) next("shutdown");
    real_dup2 = (dup2_function *) next("dup2");
    real_clock_gettime = (clock_gettime_function *) next("clock_gettime");
    const char *name = getenv("REUSEADDR_FAULT");
    if (name == NULL || *name == '\0')
        return;
    enum fault fault = fault_named(name);
    if (meant_for_this_process())
        active = fault;
}

/* At load, so that an unknown fault is reported even by a program that never opens a socket. */
__attribute__((constructor)) static void initialise_at_load(void)
{
    pthread_once(&once, initialise);
}

/* A constructor of another library may make a socket call before ours has run. */
static enum fault fault(void)
{
    pthread_once(&once, initialise);
    return active;
}

static void delay_microseconds(long microseconds)
{
    struct timespec remaining = {.tv_nsec = microseconds * 1000};
    while (nanosleep(&remaining, &remaining) != 0 && errno == EINTR)
        ;
}

static int value_of(int fd, int level, int option)
{
    int value = -1;
    socklen_t length = sizeof value;
    return getsockopt(fd, level, option, &value, &length) == 0 ? value : -1;
}

/* Whether a fault concerns this socket at all: TCP over IPv4 or IPv6. */
static bool is_tcp(int fd)
{
    int domain = value_of(fd, SOL_SOCKET, SO_DOMAIN);
    return (domain == AF_INET || domain == AF_INET6) && value_of(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM;
}

/* Sets an option beside the call that the program asked for; a refusal shows in that call. */
static void switch_on(int fd, int level, int option)
{
    int on = 1;
    real_setsockopt(fd, level, option, &on, sizeof on);
}

static void allow_foreign_addresses(int fd)
{
    switch_on(fd, IPPROTO_IP, IP_FREEBIND);
    if (value_of(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET6)
        switch_on(fd, IPPROTO_IPV6, IPV6_FREEBIND);
}

static bool is_unbound(int fd)
{
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    if (real_getsockname(fd, (struct sockaddr *) &name, &length) != 0)
        return false;
    return name.ss_family == AF_INET ? ((struct sockaddr_in *) &name)->sin_port == 0
                                     : ((struct sockaddr_in6 *) &name)->sin6_port == 0;
}

/* Binds to the port that was asked for, on an address that neither 127.0.0.1 nor ::1 leads to. */
static int bind_elsewhere(int fd, in_port_t port)
{
    if (value_of(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = port};
        inet_pton(AF_INET, ELSEWHERE_INET, &address.sin_addr);
        return real_bind(fd, (struct sockaddr *) &address, sizeof address);
    }
    allow_foreign_addresses(fd);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = port};
    inet_pton(AF_INET6, ELSEWHERE_INET6, &address.sin6_addr);
    return real_bind(fd, (struct sockaddr *) &address, sizeof address);
}

static bool is_inet6_wildcard(const struct sockaddr *address, socklen_t length)
{
    return length >= sizeof(struct sockaddr_in6) && address->sa_family == AF_INET6
        && IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *) address)->sin6_addr);
}

/* Whether a bind to this address makes a socket that loopback leads to; others would fail or be elsewhere anyway. */
static bool is_reached_over_loopback(const struct sockaddr *address, socklen_t length)
{
    if (length >= sizeof(struct sockaddr_in) && address->sa_family == AF_INET) {
        in_addr_t host = ntohl(((const struct sockaddr_in *) address)->sin_addr.s_addr);
        return host == INADDR_ANY || host >> 24 == IN_LOOPBACKNET;
    }
    if (length >= sizeof(struct sockaddr_in6) && address->sa_family == AF_INET6) {
        const struct in6_addr *host = &((const struct sockaddr_in6 *) address)->sin6_addr;
        return IN6_IS_ADDR_UNSPECIFIED(host) || IN6_IS_ADDR_LOOPBACK(host) || IN6_IS_ADDR_V4MAPPED(host);
    }
    return false;
}

/* Whether an address is one of IPv4, v4-mapped ones included. */
static bool is_v4(const struct sockaddr *address)
{
    return address->sa_family == AF_INET
        || IN6_IS_ADDR_V4MAPPED(&((const struct sockaddr_in6 *) address)->sin6_addr);
}

static in_port_t port_of(const struct sockaddr *address)
{
    return address->sa_family == AF_INET ? ((const struct sockaddr_in *) address)->sin_port
                                         : ((const struct sockaddr_in6 *) address)->sin6_port;
}

/* Whether the wildcard address of this family would be refused for the port, to a socket with the options of fd. */
static bool is_held(int fd, int family, in_port_t port)
{
    int probe = socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    if (value_of(fd, SOL_SOCKET, SO_REUSEADDR) == 1)
        switch_on(probe, SOL_SOCKET, SO_REUSEADDR);
    if (value_of(fd, SOL_SOCKET, SO_REUSEPORT) == 1)
        switch_on(probe, SOL_SOCKET, SO_REUSEPORT);
    int result;
    if (family == AF_INET) {
        struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = port};
        result = real_bind(probe, (struct sockaddr *) &any, sizeof any);
    } else {
        switch_on(probe, IPPROTO_IPV6, IPV6_V6ONLY);
        struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = port};
        result = real_bind(probe, (struct sockaddr *) &any, sizeof any);
    }
    bool held = result != 0 && errno == EADDRINUSE;
    real_close(probe);
    return held;
}

/*
 * The descriptor is about to be closed: if it is a client's, its address is held by a socket that nobody closes.
 * SO_REUSEADDR on both lets the holder in beside what the connection leaves behind.
 */
static int close_and_leak(int fd)
{
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    bool leaks = fd >= 0 && fd < FOLLOWED_DESCRIPTORS && atomic_exchange(&is_client[fd], false)
        && real_getsockname(fd, (struct sockaddr *) &name, &length) == 0;
    if (leaks)
        switch_on(fd, SOL_SOCKET, SO_REUSEADDR);
    int result = real_close(fd);
    if (leaks && port_of((struct sockaddr *) &name) != 0) {
        int kept_errno = errno;
        int holder = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
        switch_on(holder, SOL_SOCKET, SO_REUSEADDR);
        if (real_bind(holder, (struct sockaddr *) &name, length) != 0)
            real_close(holder);
        errno = kept_errno;
    }
    return result;
}

/* Keeps a socket that is about to be bound to port 0 open beyond its close. */
static void keep_copy(int fd)
{
    if (fd < 0 || fd >= FOLLOWED_DESCRIPTORS)
        return;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy >= 0)
        atomic_store(&copy_of[fd], copy + 1);
}

static void *close_later(void *copy)
{
    delay_microseconds(20000);
    real_close((int) (intptr_t) copy);
    return NULL;
}

static int close_and_keep_copy(int fd)
{
    int copy = fd >= 0 && fd < FOLLOWED_DESCRIPTORS ? atomic_exchange(&copy_of[fd], 0) - 1 : -1;
    int result = real_close(fd);
    if (copy >= 0) {
        int kept_errno = errno;
        pthread_t thread;
        if (pthread_create(&thread, NULL, close_later, (void *) (intptr_t) copy) == 0)
            pthread_detach(thread);
        else
            real_close(copy);
        errno = kept_errno;
    }
    return result;
}

/* bind to port 0: to the port of the last such bind, if the kernel lets it, else to one that the kernel chooses. */
static int bind_to_chosen_port_again(int fd, const struct sockaddr *address, socklen_t length)
{
    struct sockaddr_storage name = {0};
    int port = atomic_load(&last_chosen_port);
    memcpy(&name, address, length < sizeof name ? length : sizeof name);
    if (port != 0) {
        if (name.ss_family == AF_INET)
            ((struct sockaddr_in *) &name)->sin_port = (in_port_t) port;
        else
            ((struct sockaddr_in6 *) &name)->sin6_port = (in_port_t) port;
        if (real_bind(fd, (struct sockaddr *) &name, length) == 0)
            return 0;
    }
    int result = real_bind(fd, address, length);
    socklen_t name_length = sizeof name;
    if (result == 0 && real_getsockname(fd, (struct sockaddr *) &name, &name_length) == 0)
        atomic_store(&last_chosen_port, port_of((struct sockaddr *) &name));
    return result;
}

/*
 * Whether a socket with SO_REUSEADDR alone would be refused this address now. Then, unless it is, a millisecond passes before
 * the caller takes the address, with SO_REUSEPORT: what others have taken meanwhile no longer stands in its way. One after
 * the other, bind and listen still do what they should.
 */
static bool is_taken_before_window(int fd, const struct sockaddr *address, socklen_t length)
{
    int probe = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    switch_on(probe, SOL_SOCKET, SO_REUSEADDR);
    if (address->sa_family == AF_INET6 && value_of(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 1)
        switch_on(probe, IPPROTO_IPV6, IPV6_V6ONLY);
    bool taken = real_bind(probe, address, length) != 0 && errno == EADDRINUSE;
    real_close(probe);
    if (!taken) {
        delay_microseconds(1000);
        switch_on(fd, SOL_SOCKET, SO_REUSEPORT);
    }
    return taken;
}

/* Whether claim-window is about this socket: the program set SO_REUSEADDR, and not SO_REUSEPORT. */
static bool has_window(int fd)
{
    return value_of(fd, SOL_SOCKET, SO_REUSEADDR) == 1 && value_of(fd, SOL_SOCKET, SO_REUSEPORT) == 0;
}

static int bind_after_window(int fd, const struct sockaddr *address, socklen_t length)
{
    if (is_taken_before_window(fd, address, length)) {
        errno = EADDRINUSE;
        return -1;
    }
    int result = real_bind(fd, address, length);
    int kept_errno = errno;
    int off = 0;
    real_setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &off, sizeof off);
    errno = kept_errno;
    return result;
}

static int listen_after_window(int fd, int backlog)
{
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    if (real_getsockname(fd, (struct sockaddr *) &name, &length) == 0
            && is_taken_before_window(fd, (struct sockaddr *) &name, length)) {
        errno = EADDRINUSE;
        return -1;
    }
    return real_listen(fd, backlog);
}

static int mark_accepted(int fd)
{
    if (fault() == ACCEPTED_SHOWS_ANY && fd >= 0 && fd < FOLLOWED_DESCRIPTORS)
        atomic_store(&is_accepted[fd], true);
    return fd;
}

static void show_any(struct sockaddr *name)
{
    if (name->sa_family == AF_INET)
        ((struct sockaddr_in *) name)->sin_addr.s_addr = htonl(INADDR_ANY);
    else if (name->sa_family == AF_INET6)
        ((struct sockaddr_in6 *) name)->sin6_addr = in6addr_any;
}

int socket(int domain, int type, int protocol)
{
    if (fault() != USERS_FORGOTTEN)
        return real_socket(domain, type, protocol);
    /* The user for files is that of the socket's inode, and each thread has its own. */
    long user = syscall(SYS_setfsuid, getuid());
    int fd = real_socket(domain, type, protocol), error = errno;
    syscall(SYS_setfsuid, user);
    errno = error;
    return fd;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
    enum fault fault_here = fault();
    if (fault_here == REUSEADDR_REFUSED && level == SOL_SOCKET && option == SO_REUSEADDR && is_tcp(fd)) {
        errno = EINVAL;
        return -1;
    }
    if (fault_here == REUSEADDR_REMEMBERED && level == SOL_SOCKET && option == SO_REUSEADDR && is_tcp(fd)
            && !is_unbound(fd) && value_of(fd, SOL_SOCKET, SO_ACCEPTCONN) == 0)
        return 0;
    if (level == SOL_SOCKET && option == SO_REUSEPORT && is_tcp(fd)) {
        if (fault_here == REUSEPORT_DROPPED)
            return 0;
        if (fault_here == REUSEPORT_REFUSED) {
            errno = ENOPROTOOPT;
            return -1;
        }
    }
    if (fault_here == PORT_RANGE_IGNORED && level == IPPROTO_IP && option == LOCAL_PORT_RANGE)
        return 0;
    int result = real_setsockopt(fd, level, option, value, length);
    if (fault_here == DUPLICATE_LISTENER && result == 0 && level == SOL_SOCKET && option == SO_REUSEADDR && is_tcp(fd))
        return real_setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, value, length);
    return result;
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
    enum fault fault_here = fault();
    if (fault_here == NONE || address == NULL || !is_tcp(fd))
        return real_bind(fd, address, length);
    if (fault_here == HIGH_PORTS_REFUSED && ntohs(port_of(address)) >= LOWEST_DYNAMIC_PORT) {
        errno = EADDRINUSE;
        return -1;
    }
    if (fault_here == TIME_WAIT_IGNORED)
        switch_on(fd, SOL_SOCKET, SO_REUSEADDR);
    else if (fault_here == BIND_SLOW)
        delay_microseconds(1000);
    else if (fault_here == FREEBIND)
        allow_foreign_addresses(fd);
    else if (fault_here == V6ONLY_FORCED && is_inet6_wildcard(address, length))
        switch_on(fd, IPPROTO_IPV6, IPV6_V6ONLY);
    else if (fault_here == ADDRESSES_SHARE_PORT || fault_here == FAMILIES_SHARE_PORT) {
        int own = is_v4(address) ? AF_INET : AF_INET6;
        int other = own == AF_INET ? AF_INET6 : AF_INET;
        if (port_of(address) != 0 && is_held(fd, fault_here == ADDRESSES_SHARE_PORT ? own : other, port_of(address))) {
            errno = EADDRINUSE;
            return -1;
        }
    } else if (fault_here == THREAD_BIND_ELSEWHERE && syscall(SYS_gettid) != getpid()
            && is_reached_over_loopback(address, length))
        return bind_elsewhere(fd, port_of(address));
    else if (fault_here == CHOSEN_PORT_KEPT && port_of(address) == 0)
        keep_copy(fd);
    else if (fault_here == CHOSEN_PORT_AGAIN && port_of(address) == 0)
        return bind_to_chosen_port_again(fd, address, length);
    else if (fault_here == CLAIM_WINDOW && port_of(address) != 0 && has_window(fd))
        return bind_after_window(fd, address, length);
    return real_bind(fd, address, length);
}

int listen(int fd, int backlog)
{
    enum fault fault_here = fault();
    if ((fault_here == AUTOBIND_ELSEWHERE || fault_here == V6ONLY_FORCED) && is_tcp(fd) && is_unbound(fd)) {
        if (fault_here == V6ONLY_FORCED)
            switch_on(fd, IPPROTO_IPV6, IPV6_V6ONLY);
        else if (bind_elsewhere(fd, 0) != 0)
            return -1;
    }
    if (fault_here == CLAIM_WINDOW && is_tcp(fd) && !is_unbound(fd) && value_of(fd, SOL_SOCKET, SO_ACCEPTCONN) == 0
            && has_window(fd))
        return listen_after_window(fd, backlog);
    if (fault_here == LISTENER_KEPT && is_tcp(fd))
        fcntl(fd, F_DUPFD_CLOEXEC, 0);
    int result = real_listen(fd, fault_here == BACKLOG_FIXED ? 3 : backlog);
    return fault_here == LISTEN_HIDES_REFUSAL && result != 0 && errno == EADDRINUSE ? 0 : result;
}

/* An implicit bind is to the wildcard address, says the platform whose listener cannot be reached. */
static void hide_elsewhere(struct sockaddr *name, socklen_t length)
{
    struct in6_addr elsewhere;
    if (length >= sizeof(struct sockaddr_in) && name->sa_family == AF_INET) {
        struct in_addr *host = &((struct sockaddr_in *) name)->sin_addr;
        inet_pton(AF_INET, ELSEWHERE_INET, &elsewhere);
        if (memcmp(host, &elsewhere, sizeof *host) == 0)
            host->s_addr = htonl(INADDR_ANY);
    } else if (length >= sizeof(struct sockaddr_in6) && name->sa_family == AF_INET6) {
        struct in6_addr *host = &((struct sockaddr_in6 *) name)->sin6_addr;
        inet_pton(AF_INET6, ELSEWHERE_INET6, &elsewhere);
        if (memcmp(host, &elsewhere, sizeof *host) == 0)
            *host = in6addr_any;
    }
}

int getsockname(int fd, struct sockaddr *name, socklen_t *length)
{
    enum fault fault_here = fault();
    int result = real_getsockname(fd, name, length);
    if (result == 0 && fault_here == AUTOBIND_ELSEWHERE)
        hide_elsewhere(name, *length);
    if (result == 0 && fault_here == ACCEPTED_SHOWS_ANY && fd < FOLLOWED_DESCRIPTORS && is_accepted[fd])
        show_any(name);
    return result;
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    if (fault() == EPHEMERAL_LEAK && fd >= 0 && fd < FOLLOWED_DESCRIPTORS && is_tcp(fd))
        atomic_store(&is_client[fd], true);
    if (fault() != REFUSED_FOR_GOOD || fd < 0 || fd >= FOLLOWED_DESCRIPTORS)
        return real_connect(fd, address, length);
    if (atomic_load(&was_refused[fd])) {
        errno = ECONNABORTED;
        return -1;
    }
    int result = real_connect(fd, address, length);
    /* Of a socket that does not block, the call after the refusal was read answers ECONNABORTED on Linux too. */
    atomic_store(&was_refused[fd], result != 0 && (errno == ECONNREFUSED || errno == ECONNABORTED));
    return result;
}

/* A listener that was made non-blocking blocks all the same. */
static void block(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && (flags & O_NONBLOCK) != 0 && is_tcp(fd))
        fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

int accept(int fd, struct sockaddr *address, socklen_t *length)
{
    if (fault() == LISTENER_BLOCKS)
        block(fd);
    if (fault() == ACCEPT_SLOW)
        delay_microseconds(300);
    return mark_accepted(real_accept(fd, address, length));
}

int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    if (fault() == LISTENER_BLOCKS)
        block(fd);
    if (fault() == ACCEPT_SLOW)
        delay_microseconds(300);
    return mark_accepted(real_accept4(fd, address, length, flags));
}

int shutdown(int fd, int how)
{
    if (fault() == SHUTDOWN_IGNORED && value_of(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1)
        return 0;
    return real_shutdown(fd, how);
}

int close(int fd)
{
    if (fd >= 0 && fd < FOLLOWED_DESCRIPTORS) {
        atomic_store(&is_accepted[fd], false);
        atomic_store(&was_refused[fd], false);
    }
    switch (fault()) {
    case EPHEMERAL_LEAK:
        return close_and_leak(fd);
    case CHOSEN_PORT_KEPT:
        return close_and_keep_copy(fd);
    default:
        return real_close(fd);
    }
}

/* The JDK closes a socket that a thread may be blocked in by putting another descriptor over it. */
int dup2(int from, int onto)
{
    if (fault() == EPHEMERAL_LEAK && from != onto && onto >= 0 && onto < FOLLOWED_DESCRIPTORS && is_client[onto])
        close_and_leak(onto);
    return real_dup2(from, onto);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    static atomic_uint readings;
    enum fault fault_here = fault();
    int result = real_clock_gettime(clock, time);
    if (fault_here == CLOCK_STEPS && result == 0 && clock == CLOCK_REALTIME)
        time->tv_sec += 3600 * ((int) (atomic_fetch_add(&readings, 1) % 5) - 3);
    return result;
}
