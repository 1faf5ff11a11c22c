/*
 * What a program sees of a port tracker: how long bind and listen take, whether signals interrupt them, which ports are
 * refused, and whether a listener can be reached. Runs as well without a tracker, for the figures to compare with.
 *
 *     gcc -std=gnu11 -O2 -Wall -Wextra -Werror -pthread -o tracker-probe tracker_probe.c
 *     tracker-probe time ROUNDS                         medians in microseconds, and a control that is never trapped
 *     tracker-probe signals PROCESSES ROUNDS MICROS     bind and listen under a timer signal without SA_RESTART
 *     tracker-probe bind PORT...                        one line each: the port, and 0, an error or another result
 *     tracker-probe rebind ROUNDS                       bind to port 0, close, bind to the same port
 *     tracker-probe reach bound|fixed|autobind|thread ROUNDS   connects to fresh listeners, with a time limit
 *
 * Everything is IPv4 on 127.0.0.1, except an implicit bind, which is to the wildcard address.
 */
#define _GNU_SOURCE
#include "common.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>

/* Below the ephemeral range of most systems, so that the kernel does not choose what is asked for. */
enum { FIXED_PORT = 20000, FIRST_FRESH_PORT = 20001, LAST_FRESH_PORT = 32000 };
/* The kernel sends a lost SYN again after a second: a listener that answers neither is not reached. */
enum { REACH_LIMIT_MS = 1500, PAUSE_MS = 30 };

static int tcp_socket(void)
{
    int fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int) {1}, sizeof(int)), "SO_REUSEADDR");
    return fd;
}

static int bind_to(int fd, int port)
{
    struct target target = loopback("INET");
    ((struct sockaddr_in *) &target.address)->sin_port = htons((uint16_t) port);
    return bind(fd, (struct sockaddr *) &target.address, target.length);
}

static int port_of(int fd)
{
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    check(getsockname(fd, (struct sockaddr *) &name, &length), "getsockname");
    return ntohs(name.sin_port);
}

/* Different from call to call, and from run to run: a port that the last run took may be in a tracker's table still. */
static int fresh_port(void)
{
    static int next;
    if (next == 0)
        next = FIRST_FRESH_PORT + (int) (now() / 1000 % (LAST_FRESH_PORT - FIRST_FRESH_PORT));
    next = next == LAST_FRESH_PORT ? FIRST_FRESH_PORT : next + 1;
    return next;
}

static void sleep_ms(long milliseconds)
{
    struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    while (nanosleep(&time, &time) != 0 && errno == EINTR)
        ;
}

static int count_argument(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < 1 || value > 10000000) {
        fprintf(stderr, "tracker-probe: %s is no whole number from 1 to 10000000\n", text);
        exit(2);
    }
    return (int) value;
}

/* Which calls are timed: from here to there within one cycle. */
struct sample {
    long long bind, listen, cycle;
};

static struct sample cycle(int port)
{
    long long start = now();
    int fd = tcp_socket();
    long long before_bind = now();
    check(bind_to(fd, port), "bind");
    long long before_listen = now();
    check(listen(fd, BACKLOG), "listen");
    long long after_listen = now();
    check(close(fd), "close");
    return (struct sample) {before_listen - before_bind, after_listen - before_listen, now() - start};
}

static int by_size(const void *left, const void *right)
{
    long long a = *(const long long *) left, b = *(const long long *) right;
    return (a > b) - (a < b);
}

/* Prints the median of a member of the samples, and the 5th and 95th percentile: some are bimodal. */
static void print_median(const char *what, const struct sample *samples, int count, size_t member)
{
    long long *values = malloc((size_t) count * sizeof *values);
    if (values == NULL)
        die("malloc");
    for (int i = 0; i < count; i++)
        values[i] = *(const long long *) ((const char *) &samples[i] + member);
    qsort(values, (size_t) count, sizeof *values, by_size);
    printf("%-28s %10.1f   %10.1f %10.1f\n", what, (double) values[count / 2] / 1000,
        (double) values[count / 20] / 1000, (double) values[count - 1 - count / 20] / 1000);
    free(values);
}

static int any_fixed(void)
{
    return FIXED_PORT;
}

static int port_zero(void)
{
    return 0;
}

static void time_calls(int rounds)
{
    static const struct {
        const char *name;
        int (*port)(void);
    } KINDS[] = {{"port 0", port_zero}, {"fixed", any_fixed}, {"fresh", fresh_port}};
    struct sample *samples = calloc((size_t) rounds, sizeof *samples);
    if (samples == NULL)
        die("calloc");
    char name[64];
    printf("%-28s %10s   %10s %10s\n", "microseconds", "median", "5%", "95%");
    for (size_t kind = 0; kind < sizeof KINDS / sizeof *KINDS; kind++) {
        for (int pause = 0; pause <= 1; pause++) {
            for (int i = 0; i < rounds; i++) {
                if (pause)
                    sleep_ms(PAUSE_MS);
                samples[i] = cycle(KINDS[kind].port());
            }
            const char *suffix = pause ? " after a pause" : "";
            snprintf(name, sizeof name, "cycle, %s%s", KINDS[kind].name, suffix);
            print_median(name, samples, rounds, offsetof(struct sample, cycle));
            snprintf(name, sizeof name, "  bind, %s%s", KINDS[kind].name, suffix);
            print_median(name, samples, rounds, offsetof(struct sample, bind));
            snprintf(name, sizeof name, "  listen, %s%s", KINDS[kind].name, suffix);
            print_median(name, samples, rounds, offsetof(struct sample, listen));
        }
    }
    for (int i = 0; i < rounds; i++) {
        int fd = check(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
        struct sockaddr_un unnamed = {.sun_family = AF_UNIX};
        long long start = now();
        /* Autobind: the kernel chooses an abstract name. */
        check(bind(fd, (struct sockaddr *) &unnamed, sizeof(sa_family_t)), "bind");
        samples[i].bind = now() - start;
        close(fd);
    }
    print_median("bind of AF_UNIX", samples, rounds, offsetof(struct sample, bind));
    for (int i = 0; i < rounds; i++) {
        long long start = now();
        int fd = tcp_socket();
        close(fd);
        samples[i].cycle = now() - start;
    }
    print_median("control: socket and close", samples, rounds, offsetof(struct sample, cycle));
    free(samples);
}

static void ignore(int signal)
{
    (void) signal;
}

/* What the processes of one run count, in memory they share. */
struct interruptions {
    int bind_calls, bind_interrupted, listen_calls, listen_interrupted;
};

/* What one call under the timer came to. */
enum outcome { DONE, INTERRUPTED, HELD_BY_OTHERS };

static enum outcome outcome_of(int result)
{
    if (result == 0)
        return DONE;
    if (errno == EINTR)
        return INTERRUPTED;
    if (errno == EADDRINUSE)
        return HELD_BY_OTHERS;
    die("bind or listen");
    return HELD_BY_OTHERS;
}

/* One bind and one listen; false if an unrelated program holds the port. The timer is off for everything else. */
static bool interrupt_round(struct interruptions *counts, const struct itimerval *on)
{
    const struct itimerval off = {0};
    int fd = tcp_socket();
    int port = fresh_port();
    setitimer(ITIMER_REAL, on, NULL);
    enum outcome bound = outcome_of(bind_to(fd, port));
    setitimer(ITIMER_REAL, &off, NULL);
    bool interrupted = bound == INTERRUPTED;
    while (bound == INTERRUPTED)
        bound = outcome_of(bind_to(fd, port));
    enum outcome listening = HELD_BY_OTHERS;
    if (bound == DONE) {
        setitimer(ITIMER_REAL, on, NULL);
        listening = outcome_of(listen(fd, BACKLOG));
        setitimer(ITIMER_REAL, &off, NULL);
    }
    close(fd);
    if (listening == HELD_BY_OTHERS)
        return false;
    counts->bind_calls++;
    counts->bind_interrupted += interrupted;
    counts->listen_calls++;
    counts->listen_interrupted += listening == INTERRUPTED;
    return true;
}

static void interrupt_calls(struct interruptions *counts, int rounds, int micros)
{
    struct sigaction action = {.sa_handler = ignore}; /* without SA_RESTART */
    sigaction(SIGALRM, &action, NULL);
    struct timeval interval = {.tv_sec = micros / 1000000, .tv_usec = micros % 1000000};
    const struct itimerval on = {.it_interval = interval, .it_value = interval};
    while (rounds > 0)
        rounds -= interrupt_round(counts, &on);
}

static void signals(int processes, int rounds, int micros)
{
    struct interruptions *counts = mmap(NULL, (size_t) processes * sizeof *counts, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED)
        die("mmap");
    for (int i = 0; i < processes; i++)
        if (check(fork(), "fork") == 0) {
            /* Each has ports of its own: SO_REUSEADDR alone does not let two listeners share one. */
            for (int skipped = 0; skipped < i * 1000; skipped++)
                fresh_port();
            interrupt_calls(&counts[i], rounds, micros);
            exit(0);
        }
    bool failed = false;
    int status;
    while (wait(&status) > 0)
        failed |= status != 0;
    if (failed)
        exit(1);
    struct interruptions sum = {0};
    for (int i = 0; i < processes; i++) {
        sum.bind_calls += counts[i].bind_calls;
        sum.bind_interrupted += counts[i].bind_interrupted;
        sum.listen_calls += counts[i].listen_calls;
        sum.listen_interrupted += counts[i].listen_interrupted;
    }
    printf("bind EINTR %d of %d\nlisten EINTR %d of %d\n", sum.bind_interrupted, sum.bind_calls, sum.listen_interrupted,
        sum.listen_calls);
}

static void bind_all(int count, char **ports)
{
    for (int i = 0; i < count; i++) {
        int result = bind_to(tcp_socket(), count_argument(ports[i]));
        if (result < 0)
            printf("%s %s\n", ports[i], strerrorname_np(errno));
        else
            printf("%s %d\n", ports[i], result);
    }
}

static void rebind(int rounds)
{
    int refused = 0;
    for (int i = 0; i < rounds; i++) {
        int first = tcp_socket();
        check(bind_to(first, 0), "bind to port 0");
        check(listen(first, BACKLOG), "listen");
        int port = port_of(first);
        close(first);
        int second = tcp_socket();
        int result = bind_to(second, port);
        if (result != 0 && errno != EADDRINUSE)
            die("bind again");
        refused += result != 0;
        close(second);
    }
    printf("EADDRINUSE %d of %d\n", refused, rounds);
}

static void *bind_in_thread(void *fd)
{
    check(bind_to(*(int *) fd, 0), "bind");
    return NULL;
}

static bool is_reached(const char *way)
{
    int listener = tcp_socket();
    if (strcmp(way, "bound") == 0)
        check(bind_to(listener, 0), "bind");
    else if (strcmp(way, "fixed") == 0)
        check(bind_to(listener, FIXED_PORT), "bind");
    else if (strcmp(way, "thread") == 0) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, bind_in_thread, &listener) != 0)
            die("pthread_create");
        pthread_join(thread, NULL);
    } else if (strcmp(way, "autobind") != 0) {
        fprintf(stderr, "tracker-probe: %s is none of bound, fixed, autobind, thread\n", way);
        exit(2);
    }
    check(listen(listener, BACKLOG), "listen");
    /* A tracker announces a port that the kernel has chosen after the call. */
    sleep_ms(PAUSE_MS);
    struct target target = loopback("INET");
    ((struct sockaddr_in *) &target.address)->sin_port = htons((uint16_t) port_of(listener));
    int client = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
    if (connect(client, (struct sockaddr *) &target.address, target.length) != 0 && errno != EINPROGRESS)
        die("connect");
    struct pollfd writable = {.fd = client, .events = POLLOUT};
    bool reached = check(poll(&writable, 1, REACH_LIMIT_MS), "poll") == 1 && !(writable.revents & (POLLERR | POLLHUP));
    /* A reset, so that the fixed port is free at once. */
    setsockopt(client, SOL_SOCKET, SO_LINGER, &(struct linger) {.l_onoff = 1}, sizeof(struct linger));
    close(client);
    close(listener);
    return reached;
}

static void reach(const char *way, int rounds)
{
    int reached = 0;
    for (int i = 0; i < rounds; i++)
        reached += is_reached(way);
    printf("reached %d of %d\n", reached, rounds);
}

int main(int count, char **arguments)
{
    const char *what = count > 1 ? arguments[1] : "";
    if (strcmp(what, "time") == 0 && count == 3)
        time_calls(count_argument(arguments[2]));
    else if (strcmp(what, "signals") == 0 && count == 5)
        signals(count_argument(arguments[2]), count_argument(arguments[3]), count_argument(arguments[4]));
    else if (strcmp(what, "bind") == 0 && count > 2)
        bind_all(count - 2, arguments + 2);
    else if (strcmp(what, "rebind") == 0 && count == 3)
        rebind(count_argument(arguments[2]));
    else if (strcmp(what, "reach") == 0 && count == 4)
        reach(arguments[2], count_argument(arguments[3]));
    else {
        fputs("usage: tracker-probe time ROUNDS | signals PROCESSES ROUNDS MICROS | bind PORT... | rebind ROUNDS | "
            "reach WAY ROUNDS\n", stderr);
        return 2;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
