/*
@header
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ATTEMPTS = 3, LOOK_EVERY = 50, ACTORS = {actors}, DESCRIPTORS = {descriptors}, LOW_PORT = 10240, HIGH_PORT = 32767 };
enum { NONE = -1, TIMED_OUT = -2 };
enum { HAS_INET = 1, HAS_INET6 = 2, HAS_LOOPBACK6 = 4, HAS_USERS = 8 };
enum operation { SOCKET, SET_OPTION, SET_ONE_PORT, SET_LINGER, GET_OPTION, BIND, LISTEN, CONNECT, ACCEPT, GETSOCKNAME, GETPEERNAME,
    SHUTDOWN, DUP, SET_NON_BLOCKING, POLL, CLOSE };

/* An address as the calls show it; port is 0 or a number that stands for a real one. */
struct address { int family; const char *host; int port; unsigned flow, scope; };
static const struct address ADDRESSES[] = {
@addresses
};

/*
 * A call and how it ends on Linux: who makes it (the number of a process or thread), on which descriptor, which one it makes,
 * its arguments, the address that it is given or that the kernel shows, what it returns, the errno it fails with, the value
 * that it reads; then both as text.
 */
struct step {
    int who, operation, fd, made, a, b, c, given, shown, returned, error, reads, value;
    const char *call, *result;
};
static const struct step STEPS[] = {
@steps
};

static const unsigned short SEQUENCE[] = {
@sequence
};

/* Who makes calls in a scenario: a process, or a thread of one; the effective user of the process, NONE for the one who started. */
struct actor { int number, process, user; };
static const struct actor CAST[] = {
@cast
};

/* What differs is a broken guarantee, or a deviation that no document speaks of. */
struct scenario { const char *id; int first, steps, actor, actors, limit, needs, guaranteed; };
static const struct scenario SCENARIOS[] = {
@scenarios
};
enum { SCENARIO_COUNT = sizeof SCENARIOS / sizeof *SCENARIOS };

/* What an actor is asked: to make a step with this port in its address. */
struct question { int step, port, limit; };
struct answer { int returned, error, value; socklen_t length; struct sockaddr_storage address; };

static int descriptors[DESCRIPTORS]; /* in an actor's process: the sockets, by the descriptors that the calls show */
static int channel[ACTORS][2];
static unsigned char held[65536]; /* by port: 1 where others have it, 2 where this program has used it */
static int real_port[65536], shown_port[65536];

static int fill(struct sockaddr_storage *storage, const struct address *address, int port)
{
    struct sockaddr_in *four = (struct sockaddr_in *) storage;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *) storage;
    memset(storage, 0, sizeof *storage);
    storage->ss_family = (sa_family_t) address->family;
    if (address->family == AF_INET) {
        four->sin_port = htons((uint16_t) port);
        inet_pton(AF_INET, address->host, &four->sin_addr);
        return sizeof *four;
    }
    six->sin6_port = htons((uint16_t) port);
    six->sin6_flowinfo = htonl(address->flow);
    six->sin6_scope_id = address->scope;
    inet_pton(AF_INET6, address->host, &six->sin6_addr);
    return sizeof *six;
}

static int wait_ready(int socket, short events, int limit)
{
    struct pollfd one = { socket, events, 0 };
    return poll(&one, 1, limit);
}

/* A connect that comes back within the limit; a blocking one otherwise takes minutes where nobody answers. */
static int connect_within(int socket, const struct sockaddr *address, socklen_t length, int limit)
{
    int flags = fcntl(socket, F_GETFL), result, error = 0;
    socklen_t size = sizeof error;
    if (flags < 0 || flags & O_NONBLOCK)
        return connect(socket, address, length);
    fcntl(socket, F_SETFL, flags | O_NONBLOCK);
    result = connect(socket, address, length);
    error = result < 0 ? errno : 0;
    if (error == EINPROGRESS) {
        if (wait_ready(socket, POLLOUT, limit) == 0) {
            fcntl(socket, F_SETFL, flags);
            return TIMED_OUT;
        }
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
        result = error ? -1 : 0;
        connect(socket, address, length); /* takes in how it ended, as a blocking one does */
    }
    fcntl(socket, F_SETFL, flags);
    errno = error;
    return result;
}

static int accept_within(int socket, const struct step *step, struct answer *answer, int limit)
{
    struct sockaddr *address = step->shown == NONE ? NULL : (struct sockaddr *) &answer->address;
    socklen_t *length = step->shown == NONE ? NULL : &answer->length;
    int flags = fcntl(socket, F_GETFL);
    if (flags >= 0 && !(flags & O_NONBLOCK) && wait_ready(socket, POLLIN, limit) == 0)
        return TIMED_OUT;
    return step->a ? accept4(socket, address, length, step->b) : accept(socket, address, length);
}

static int poll_within(int socket, const struct step *step, struct answer *answer, int limit)
{
    struct pollfd one = { socket < 0 ? INT_MAX : socket, (short) step->a, 0 };
    int bounded = step->b >= 0 && step->b <= limit;
    int result = poll(&one, 1, bounded ? step->b : limit);
    answer->value = (unsigned short) one.revents;
    return result == 0 && !bounded ? TIMED_OUT : result;
}

static int make(const struct step *step, int port, int limit, struct answer *answer)
{
    int socket_here = step->fd == NONE ? NONE : descriptors[step->fd], flags;
    struct sockaddr_storage given;
    socklen_t length = step->given == NONE ? 0 : (socklen_t) fill(&given, &ADDRESSES[step->given], port);
    socklen_t size = sizeof answer->value;
    struct linger linger = { step->a, step->b };
    unsigned range;
    answer->length = sizeof answer->address;
    switch ((enum operation) step->operation) {
    case SOCKET:
        return socket(step->a, step->b, step->c);
    case SET_OPTION:
        return setsockopt(socket_here, step->a, step->b, &step->c, sizeof step->c);
    case SET_ONE_PORT:
        range = (unsigned) port * 65537u;
        return setsockopt(socket_here, step->a, step->b, &range, sizeof range);
    case SET_LINGER:
        return setsockopt(socket_here, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    case GET_OPTION:
        return getsockopt(socket_here, step->a, step->b, &answer->value, &size);
    case BIND:
        return bind(socket_here, (struct sockaddr *) &given, length);
    case LISTEN:
        return listen(socket_here, step->a);
    case CONNECT:
        return connect_within(socket_here, (struct sockaddr *) &given, length, limit);
    case ACCEPT:
        return accept_within(socket_here, step, answer, limit);
    case GETSOCKNAME:
        return getsockname(socket_here, (struct sockaddr *) &answer->address, &answer->length);
    case GETPEERNAME:
        return getpeername(socket_here, (struct sockaddr *) &answer->address, &answer->length);
    case SHUTDOWN:
        return shutdown(socket_here, step->a);
    case DUP:
        return dup(socket_here);
    case SET_NON_BLOCKING:
        flags = fcntl(socket_here, F_GETFL);
        return flags < 0 ? flags : fcntl(socket_here, F_SETFL, step->a ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
    case POLL:
        return poll_within(socket_here, step, answer, limit);
    case CLOSE:
        descriptors[step->fd] = NONE;
        return close(socket_here);
    }
    return NONE;
}

/* The life of an actor: one question after another until nobody asks any more. */
static void *act(void *number)
{
    int here = channel[(intptr_t) number][1];
    struct question question;
    while (read(here, &question, sizeof question) == (ssize_t) sizeof question) {
        const struct step *step = &STEPS[question.step];
        struct answer answer = { 0 };
        answer.returned = make(step, question.port, question.limit, &answer);
        answer.error = answer.returned == -1 ? errno : 0;
        if (step->made != NONE)
            descriptors[step->made] = answer.returned;
        else if (answer.returned >= 0 && (step->operation == SOCKET || step->operation == ACCEPT || step->operation == DUP))
            close(answer.returned); /* Linux makes no descriptor here */
        if (write(here, &answer, sizeof answer) != (ssize_t) sizeof answer)
            break;
    }
    return NULL;
}

/* A process of a scenario and its threads; ends with its killer. */
static void live(const struct scenario *scenario, int process)
{
    pthread_t thread;
    int mine = NONE;
    memset(descriptors, -1, sizeof descriptors);
    for (int i = 0; i < scenario->actors; i++) {
        const struct actor *actor = &CAST[scenario->actor + i];
        close(channel[i][0]);
        if (actor->process != process)
            close(channel[i][1]);
        else if (actor->number == process) {
            mine = i;
            if (actor->user != NONE && setresuid(-1, actor->user, -1) != 0)
                _exit(2);
        }
        else if (pthread_create(&thread, NULL, act, (void *) (intptr_t) i) != 0)
            _exit(2);
    }
    if (mine != NONE)
        act((void *) (intptr_t) mine);
    else
        pause();
    _exit(0);
}

static void read_held(const char *table)
{
    FILE *file = fopen(table, "r");
    char line[512];
    unsigned port;
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, " %*u: %*[0-9A-F]:%4x", &port) == 1 && held[port] == 0)
            held[port] = 1;
    if (file)
        fclose(file);
}

static int free_port(void)
{
    int port;
    for (int tries = 0; tries < 100000; tries++) {
        port = LOW_PORT + rand() % (HIGH_PORT - LOW_PORT);
        if (held[port] == 0)
            break;
    }
    held[port] = 2;
    return port;
}

static int port_for(int literal)
{
    if (literal != 0 && real_port[literal] == 0) {
        real_port[literal] = free_port();
        shown_port[real_port[literal]] = literal;
    }
    return literal == 0 ? 0 : real_port[literal];
}

/* Whether the kernel showed the address; a port that it shows for the first time is the expected one. */
static int shows(const struct answer *answer, const struct address *expected)
{
    const struct sockaddr_in *four = (const struct sockaddr_in *) &answer->address;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *) &answer->address;
    struct sockaddr_storage wanted;
    int inet = answer->address.ss_family == AF_INET;
    int port = ntohs(inet ? four->sin_port : six->sin6_port);
    if (expected->port != 0 && real_port[expected->port] == 0 && shown_port[port] == 0) {
        real_port[expected->port] = port;
        shown_port[port] = expected->port;
    }
    fill(&wanted, expected, expected->port == 0 ? 0 : real_port[expected->port]);
    if (answer->address.ss_family != expected->family)
        return 0;
    if (inet)
        return four->sin_port == ((struct sockaddr_in *) &wanted)->sin_port
                && four->sin_addr.s_addr == ((struct sockaddr_in *) &wanted)->sin_addr.s_addr;
    return memcmp(&six->sin6_addr, &((struct sockaddr_in6 *) &wanted)->sin6_addr, sizeof six->sin6_addr) == 0
            && six->sin6_port == ((struct sockaddr_in6 *) &wanted)->sin6_port
            && six->sin6_flowinfo == ((struct sockaddr_in6 *) &wanted)->sin6_flowinfo
            && six->sin6_scope_id == ((struct sockaddr_in6 *) &wanted)->sin6_scope_id;
}

static int as_on_linux(const struct step *step, const struct answer *answer)
{
    if (step->error != 0)
        return answer->returned == -1 && answer->error == step->error;
    if (step->made != NONE ? answer->returned < 0 : answer->returned != step->returned)
        return 0;
    if (step->shown != NONE && !shows(answer, &ADDRESSES[step->shown]))
        return 0;
    return !step->reads || answer->value == step->value;
}

static int actor_of(const struct scenario *scenario, int number)
{
    for (int i = 0; i < scenario->actors; i++)
        if (CAST[scenario->actor + i].number == number)
            return i;
    return 0;
}

/* Makes the calls up to the first that differs: returns its index and the answer, or the number of calls. */
static int replay(const struct scenario *scenario, struct answer *answer)
{
    pid_t processes[ACTORS];
    int count = 0, at;
    memset(real_port, 0, sizeof real_port);
    memset(shown_port, 0, sizeof shown_port);
    for (int i = 0; i < scenario->actors; i++)
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, channel[i]) != 0) {
            perror("Bail out! socketpair");
            exit(2);
        }
    fflush(stdout);
    for (int i = 0; i < scenario->actors; i++) {
        const struct actor *actor = &CAST[scenario->actor + i];
        int is_first = 1;
        for (int j = 0; j < i; j++)
            is_first &= CAST[scenario->actor + j].process != actor->process;
        if (!is_first)
            continue;
        processes[count] = fork();
        if (processes[count] == 0)
            live(scenario, actor->process);
        count += processes[count] > 0;
    }
    for (int i = 0; i < scenario->actors; i++)
        close(channel[i][1]);
    for (at = 0; at < scenario->steps; at++) {
        const struct step *step = &STEPS[SEQUENCE[scenario->first + at]];
        struct question question = { SEQUENCE[scenario->first + at],
            step->operation == SET_ONE_PORT ? port_for(step->c)
                : step->given == NONE ? 0 : port_for(ADDRESSES[step->given].port), scenario->limit };
        int asked = channel[actor_of(scenario, step->who)][0];
        answer->returned = TIMED_OUT;
        if (write(asked, &question, sizeof question) != (ssize_t) sizeof question
                || wait_ready(asked, POLLIN, scenario->limit + 5000) != 1
                || read(asked, answer, sizeof *answer) != (ssize_t) sizeof *answer)
            answer->returned = TIMED_OUT;
        if (!as_on_linux(step, answer))
            break;
    }
    for (int i = 0; i < count; i++)
        kill(processes[i], SIGKILL);
    for (int i = 0; i < count; i++)
        waitpid(processes[i], NULL, 0);
    for (int i = 0; i < scenario->actors; i++)
        close(channel[i][0]);
    return at;
}

/* Whether the address can be bound and has a route: an interface that is down lets it be bound. */
static int can_use(int family, const char *host)
{
    struct address address = { family, host, 0, 0, 0 };
    struct sockaddr_storage storage;
    int length = fill(&storage, &address, 0), probe = socket(family, SOCK_STREAM, 0), works;
    if (probe < 0)
        return 0;
    works = bind(probe, (struct sockaddr *) &storage, (socklen_t) length) == 0 || errno != EADDRNOTAVAIL;
    close(probe);
    probe = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    fill(&storage, &address, 9);
    works &= connect(probe, (struct sockaddr *) &storage, (socklen_t) length) == 0 || errno != ENETUNREACH;
    close(probe);
    return works;
}

/* Tried by a process of its own, which has the users of the scenarios then. */
static int can_change_user(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        for (size_t i = 0; i < sizeof CAST / sizeof *CAST; i++)
            if (CAST[i].user != NONE && (setresuid(-1, CAST[i].user, -1) != 0 || setresuid(-1, getuid(), -1) != 0))
                _exit(1);
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static int facilities(void)
{
    int six = socket(AF_INET6, SOCK_STREAM, 0), has_inet6 = six >= 0 || errno != EAFNOSUPPORT;
    if (six >= 0)
        close(six);
    return (can_use(AF_INET, "127.0.0.1") ? HAS_INET : 0) | (has_inet6 ? HAS_INET6 : 0)
            | (has_inet6 && can_use(AF_INET6, "::1") ? HAS_LOOPBACK6 : 0) | (can_change_user() ? HAS_USERS : 0);
}

static const char *name_of(int error)
{
    static const struct { int error; const char *name; } NAMES[] = {
@errors
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (NAMES[i].error == error)
            return NAMES[i].name;
    return "ERRNO";
}

static void show_difference(const struct scenario *scenario, int at, const struct answer *answer)
{
    for (int i = 0; i <= at; i++) {
        const struct step *step = &STEPS[SEQUENCE[scenario->first + i]];
        printf("# %s %d: %s = %s\n", i == at ? "-" : " ", step->who, step->call, step->result);
    }
    if (answer->returned == TIMED_OUT)
        printf("# + ? TIMEOUT (no answer in %d ms)\n", scenario->limit);
    else if (answer->returned < 0)
        printf("# + -1 %s (%s)\n", name_of(answer->error), strerror(answer->error));
    else
        printf("# + %d, or another value or address behind it\n", answer->returned);
}

int main(int count, char **words)
{
    int has = facilities(), number = 0, differing = 0, planned = 0;
    const char *wanted = count > 1 ? words[1] : "";
    signal(SIGPIPE, SIG_IGN);
    srand((unsigned) (time(NULL) ^ getpid() << 8));
    for (int i = 0; i < SCENARIO_COUNT; i++)
        planned += strstr(SCENARIOS[i].id, wanted) != NULL;
    printf("KTAP version 1\n1..%d\n", planned);
    for (int i = 0; i < SCENARIO_COUNT; i++) {
        const struct scenario *scenario = &SCENARIOS[i];
        struct answer answer = { 0 };
        int at = 0;
        if (!strstr(scenario->id, wanted))
            continue;
        number++;
        if ((scenario->needs & has) != scenario->needs) {
            printf("ok %d %s # SKIP %s\n", number, scenario->id, scenario->needs & ~has & HAS_USERS
                   ? "this process may not change its user, as root may" : "the platform lacks IPv4 or IPv6 loopback");
            continue;
        }
        for (int attempt = 0; attempt < ATTEMPTS && at < scenario->steps; attempt++) {
            if (number % LOOK_EVERY == 1 || attempt > 0) {
                read_held("/proc/net/tcp");
                read_held("/proc/net/tcp6");
            }
            at = replay(scenario, &answer);
            if (at < scenario->steps && answer.returned == TIMED_OUT)
                break;
        }
        if (at == scenario->steps) {
            printf("ok %d %s\n", number, scenario->id);
            continue;
        }
        differing++;
        show_difference(scenario, at, &answer);
        printf("not ok %d %s # %s\n", number, scenario->id, answer.returned == TIMED_OUT ? "TIMEOUT"
               : scenario->guaranteed ? "VIOLATION" : "DEVIATION");
    }
    return differing == 0 ? 0 : 1;
}
