/*
 * The tracker's table of ports. A port enters it when the host grants it. That the guest has let it go is noticed by
 * asking sock_diag, and only then does the time run after which the host is given the port back.
 */
#define _GNU_SOURCE
#include "tracker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Linux 6.8 and later show a TCP socket that is bound and neither listens nor is connected; earlier ones do not. */
enum { BOUND_INACTIVE = 13 };

struct entry {
    bool reserved;
    int64_t free_since; /* when a poll first missed the port; 0 while it is in use */
};

static struct entry table[PROTOCOLS][PORTS];
static bool in_use[PROTOCOLS][PORTS];
static int diagnostics = -1;

bool ports_contains(enum protocol protocol, int port)
{
    return table[protocol][port].reserved;
}

void ports_add(enum protocol protocol, int port)
{
    table[protocol][port] = (struct entry) {.reserved = true};
    statistics.reserved++;
    if (statistics.reserved > statistics.most_reserved)
        statistics.most_reserved = statistics.reserved;
}

void ports_touch(enum protocol protocol, int port)
{
    table[protocol][port].free_since = 0;
}

static void remove_port(enum protocol protocol, int port)
{
    table[protocol][port] = (struct entry) {0};
    statistics.reserved--;
    statistics.released++;
    host_release(protocol, port);
}

/* Marks the ports of one answer; false after the last of a dump. */
static bool mark(enum protocol protocol, const char *answer, ssize_t length)
{
    const struct nlmsghdr *message = (const struct nlmsghdr *) answer;
    for (; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length)) {
        if (message->nlmsg_type == NLMSG_DONE)
            return false;
        if (message->nlmsg_type == NLMSG_ERROR) {
            const struct nlmsgerr *error = NLMSG_DATA(message);
            fail(EXIT_CANNOT_HERE, "this kernel does not list its sockets: sock_diag: %s (it needs CONFIG_INET_DIAG "
                "and CONFIG_INET_UDP_DIAG)", strerror(-error->error));
        }
        const struct inet_diag_msg *socket = NLMSG_DATA(message);
        in_use[protocol][ntohs(socket->id.idiag_sport)] = true;
    }
    return true;
}

static void dump(enum protocol protocol, int family)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } query = {
        .header = {
            .nlmsg_len = sizeof query, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .request = {
            .sdiag_family = (uint8_t) family,
            .sdiag_protocol = protocol == TCP ? IPPROTO_TCP : IPPROTO_UDP,
            /* A connection in TIME_WAIT is the kernel's, not the guest's. */
            .idiag_states = ((1u << BOUND_INACTIVE << 1) - 1) & ~(1u << TCP_TIME_WAIT),
        },
    };
    if (send(diagnostics, &query, sizeof query, 0) < 0)
        fail(EXIT_CANNOT_HERE, "this kernel does not list its sockets: sock_diag: %s", strerror(errno));
    _Alignas(struct nlmsghdr) static char answer[1 << 16];
    ssize_t length;
    do {
        length = recv(diagnostics, answer, sizeof answer, 0);
        if (length < 0)
            fail(EXIT_CANNOT_HERE, "cannot read from sock_diag: %s", strerror(errno));
    } while (mark(protocol, answer, length));
}

void ports_poll(void)
{
    memset(in_use, 0, sizeof in_use);
    for (enum protocol protocol = TCP; protocol < PROTOCOLS; protocol++) {
        dump(protocol, AF_INET);
        dump(protocol, AF_INET6);
    }
    statistics.polls++;
    int64_t time = now();
    for (enum protocol protocol = TCP; protocol < PROTOCOLS; protocol++)
        for (int port = 1; port < PORTS; port++) {
            struct entry *entry = &table[protocol][port];
            if (!entry->reserved)
                continue;
            if (in_use[protocol][port]) {
                entry->free_since = 0;
                continue;
            }
            if (entry->free_since == 0)
                entry->free_since = time;
            if (time - entry->free_since >= options.release)
                remove_port(protocol, port);
        }
}

void ports_open(void)
{
    diagnostics = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (diagnostics < 0)
        fail(EXIT_CANNOT_HERE, "this kernel does not list its sockets: sock_diag: %s", strerror(errno));
    ports_poll();
    statistics.polls = 0;
}
