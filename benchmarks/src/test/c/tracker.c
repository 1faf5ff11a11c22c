/*
 * Runs a command under a port tracker of the kind that WSL 2 has: bind and listen are trapped by a seccomp user
 * notification and answered by one serial loop, which asks a host for each new port. The host is simulated.
 *
 *     gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o tracker tracker.c tracker_ports.c tracker_host.c
 *     tracker [options] -- COMMAND [ARGUMENT...]
 *
 * docs/TRACKER.md says what each option does and how this differs from WSL. Exits with COMMAND's status, 128 + n if
 * signal n ended it; 2 for wrong options, 77 if this machine cannot do it, 126 and 127 if COMMAND cannot be run or
 * found. Needs Linux 5.6 and no root.
 */
#define _GNU_SOURCE
#include "tracker.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define THIS_ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#error "the tracker knows the system calls of x86-64, arm64 and riscv64"
#endif

/* Linux 5.19; older headers do not have it. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* HRESULT_FROM_WIN32(WSAEADDRINUSE) is 0x80072740; its negative is what the guest's bind returns. */
static const int32_t REFUSED_HRESULT = 2147014848;

static const int64_t POLL_INTERVAL = 500 * NANOS_PER_MS;
static const int64_t RESOLVE_INTERVAL = 10 * NANOS_PER_MS;
enum { RESOLVE_ATTEMPTS = 10, HELD_DUPLICATES = 256 };

struct options options = {.refuse_low = 1, .refuse_high = 0, .release = 60 * NANOS_PER_SECOND};
struct statistics statistics;

static pid_t guest = -1;
static bool ended;
static int guest_status;
static int signals = -1;
static int notifications = -1;

/* The call that was received and not yet answered; while there is one, no other is received. */
static struct seccomp_notif *request;
static struct seccomp_notif_resp *response;
static struct seccomp_notif_sizes sizes;
static bool is_received;

/* Sockets of the guest that are held open, the one that expires first in front; --hold-duplicate is one constant. */
static struct duplicate {
    int socket;
    int64_t expires;
} held[HELD_DUPLICATES];
static size_t first_held, held_count;

int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NANOS_PER_SECOND + time.tv_nsec;
}

/* Whether the process is a child of ours, an adopted one included, that has not been waited for. */
static bool is_child(pid_t process)
{
    char path[32], line[512];
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t length = read(file, line, sizeof line - 1);
    close(file);
    line[length < 0 ? 0 : length] = '\0';
    /* The name, in parentheses, may contain anything. */
    const char *after_name = strrchr(line, ')');
    char state;
    int parent;
    return after_name != NULL && sscanf(after_name, ") %c %d", &state, &parent) == 2 && parent == getpid();
}

/* Ends the guest and whatever it left behind. An orphan of a process that is killed here becomes our child in turn. */
static void end_descendants(void)
{
    if (notifications >= 0)
        close(notifications); /* a trapped call returns ENOSYS now, and none is trapped any more */
    notifications = -1;
    for (;;) {
        DIR *processes = opendir("/proc");
        if (processes == NULL)
            return;
        for (struct dirent *entry; (entry = readdir(processes)) != NULL;)
            if (isdigit((unsigned char) entry->d_name[0]) && is_child(atoi(entry->d_name)))
                kill(atoi(entry->d_name), SIGKILL);
        closedir(processes);
        pid_t waited = waitpid(-1, NULL, 0);
        if (waited < 0 && errno == ECHILD)
            return;
    }
}

void fail(int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("tracker: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    if (guest > 0)
        end_descendants();
    exit(status);
}

static void reap(void)
{
    int status;
    for (pid_t process; (process = waitpid(-1, &status, WNOHANG)) > 0;)
        if (process == guest) {
            ended = true;
            guest_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
}

static void handle_signals(void)
{
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGCHLD)
            reap();
        else if (info.ssi_code != SI_KERNEL)
            kill(guest, (int) info.ssi_signo);
        /* What the kernel sends, the terminal's Ctrl-C for one, goes to the whole foreground group. */
    }
}

static void close_oldest_duplicate(void)
{
    close(held[first_held].socket);
    first_held = (first_held + 1) % HELD_DUPLICATES;
    held_count--;
}

static void hold(int socket)
{
    if (held_count == HELD_DUPLICATES)
        close_oldest_duplicate();
    held[(first_held + held_count++) % HELD_DUPLICATES] =
        (struct duplicate) {.socket = socket, .expires = now() + options.hold_duplicate};
    statistics.duplicates_held++;
}

/* Receives a trapped call; from then on, --wait-killable protects it from signals. */
static void receive(void)
{
    memset(request, 0, sizeof *request + sizes.seccomp_notif);
    is_received = ioctl(notifications, SECCOMP_IOCTL_NOTIF_RECV, request) == 0;
    if (is_received)
        statistics.notifications++;
    else if (errno == ENOENT)
        statistics.interrupted++;
    else if (errno != EINTR)
        fail(EXIT_CANNOT_HERE, "cannot receive a trapped call: %s", strerror(errno));
}

/* What a wait does about trapped calls. */
enum waiting { IGNORE, RECEIVE, RECEIVE_AND_RETURN };

/* Waits until the time, the end of COMMAND or, if so asked, a call is received. */
static void wait_until(int64_t time, enum waiting waiting)
{
    while (!ended) {
        int64_t present = now();
        while (held_count > 0 && held[first_held].expires <= present)
            close_oldest_duplicate();
        if (present >= time || (waiting == RECEIVE_AND_RETURN && is_received))
            return;
        int64_t until = held_count > 0 && held[first_held].expires < time ? held[first_held].expires : time;
        struct timespec timeout = {
            .tv_sec = (until - present) / NANOS_PER_SECOND, .tv_nsec = (until - present) % NANOS_PER_SECOND};
        struct pollfd polled[] = {
            {.fd = signals, .events = POLLIN},
            {.fd = waiting != IGNORE && !is_received ? notifications : -1, .events = POLLIN}};
        if (ppoll(polled, 2, &timeout, NULL) < 0 && errno != EINTR)
            fail(EXIT_CANNOT_HERE, "cannot wait: %s", strerror(errno));
        if (polled[0].revents != 0)
            handle_signals();
        if (polled[1].revents & POLLIN)
            receive();
        else if (polled[1].revents & POLLHUP) {
            /* Nobody is left whose calls could be trapped; the end of COMMAND comes as a signal. */
            close(notifications);
            notifications = -1;
        }
    }
}

void wait_before_answer(int64_t nanos)
{
    wait_until(now() + nanos, IGNORE);
}

/* The tracker is busy and answers nobody, but the next call is received already. */
static void wait_after_answer(int64_t nanos)
{
    wait_until(now() + nanos, RECEIVE);
}

/* The process that a thread belongs to, or -1 if it has ended. */
static pid_t process_of(pid_t thread)
{
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/status", thread);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    text[length < 0 ? 0 : length] = '\0';
    const char *line = strstr(text, "\nTgid:");
    return line == NULL ? -1 : atoi(line + strlen("\nTgid:"));
}

/* A trapped call, with a duplicate of its socket. */
struct call {
    bool is_bind;
    bool main_thread;
    int socket;             /* -1 if the call is none of ours: another family, no socket, a bad address */
    enum protocol protocol;
    int port;               /* what bind asks for, or what listen finds the socket bound to; may be 0 */
};

/* A duplicate of a descriptor of another process, or -1. */
static int duplicate_of(pid_t thread, int descriptor, bool *main_thread)
{
    /* Without PIDFD_THREAD, which came with Linux 6.9, only main threads have a pidfd. */
    int process = (int) syscall(SYS_pidfd_open, thread, 0);
    *main_thread = process >= 0;
    if (process < 0) {
        pid_t group = process_of(thread);
        process = group > 0 ? (int) syscall(SYS_pidfd_open, group, 0) : -1;
    }
    if (process < 0)
        return -1;
    int copy = (int) syscall(SYS_pidfd_getfd, process, descriptor, 0);
    close(process);
    return copy;
}

static int option_of(int socket, int option)
{
    int value = -1;
    socklen_t length = sizeof value;
    return getsockopt(socket, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

/* The port of a socket of AF_INET or AF_INET6, 0 if it has none. */
static int bound_port(int socket)
{
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    if (getsockname(socket, (struct sockaddr *) &name, &length) != 0)
        return 0;
    return ntohs(name.ss_family == AF_INET ? ((struct sockaddr_in *) &name)->sin_port
                                           : ((struct sockaddr_in6 *) &name)->sin6_port);
}

/* The port of the address that bind was given, -1 if there is none to read; both families have it in one place. */
static int requested_port(pid_t thread, uint64_t address, uint64_t length)
{
    struct sockaddr_in copy;
    if (length < sizeof copy)
        return -1;
    struct iovec here = {.iov_base = &copy, .iov_len = sizeof copy};
    struct iovec there = {.iov_base = (void *) (uintptr_t) address, .iov_len = sizeof copy};
    return process_vm_readv(thread, &here, 1, &there, 1, 0) == (ssize_t) sizeof copy ? ntohs(copy.sin_port) : -1;
}

static struct call examine(void)
{
    struct call call = {.is_bind = request->data.nr == SYS_bind};
    call.socket = duplicate_of((pid_t) request->pid, (int) request->data.args[0], &call.main_thread);
    if (call.socket < 0)
        return call;
    int domain = option_of(call.socket, SO_DOMAIN);
    int protocol = option_of(call.socket, SO_PROTOCOL);
    bool is_tracked = (domain == AF_INET || domain == AF_INET6) && (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP);
    call.protocol = protocol == IPPROTO_UDP ? UDP : TCP;
    if (is_tracked)
        call.port = call.is_bind ? requested_port((pid_t) request->pid, request->data.args[1], request->data.args[2])
                                 : bound_port(call.socket);
    if (!is_tracked || call.port < 0) {
        close(call.socket);
        call.socket = -1;
    }
    return call;
}

/* Lets the call continue, or makes it return a value or fail; false if the caller is gone. */
static bool answer(void)
{
    response->id = request->id;
    is_received = false;
    if (ioctl(notifications, SECCOMP_IOCTL_NOTIF_SEND, response) == 0)
        return true;
    if (errno != ENOENT)
        fail(EXIT_CANNOT_HERE, "cannot answer a trapped call: %s (needs Linux 5.5 or later)", strerror(errno));
    statistics.interrupted++;
    return false;
}

/* Whether the guest may have the port: from the table, or because the host grants it. */
static bool obtain(enum protocol protocol, int port)
{
    if (ports_contains(protocol, port)) {
        ports_touch(protocol, port);
        statistics.from_table++;
        return true;
    }
    if (!host_grants(protocol, port))
        return false;
    ports_add(protocol, port);
    return true;
}

/*
 * After the answer: which port has the kernel chosen? The guest's call runs at the same time, so the port may not be
 * there yet; then the tracker waits, and every other call with it.
 */
static void resolve(const struct call *call)
{
    int port = bound_port(call->socket);
    for (int attempt = 1; port == 0 && attempt < RESOLVE_ATTEMPTS && !ended; attempt++) {
        statistics.resolve_waits++;
        wait_after_answer(RESOLVE_INTERVAL);
        port = bound_port(call->socket);
    }
    if (port == 0)
        statistics.unresolved++;
    else if (!obtain(call->protocol, port))
        statistics.refused_late++;
}

/* Whether the caller still waits; otherwise its thread, its memory or its descriptor may be another's by now. */
static bool is_waiting(void)
{
    return ioctl(notifications, SECCOMP_IOCTL_NOTIF_ID_VALID, &request->id) == 0;
}

static void count_call(const struct call *call, bool is_missed)
{
    bool is_chosen = call->socket >= 0 && call->port == 0;
    statistics.binds += call->is_bind;
    statistics.listens += !call->is_bind;
    statistics.untracked += call->socket < 0;
    statistics.missed += is_missed;
    statistics.port_zero += is_chosen && call->is_bind;
    statistics.autobinds += is_chosen && !call->is_bind;
}

/* Whether a call takes a port that this tracker, as earlier ones did, does not notice. */
static bool misses(const struct call *call)
{
    bool takes_port = call->socket >= 0 && (call->is_bind || call->port == 0);
    return takes_port && ((options.miss_threads && !call->main_thread) || (options.miss_autobind && !call->is_bind));
}

static void serve(void)
{
    struct call call = examine();
    if (!is_waiting()) {
        if (call.socket >= 0)
            close(call.socket);
        is_received = false;
        statistics.interrupted++;
        return;
    }
    bool is_ours = call.socket >= 0;
    bool is_chosen = is_ours && call.port == 0;
    bool is_missed = misses(&call);
    count_call(&call, is_missed);

    memset(response, 0, sizeof *response + sizes.seccomp_notif_resp);
    bool is_granted = !is_ours || is_missed || is_chosen || !call.is_bind || obtain(call.protocol, call.port);
    if (is_granted)
        response->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    else if (options.hresult)
        response->val = REFUSED_HRESULT;
    else
        response->error = -EADDRINUSE;
    statistics.refused += !is_granted;
    /* Closed before the guest runs again: only a port that is still to be resolved needs the duplicate. */
    if (is_ours && !is_chosen)
        close(call.socket);
    bool is_answered = answer();

    if (is_chosen) {
        if (is_answered && !is_missed)
            resolve(&call);
        if (is_answered && call.is_bind && options.hold_duplicate > 0)
            hold(call.socket);
        else
            close(call.socket);
    }
    if (options.wait > 0) {
        statistics.waits++;
        statistics.wait_ms = statistics.waits * options.wait / NANOS_PER_MS;
        wait_after_answer(options.wait);
    }
}

static void allocate_messages(void)
{
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0)
        fail(EXIT_CANNOT_HERE, "this kernel has no seccomp user notification: %s (needs Linux 5.6 and "
            "CONFIG_SECCOMP_FILTER, and a container that permits seccomp)", strerror(errno));
    /* A kernel newer than the headers may write more than they know. */
    request = malloc(sizeof *request + sizes.seccomp_notif);
    response = malloc(sizeof *response + sizes.seccomp_notif_resp);
    if (request == NULL || response == NULL)
        fail(EXIT_CANNOT_HERE, "out of memory");
}

/* In the child: traps its bind and listen from now on, those of all descendants included. The listener, or -1. */
static int install_filter(void)
{
    struct sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bind, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_listen, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
    };
    struct sock_fprog program = {.len = sizeof instructions / sizeof *instructions, .filter = instructions};
    unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER
        | (options.wait_killable ? SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV : 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int) syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* The error of install_filter and, without one, its descriptor, over a socket between the two processes. */
union descriptor_message {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

static void send_listener(int channel, int listener, int error)
{
    union descriptor_message control = {0};
    struct iovec content = {.iov_base = &error, .iov_len = sizeof error};
    struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1};
    if (listener >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        control.header = (struct cmsghdr) {
            .cmsg_len = CMSG_LEN(sizeof listener), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &listener, sizeof listener);
    }
    if (sendmsg(channel, &message, MSG_NOSIGNAL) < 0)
        _exit(EXIT_CANNOT_HERE);
}

static int receive_listener(int channel)
{
    int error = EPIPE, listener = -1;
    union descriptor_message control = {0};
    struct iovec content = {.iov_base = &error, .iov_len = sizeof error};
    struct msghdr message = {
        .msg_iov = &content, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) == (ssize_t) sizeof error && error == 0
            && CMSG_FIRSTHDR(&message) != NULL)
        memcpy(&listener, CMSG_DATA(&control.header), sizeof listener);
    if (listener >= 0)
        return listener;
    if (error == EBUSY)
        fail(EXIT_CANNOT_HERE, "another seccomp listener, such as that of a tracker, is on this process already: "
            "run the tracker outside of it");
    if (error == EINVAL && options.wait_killable)
        fail(EXIT_CANNOT_HERE, "--wait-killable needs Linux 5.19 or later");
    fail(EXIT_CANNOT_HERE, "cannot trap system calls: %s (needs CONFIG_SECCOMP_FILTER, and a container that permits "
        "seccomp)", strerror(error));
}

/* Starts COMMAND with its calls trapped; the tracker itself stays without a filter. */
static void start(char **command)
{
    sigset_t handled, before;
    sigemptyset(&handled);
    static const int HANDLED[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof HANDLED / sizeof *HANDLED; i++)
        sigaddset(&handled, HANDLED[i]);
    sigprocmask(SIG_BLOCK, &handled, &before);
    signal(SIGCHLD, SIG_DFL); /* an inherited SIG_IGN would lose COMMAND's status */
    signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
    int channel[2];
    if (signals < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) != 0
            || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
        fail(EXIT_CANNOT_HERE, "cannot start: %s", strerror(errno));
    pid_t tracker = getpid();
    guest = fork();
    if (guest < 0)
        fail(EXIT_CANNOT_HERE, "cannot start a process: %s", strerror(errno));
    if (guest == 0) {
        /* Without its tracker every bind of COMMAND would fail with ENOSYS. */
        prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
        if (getppid() != tracker)
            _exit(EXIT_CANNOT_HERE);
        sigprocmask(SIG_SETMASK, &before, NULL);
        int listener = install_filter();
        send_listener(channel[1], listener, listener >= 0 ? 0 : errno);
        if (listener < 0)
            _exit(EXIT_CANNOT_HERE);
        execvp(*command, command);
        int error = errno;
        fprintf(stderr, "tracker: cannot run %s: %s\n", *command, strerror(error));
        _exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE);
    }
    close(channel[1]);
    notifications = receive_listener(channel[0]);
    close(channel[0]);
}

static void write_statistics(FILE *file)
{
#define PRINT(name) fprintf(file, "%s %lld\n", #name, (long long) statistics.name);
    STATISTICS(PRINT)
#undef PRINT
    if (fclose(file) != 0)
        fail(EXIT_CANNOT_HERE, "cannot write the statistics to %s: %s", options.stats, strerror(errno));
}

static const char USAGE[] =
    "usage: tracker [options] -- COMMAND [ARGUMENT...]\n"
    "The tracker:\n"
    "  --before-fix             wait 10 ms after each answer, as before the fix of microsoft/WSL#41470\n"
    "  --wait MS                the same with another time\n"
    "  --hold-duplicate MS      keep a duplicate of each socket bound to port 0 open for this time\n"
    "  --release SECONDS        how long a port stays reserved after it was seen free (60)\n"
    "  --wait-killable          a call that has been received is not interrupted by signals\n"
    "  --miss-autobind          the port of a listen without bind is not told to the host\n"
    "  --miss-threads           nor are ports of threads other than the main one\n"
    "  --stats FILE             write what was done to this file at the end\n"
    "The host:\n"
    "  --grant                  grant every port (the default)\n"
    "  --delay MS               take this time for each new port\n"
    "  --refuse-every N         refuse each N-th new port\n"
    "  --refuse-range LOW-HIGH  refuse new ports of this range\n"
    "  --hresult                a refused bind returns 2147014848, an HRESULT, instead of failing\n"
    "  --filter                 connections reach only ports that the host was told of: a packet filter (nftables)\n"
    "                           in a network namespace of its own\n"
    "  --reach-at-most N        with --filter: at most so many ports at once; others wait until one is released\n";

/* A number of an option in its unit, at most LIMIT, as nanoseconds or as a count where the unit is 1. */
static int64_t number(const char *option, const char *text, double limit, int64_t unit)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    bool is_in_range = value >= 0 && value <= limit;
    if (end == text || *end != '\0' || errno != 0 || !is_in_range || (unit == 1 && value != (double) (long) value))
        fail(EXIT_USAGE, "%s: %s is no %s from 0 to %.0f", option, text, unit == 1 ? "whole number" : "number", limit);
    return (int64_t) (value * (double) unit);
}

static void parse_range(const char *text)
{
    int consumed = 0;
    if (sscanf(text, "%5d-%5d%n", &options.refuse_low, &options.refuse_high, &consumed) != 2 || text[consumed] != '\0'
            || options.refuse_low < 1 || options.refuse_high >= PORTS || options.refuse_low > options.refuse_high)
        fail(EXIT_USAGE, "--refuse-range: %s is no range of ports, such as 49152-65535", text);
}

static char **parse(int count, char **arguments)
{
    static const struct option KNOWN[] = {
        {"before-fix", no_argument, NULL, 'b'}, {"wait", required_argument, NULL, 'w'},
        {"hold-duplicate", required_argument, NULL, 'd'}, {"release", required_argument, NULL, 'r'},
        {"wait-killable", no_argument, NULL, 'k'}, {"miss-autobind", no_argument, NULL, 'a'},
        {"miss-threads", no_argument, NULL, 't'}, {"stats", required_argument, NULL, 's'},
        {"grant", no_argument, NULL, 'g'}, {"delay", required_argument, NULL, 'y'},
        {"refuse-every", required_argument, NULL, 'e'}, {"refuse-range", required_argument, NULL, 'l'},
        {"hresult", no_argument, NULL, 'x'}, {"filter", no_argument, NULL, 'f'},
        {"reach-at-most", required_argument, NULL, 'm'}, {"help", no_argument, NULL, 'h'}, {0}};
    opterr = 0; /* getopt's own message is a second line */
    bool grants = false;
    int64_t wait = -1;
    /* '+': what follows COMMAND is COMMAND's own. */
    for (int option; (option = getopt_long(count, arguments, "+", KNOWN, NULL)) != -1;)
        switch (option) {
            case 'b': wait = wait < 0 ? 10 * NANOS_PER_MS : wait; break;
            case 'w': wait = number("--wait", optarg, 60000, NANOS_PER_MS); break;
            case 'd': options.hold_duplicate = number("--hold-duplicate", optarg, 600000, NANOS_PER_MS); break;
            case 'r': options.release = number("--release", optarg, 86400, NANOS_PER_SECOND); break;
            case 'k': options.wait_killable = true; break;
            case 'a': options.miss_autobind = true; break;
            case 't': options.miss_threads = true; break;
            case 's': options.stats = optarg; break;
            case 'g': grants = true; break;
            case 'y': options.delay = number("--delay", optarg, 60000, NANOS_PER_MS); break;
            case 'e': options.refuse_every = number("--refuse-every", optarg, 1e9, 1); break;
            case 'l': parse_range(optarg); break;
            case 'x': options.hresult = true; break;
            case 'f': options.filter = true; break;
            case 'm': options.reach_at_most = number("--reach-at-most", optarg, PORTS, 1); break;
            case 'h': fputs(USAGE, stdout); exit(0);
            default:
                fail(EXIT_USAGE, "%s is unknown or lacks its value: see tracker --help", arguments[optind - 1]);
        }
    options.wait = wait < 0 ? 0 : wait;
    bool refuses = options.refuse_every > 0 || options.refuse_low <= options.refuse_high;
    if (grants && refuses)
        fail(EXIT_USAGE, "--grant contradicts --refuse-every and --refuse-range: give one of them");
    if (options.hresult && !refuses)
        fail(EXIT_USAGE, "--hresult needs --refuse-every or --refuse-range: nothing is refused without them");
    if ((options.reach_at_most > 0 || options.miss_autobind || options.miss_threads) && !options.filter)
        fail(EXIT_USAGE, "--reach-at-most, --miss-autobind and --miss-threads need --filter: nothing shows without it");
    if (optind >= count)
        fail(EXIT_USAGE, "no COMMAND; usage: tracker [options] -- COMMAND [ARGUMENT...]");
    return arguments + optind;
}

int main(int count, char **arguments)
{
    char **command = parse(count, arguments);
    FILE *file = NULL;
    if (options.stats != NULL && (file = fopen(options.stats, "we")) == NULL)
        fail(EXIT_USAGE, "--stats: cannot write %s: %s", options.stats, strerror(errno));
    allocate_messages();
    if (options.filter)
        host_filter_open();
    ports_open();
    start(command);

    int64_t last = now();
    while (!ended) {
        /* While calls come faster than this, no poll is made, and no port is released. */
        wait_until(last + POLL_INTERVAL, RECEIVE_AND_RETURN);
        if (is_received)
            serve();
        else if (!ended)
            ports_poll();
        last = now();
    }
    end_descendants();
    if (file != NULL)
        write_statistics(file);
    return guest_status;
}
