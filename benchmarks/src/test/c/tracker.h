/* What the parts of the port tracker share: what it was asked to do, what it did, and the time. See docs/TRACKER.md. */
#ifndef TRACKER_H
#define TRACKER_H

#include <stdbool.h>
#include <stdint.h>

#define NANOS_PER_MS 1000000LL
#define NANOS_PER_SECOND 1000000000LL

/* Exit statuses beside COMMAND's own; 126 and 127 are those of a shell, env and timeout. */
enum {
    EXIT_USAGE = 2,
    EXIT_CANNOT_HERE = 77,
    EXIT_NOT_EXECUTABLE = 126,
    EXIT_NOT_FOUND = 127,
};

/* The protocols whose ports are tracked; an index of the table. */
enum protocol { TCP, UDP, PROTOCOLS };

enum { PORTS = 1 << 16 };

struct options {
    int64_t wait;               /* nanoseconds after each answer; 0 is the tracker after its fix */
    int64_t delay;              /* nanoseconds that the host takes for each new port */
    long refuse_every;          /* the host refuses each new port whose number in sequence this divides; 0 is none */
    int refuse_low;             /* the host refuses ports of this range; high below low is none */
    int refuse_high;
    bool hresult;               /* a refusal reaches the guest as the raw value of an HRESULT */
    int64_t hold_duplicate;     /* nanoseconds that the duplicate of a socket bound to port 0 stays open */
    int64_t release;            /* nanoseconds that a port stays reserved at the host after it was seen free */
    bool filter;                /* connections reach only ports that the host was told of */
    long reach_at_most;         /* how many ports connections can reach at once; 0 is no limit */
    bool miss_autobind;         /* the ports of listen without bind are not told to the host */
    bool miss_threads;          /* those of threads other than the main one are not */
    bool wait_killable;
    const char *stats;          /* where to write what was done, or NULL */
};

/* What the tracker did. X(name): one line of the statistics file each, in this order. */
#define STATISTICS(X) \
    X(notifications)          /* calls that were trapped and received */ \
    X(binds)                  /* of these, bind */ \
    X(listens)                /* of these, listen */ \
    X(untracked)              /* neither TCP nor UDP over IPv4 or IPv6, or not a socket: continued untouched */ \
    X(interrupted)            /* the caller was gone, by a signal or its end, before it was answered */ \
    X(from_table)             /* ports that were in the table */ \
    X(new_ports)              /* ports that the host was asked for */ \
    X(different_ports)        /* the same, each port counted once */ \
    X(port_zero)              /* binds to port 0 */ \
    X(autobinds)              /* listens without a bind */ \
    X(missed)                 /* ports not told to the host, by --miss-autobind or --miss-threads */ \
    X(unresolved)             /* port 0 and listen without bind that came to no port, since the call failed */ \
    X(resolve_waits)          /* waits of 10 ms for the port that the kernel chooses */ \
    X(refused)                /* ports that the host refused, as the guest saw */ \
    X(refused_late)           /* ports that the host refused after the kernel had bound them */ \
    X(duplicates_held)        /* sockets held open by --hold-duplicate */ \
    X(delays)                 /* ports that --delay made slow */ \
    X(delay_ms)               /* the sum of these delays, as asked for */ \
    X(waits)                  /* waits after an answer */ \
    X(wait_ms)                /* their sum, as asked for */ \
    X(polls)                  /* times that the kernel was asked which ports are in use */ \
    X(released)               /* ports given back to the host */ \
    X(reserved)               /* ports that the host holds for the guest at the end */ \
    X(most_reserved)          /* the most it ever held */ \
    X(unreachable)            /* ports that --reach-at-most kept closed when they were told to the host */

struct statistics {
#define FIELD(name) int64_t name;
    STATISTICS(FIELD)
#undef FIELD
};

extern struct options options;
extern struct statistics statistics;

/* Prints one line to standard error, ends the guest if it runs, and exits. */
_Noreturn void fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Nanoseconds of the monotonic clock. */
int64_t now(void);

/*
 * Waits while the guest's call is unanswered, so that no other is received; signals are passed on and duplicates closed
 * meanwhile.
 */
void wait_before_answer(int64_t nanos);

/* tracker_ports.c: the table of ports that the host holds for the guest. */

/* Opens the socket of sock_diag in the network namespace of the moment; fails if this kernel has none. */
void ports_open(void);
bool ports_contains(enum protocol protocol, int port);
void ports_add(enum protocol protocol, int port);
/* The guest has asked for a port of the table again. */
void ports_touch(enum protocol protocol, int port);
/* Asks the kernel which ports are in use, and gives those back that have been free for long enough. */
void ports_poll(void);

/* tracker_host.c: the host that ports are asked of, and the packet filter before them. */

/* Enters a network namespace of its own with a filter that drops SYNs to ports not announced. */
void host_filter_open(void);
/* Asks the host for a port; false if it refuses. Takes the time that --delay says. */
bool host_grants(enum protocol protocol, int port);
void host_release(enum protocol protocol, int port);

#endif
