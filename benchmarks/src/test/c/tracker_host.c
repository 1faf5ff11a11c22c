/*
 * The simulated host: grants or refuses ports, takes its time over it, and lets connections through to the ports that
 * it was told of. The data path is a packet filter, nftables in a network namespace of the tracker's own: a set of
 * ports that nft(8) makes, and whose elements are then written directly, since a process for each port would cost more
 * than the call that is to be answered.
 */
#define _GNU_SOURCE
#include "tracker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TABLE "tracker"
#define SET "announced"

/* TCP alone: a SYN without ACK opens a connection. The answers to the guest's own connections pass. */
static const char RULES[] =
    "add table inet " TABLE "; "
    "add set inet " TABLE " " SET " { type inet_service; }; "
    "add chain inet " TABLE " arriving { type filter hook input priority 0; }; "
    "add rule inet " TABLE " arriving tcp flags syn / syn,ack tcp dport != @" SET " counter drop";

static bool seen[PROTOCOLS][PORTS];
/* Ports that the host would let connections through to, in the order in which it was told of them; 0 is none. */
static int64_t told[PORTS];
static int64_t tellings;
static bool open_port[PORTS];
static long open_ports;
static int filter = -1;

static void write_file(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t) strlen(text))
        fail(EXIT_CANNOT_HERE, "--filter: cannot write %s: %s (without root, it needs a user namespace)", path,
            strerror(errno));
    close(file);
}

static void enter_namespace(void)
{
    uid_t user = geteuid();
    gid_t group = getegid();
    if (unshare(CLONE_NEWNET) == 0)
        return;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        fail(EXIT_CANNOT_HERE, "--filter: no network namespace of its own: %s (run as root, or permit "
            "unprivileged user namespaces)", strerror(errno));
    char map[64];
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "0 %u 1", user);
    write_file("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "0 %u 1", group);
    write_file("/proc/self/gid_map", map);
}

static void raise_loopback(void)
{
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (any < 0 || ioctl(any, SIOCSIFFLAGS, &loopback) != 0)
        fail(EXIT_CANNOT_HERE, "--filter: cannot raise the loopback interface: %s", strerror(errno));
    close(any);
}

static void run_nft(void)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("nft", "nft", RULES, (char *) NULL);
        execl("/usr/sbin/nft", "nft", RULES, (char *) NULL);
        _exit(EXIT_NOT_FOUND);
    }
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child)
        fail(EXIT_CANNOT_HERE, "--filter: cannot start nft: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_FOUND)
        fail(EXIT_CANNOT_HERE, "--filter: needs the command nft: install the package nftables");
    if (status != 0)
        fail(EXIT_CANNOT_HERE, "--filter: nft refused the packet filter, see above (the kernel needs "
            "CONFIG_NF_TABLES_INET)");
}

void host_filter_open(void)
{
    enter_namespace();
    raise_loopback();
    run_nft();
    filter = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (filter < 0)
        fail(EXIT_CANNOT_HERE, "--filter: no netlink socket: %s", strerror(errno));
}

/* One transaction of nfnetlink: a beginning, a message with attributes, an end. */
struct batch {
    _Alignas(NLMSG_ALIGNTO) char bytes[512];
    size_t length;
};

static struct nlmsghdr *message(struct batch *batch, int type, int flags, int family, int resource)
{
    struct nlmsghdr *header = (struct nlmsghdr *) (batch->bytes + batch->length);
    *header = (struct nlmsghdr) {
        .nlmsg_len = NLMSG_LENGTH(sizeof(struct nfgenmsg)), .nlmsg_type = (uint16_t) type,
        .nlmsg_flags = (uint16_t) (NLM_F_REQUEST | flags)};
    *(struct nfgenmsg *) NLMSG_DATA(header) = (struct nfgenmsg) {
        .nfgen_family = (uint8_t) family, .version = NFNETLINK_V0, .res_id = htons((uint16_t) resource)};
    batch->length += NLMSG_ALIGN(header->nlmsg_len);
    return header;
}

static struct nlattr *attribute(struct batch *batch, int type, const void *value, size_t length)
{
    struct nlattr *attribute = (struct nlattr *) (batch->bytes + batch->length);
    *attribute = (struct nlattr) {.nla_len = (uint16_t) (NLA_HDRLEN + length), .nla_type = (uint16_t) type};
    memcpy((char *) attribute + NLA_HDRLEN, value, length);
    batch->length += NLA_ALIGN(attribute->nla_len);
    return attribute;
}

/* An attribute whose value is the attributes that follow, up to end_nested. */
static struct nlattr *nested(struct batch *batch, int type)
{
    return attribute(batch, type | NLA_F_NESTED, "", 0);
}

static void end_nested(struct batch *batch, struct nlattr *outer)
{
    outer->nla_len = (uint16_t) (batch->bytes + batch->length - (char *) outer);
}

static void change_set(int type, int flags, int port)
{
    uint16_t key = htons((uint16_t) port);
    struct batch batch = {.length = 0};
    message(&batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    struct nlmsghdr *change = message(&batch, NFNL_SUBSYS_NFTABLES << 8 | type, flags | NLM_F_ACK, NFPROTO_INET, 0);
    attribute(&batch, NFTA_SET_ELEM_LIST_TABLE, TABLE, sizeof TABLE);
    attribute(&batch, NFTA_SET_ELEM_LIST_SET, SET, sizeof SET);
    struct nlattr *elements = nested(&batch, NFTA_SET_ELEM_LIST_ELEMENTS);
    struct nlattr *element = nested(&batch, NFTA_LIST_ELEM);
    struct nlattr *value = nested(&batch, NFTA_SET_ELEM_KEY);
    attribute(&batch, NFTA_DATA_VALUE, &key, sizeof key);
    end_nested(&batch, value);
    end_nested(&batch, element);
    end_nested(&batch, elements);
    change->nlmsg_len = (uint32_t) (batch.bytes + batch.length - (char *) change);
    message(&batch, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);

    _Alignas(struct nlmsghdr) char answer[1024];
    ssize_t length = -1;
    if (send(filter, batch.bytes, batch.length, 0) < 0 || (length = recv(filter, answer, sizeof answer, 0)) < 0)
        fail(EXIT_CANNOT_HERE, "--filter: cannot change the packet filter: %s", strerror(errno));
    const struct nlmsghdr *header = (const struct nlmsghdr *) answer;
    if (!NLMSG_OK(header, length) || header->nlmsg_type != NLMSG_ERROR)
        fail(EXIT_CANNOT_HERE, "--filter: the packet filter did not acknowledge a change");
    const struct nlmsgerr *error = NLMSG_DATA(header);
    if (error->error != 0)
        fail(EXIT_CANNOT_HERE, "--filter: the packet filter refused a change: %s", strerror(-error->error));
}

static void open_to_connections(int port)
{
    change_set(NFT_MSG_NEWSETELEM, NLM_F_CREATE, port);
    open_port[port] = true;
    open_ports++;
}

static bool may_open_another(void)
{
    return options.reach_at_most == 0 || open_ports < options.reach_at_most;
}

static void announce(int port)
{
    told[port] = ++tellings;
    if (may_open_another())
        open_to_connections(port);
    else
        statistics.unreachable++;
}

static bool is_refused(int port)
{
    return (port >= options.refuse_low && port <= options.refuse_high)
        || (options.refuse_every > 0 && statistics.new_ports % options.refuse_every == 0);
}

bool host_grants(enum protocol protocol, int port)
{
    statistics.new_ports++;
    statistics.different_ports += !seen[protocol][port];
    seen[protocol][port] = true;
    if (options.delay > 0) {
        statistics.delays++;
        statistics.delay_ms = statistics.delays * options.delay / NANOS_PER_MS;
        wait_before_answer(options.delay);
    }
    if (is_refused(port))
        return false;
    if (options.filter && protocol == TCP)
        announce(port);
    return true;
}

/* The port that has waited longest for connections to reach it, or 0. */
static int longest_told(void)
{
    int longest = 0;
    for (int port = 1; port < PORTS; port++)
        if (told[port] != 0 && !open_port[port] && (longest == 0 || told[port] < told[longest]))
            longest = port;
    return longest;
}

void host_release(enum protocol protocol, int port)
{
    if (!options.filter || protocol != TCP)
        return;
    told[port] = 0;
    if (!open_port[port])
        return;
    change_set(NFT_MSG_DELSETELEM, 0, port);
    open_port[port] = false;
    open_ports--;
    int next = longest_told();
    if (next != 0)
        open_to_connections(next);
}
