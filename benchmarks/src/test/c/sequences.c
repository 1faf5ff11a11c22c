/*
 * The floor of explore: makes the sequences that PlainSequences prints, as a program would that knows them beforehand, and
 * judges nothing. Prints how many sequences it made in a second.
 *
 *   sequences FILE PROCESSES SECONDS
 *
 * Each process makes its share of the sequences, over and over. As in explore a call that may wait is watched for 5 ms, a
 * sequence ends with all its sockets closed by a reset, and those that leave connections in TIME_WAIT (one in 64) take ports
 * that nobody takes again: they are made in the first pass alone.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "common.h"

#define MOST_DESCRIPTORS 64
#define MOST_PORTS 16
#define WATCH_MILLIS 5
#define LEAVES_TIME_WAIT 64
#define LOW_PORT 10240
#define HIGH_PORT 32767
/* The level IPPROTO_IP and the option's number, as PlainSequences prints them. */
#define LOCAL_PORT_RANGE 51

enum kind { SOCKET, SETSOCKOPT, LINGER, GETSOCKOPT, BIND, LISTEN, CONNECT, ACCEPT, GETSOCKNAME, GETPEERNAME, SHUTDOWN, DUP, NONBLOCK,
    POLL, CLOSE, KINDS };

static const char *const NAMES[KINDS] = {"socket", "setsockopt", "linger", "getsockopt", "bind", "listen", "connect", "accept",
    "getsockname", "getpeername", "shutdown", "dup", "nonblock", "poll", "close"};

struct call {
    enum kind kind;
    int fd, name, first, second;
    /* The literal port that an address has, and the one that a port gets which getsockname shows. */
    int port, learns;
    int waits, succeeds;
    struct target target;
};

struct counts {
    long sequences, calls, otherwise, waited;
};

static struct call *calls;
/* The index of the first call of each sequence, and of the end of the last. */
static long *begins;
static long sequences;

static struct { int literal, real; } ports[MOST_PORTS];
static int known_ports, next_port;
/* Calls that were watched in vain. */
static long waited;
static int table[MOST_DESCRIPTORS];
/* Ports on which a connection may be left in TIME_WAIT. */
static char resting[HIGH_PORT + 1];

static enum kind kind_of(const char *name) {
    for (int kind = 0; kind < KINDS; kind++) {
        if (strcmp(name, NAMES[kind]) == 0) {
            return (enum kind) kind;
        }
    }
    fprintf(stderr, "no call '%s'\n", name);
    exit(2);
}

static struct target target_of(const char *digits) {
    struct target t;
    unsigned char octets[16];
    int length = (int) strlen(digits) / 2;
    memset(&t, 0, sizeof t);
    for (int i = 0; i < length && i < 16; i++) {
        unsigned octet;
        if (sscanf(digits + 2 * i, "%2x", &octet) != 1) {
            fprintf(stderr, "no address '%s'\n", digits);
            exit(2);
        }
        octets[i] = (unsigned char) octet;
    }
    if (length == 4) {
        struct sockaddr_in *in = (struct sockaddr_in *) &t.address;
        in->sin_family = t.domain = AF_INET;
        memcpy(&in->sin_addr, octets, 4);
        t.length = sizeof *in;
    } else if (length == 16) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &t.address;
        in6->sin6_family = t.domain = AF_INET6;
        memcpy(&in6->sin6_addr, octets, 16);
        t.length = sizeof *in6;
    }
    return t;
}

static void read_sequences(const char *path) {
    FILE *file = fopen(path, "r");
    char line[256], name[16], digits[40];
    long lines = 0, length = 0;
    if (file == NULL) {
        die(path);
    }
    while (fgets(line, sizeof line, file) != NULL) {
        lines++;
    }
    rewind(file);
    calls = calloc((size_t) lines + 1, sizeof *calls);
    begins = calloc((size_t) lines + 1, sizeof *begins);
    if (calls == NULL || begins == NULL) {
        die("calloc");
    }
    while (fgets(line, sizeof line, file) != NULL) {
        struct call *c = &calls[length];
        if (line[0] == '\n') {
            begins[++sequences] = length;
            continue;
        }
        if (sscanf(line, "%15s %d %d %d %d %39s %d %d %d %d", name, &c->fd, &c->name, &c->first, &c->second, digits, &c->port,
                &c->learns, &c->waits, &c->succeeds) != 10) {
            fprintf(stderr, "not a call: %s", line);
            exit(2);
        }
        c->kind = kind_of(name);
        c->target = target_of(digits[0] == '-' ? "" : digits);
        length++;
    }
    fclose(file);
}

static int take_port(void) {
    do {
        next_port = next_port >= HIGH_PORT ? LOW_PORT : next_port + 1;
    } while (resting[next_port]);
    return next_port;
}

static int real_port(int literal) {
    if (literal == 0) {
        return 0;
    }
    for (int i = 0; i < known_ports; i++) {
        if (ports[i].literal == literal) {
            return ports[i].real;
        }
    }
    int real = take_port();
    if (known_ports < MOST_PORTS) {
        ports[known_ports].literal = literal;
        ports[known_ports++].real = real;
    }
    return real;
}

static int set_non_blocking(int fd, int on) {
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

/* A call that would wait for ever is watched for a while. */
static int watched(const struct call *c, int fd, struct target *t) {
    int flags = fcntl(fd, F_GETFL);
    struct pollfd watch = {fd, c->kind == CONNECT ? POLLOUT : POLLIN, 0};
    if (flags < 0) {
        return -1;
    }
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    int result = c->kind == CONNECT ? connect(fd, (struct sockaddr *) &t->address, t->length)
            : accept4(fd, NULL, NULL, c->first | SOCK_CLOEXEC);
    if (result < 0 && (errno == EINPROGRESS || errno == EAGAIN) && !(flags & O_NONBLOCK)) {
        int error = 0;
        socklen_t length = sizeof error;
        int ready = poll(&watch, 1, WATCH_MILLIS) == 1;
        waited += !ready;
        if (ready && c->kind == CONNECT) {
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
            connect(fd, (struct sockaddr *) &t->address, t->length);
            result = error == 0 ? 0 : -1;
        }
    }
    fcntl(fd, F_SETFL, flags);
    return result;
}

static int make(const struct call *c) {
    int fd = c->fd >= 0 && c->fd < MOST_DESCRIPTORS ? table[c->fd] : -1;
    int value = c->second;
    socklen_t length = sizeof value;
    struct sockaddr_storage shown;
    socklen_t shown_length = sizeof shown;
    struct target t = c->target;
    in_port_t port = htons((in_port_t) real_port(c->port));
    if (t.domain == AF_INET) {
        ((struct sockaddr_in *) &t.address)->sin_port = port;
    } else {
        ((struct sockaddr_in6 *) &t.address)->sin6_port = port;
    }
    switch (c->kind) {
        case SOCKET: return socket(c->first, c->second | SOCK_CLOEXEC, IPPROTO_TCP);
        case SETSOCKOPT:
            if (c->first == LOCAL_PORT_RANGE && (value & 0xffff) == (value >> 16 & 0xffff)) {
                value = (int) ((unsigned) real_port(value & 0xffff) * 65537u);
            }
            return setsockopt(fd, c->first >> 16, c->first & 0xffff, &value, sizeof value);
        case LINGER: {
            struct linger linger = {c->first, c->second};
            return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        }
        case GETSOCKOPT: return getsockopt(fd, c->first >> 16, c->first & 0xffff, &value, &length);
        case BIND: return bind(fd, (struct sockaddr *) &t.address, t.length);
        case LISTEN: return listen(fd, c->first);
        case CONNECT: return c->waits ? watched(c, fd, &t) : connect(fd, (struct sockaddr *) &t.address, t.length);
        case ACCEPT: return c->waits ? watched(c, fd, &t)
                : accept4(fd, (struct sockaddr *) &shown, &shown_length, c->first | SOCK_CLOEXEC);
        case GETSOCKNAME: {
            int result = getsockname(fd, (struct sockaddr *) &shown, &shown_length);
            if (result == 0 && c->learns != 0 && known_ports < MOST_PORTS) {
                ports[known_ports].literal = c->learns;
                ports[known_ports++].real = ntohs(shown.ss_family == AF_INET ? ((struct sockaddr_in *) &shown)->sin_port
                        : ((struct sockaddr_in6 *) &shown)->sin6_port);
            }
            return result;
        }
        case GETPEERNAME: return getpeername(fd, (struct sockaddr *) &shown, &shown_length);
        case SHUTDOWN: return shutdown(fd, c->first);
        case DUP: return dup(fd);
        case NONBLOCK: return set_non_blocking(fd, c->first);
        case POLL: {
            struct pollfd polled = {fd, (short) c->first, 0};
            return poll(&polled, 1, c->second);
        }
        default: return close(fd);
    }
}

static void make_sequence(long number, struct counts *counts) {
    known_ports = 0;
    for (int i = 0; i < MOST_DESCRIPTORS; i++) {
        table[i] = -1;
    }
    for (long at = begins[number]; at < begins[number + 1]; at++) {
        const struct call *c = &calls[at];
        int result = make(c);
        counts->calls++;
        counts->otherwise += (result >= 0) != c->succeeds && !c->waits && c->kind != POLL;
        if (c->kind == CLOSE && c->fd >= 0 && c->fd < MOST_DESCRIPTORS) {
            table[c->fd] = -1;
        } else if ((c->kind == SOCKET || c->kind == ACCEPT || c->kind == DUP) && result >= 0) {
            if (c->name >= 0 && c->name < MOST_DESCRIPTORS) {
                table[c->name] = result;
            } else {
                close(result);
            }
        }
    }
    struct linger reset = {1, 0};
    for (int i = 0; i < MOST_DESCRIPTORS; i++) {
        if (table[i] >= 0) {
            setsockopt(table[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
            close(table[i]);
        }
    }
    for (int i = 0; i < known_ports && number % LEAVES_TIME_WAIT == 0; i++) {
        if (ports[i].real <= HIGH_PORT) {
            resting[ports[i].real] = 1;
        }
    }
    counts->sequences++;
}

static void interrupt(int signal) {
    (void) signal;
}

/* A call that waits although the model says that it does not ends with EINTR. */
static void bound_waiting(void) {
    struct sigaction action = {.sa_handler = interrupt};
    struct itimerval every = {{0, 20000}, {0, 20000}};
    check(sigaction(SIGALRM, &action, NULL), "sigaction");
    check(setitimer(ITIMER_REAL, &every, NULL), "setitimer");
}

int main(int argc, char **argv) {
    if (argc != 4 || atoi(argv[2]) < 1 || atoi(argv[3]) < 1) {
        fprintf(stderr, "usage: sequences FILE PROCESSES SECONDS\n");
        return 2;
    }
    int processes = atoi(argv[2]);
    long long end = now() + atoi(argv[3]) * 1000000000LL, start = now();
    read_sequences(argv[1]);
    struct counts *counts = mmap(NULL, sizeof *counts * (size_t) processes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED) {
        die("mmap");
    }
    for (int p = 0; p < processes; p++) {
        pid_t child = fork();
        check(child, "fork");
        if (child == 0) {
            next_port = LOW_PORT + (HIGH_PORT - LOW_PORT) / processes * p;
            bound_waiting();
            become_multithreaded();
            for (long pass = 0; now() < end; pass++) {
                for (long number = p; number < sequences && now() < end; number += processes) {
                    if (pass == 0 || number % LEAVES_TIME_WAIT != 0) {
                        make_sequence(number, &counts[p]);
                    }
                }
            }
            counts[p].waited = waited;
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {
    }
    struct counts all = {0, 0, 0, 0};
    for (int p = 0; p < processes; p++) {
        all.sequences += counts[p].sequences;
        all.calls += counts[p].calls;
        all.otherwise += counts[p].otherwise;
        all.waited += counts[p].waited;
    }
    printf("%ld sequences, %ld calls, %ld waited 5 ms, %ld ended otherwise, %.0f sequences/s\n", all.sequences, all.calls, all.waited, all.otherwise,
            all.sequences / ((now() - start) / 1e9));
    return 0;
}
