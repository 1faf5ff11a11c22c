/*
 * One call of a listener's life alone, on port 0, as SyscallCost measures it: batches of 128 prepared sockets, or of
 * fewer; slices of time, ns/op each. With a pause, each slice begins after one, and a batch of listen calls is made on another
 * listener first: as an iteration of a run that has to spare slow calls.
 *
 *   syscalls INET|INET6 socket|setsockopt|bind|listen|getsockname|close SLICES MILLISECONDS [BATCH PAUSE_MILLISECONDS]
 */
#include "common.h"

#define MAX_BATCH 128

static int sockets[MAX_BATCH];
static int batch = MAX_BATCH;
static struct target t;

static void run(int call) {
    int one = 1;
    struct sockaddr_storage name;
    for (int i = 0; i < batch; i++) {
        socklen_t length = sizeof name;
        int result = 0;
        switch (call) {
            case 0: result = sockets[i] = socket(t.domain, SOCK_STREAM, IPPROTO_TCP); break;
            case 1: result = setsockopt(sockets[i], SOL_SOCKET, SO_REUSEADDR, &one, sizeof one); break;
            case 2: result = bind(sockets[i], (struct sockaddr *) &t.address, t.length); break;
            case 3: result = listen(sockets[i], BACKLOG); break;
            case 4: result = getsockname(sockets[i], (struct sockaddr *) &name, &length); break;
            default: result = close(sockets[i]); break;
        }
        if (result < 0) {
            die("call");
        }
    }
}

/* Calls of the same kind before the measured ones pay for what the calls before them have left to be done. */
static void rehearse(int listener) {
    for (int i = 0; i < batch; i++) {
        if (listen(listener, BACKLOG) < 0) {
            die("listen");
        }
    }
}

static int listening(void) {
    int fd = socket(t.domain, SOCK_STREAM, IPPROTO_TCP);
    if (fd < 0 || bind(fd, (struct sockaddr *) &t.address, t.length) < 0 || listen(fd, BACKLOG) < 0) {
        die("listen");
    }
    return fd;
}

int main(int argc, char **argv) {
    static const char *const names[] = {"socket", "setsockopt", "bind", "listen", "getsockname", "close"};
    int measured_call = -1;
    for (int i = 0; (argc == 5 || argc == 7) && i < 6; i++) {
        if (strcmp(argv[2], names[i]) == 0) {
            measured_call = i;
        }
    }
    batch = argc == 7 ? atoi(argv[5]) : batch;
    if (measured_call < 0 || batch < 1 || batch > MAX_BATCH) {
        fprintf(stderr, "usage: syscalls INET|INET6 socket|setsockopt|bind|listen|getsockname|close"
                        " SLICES MILLISECONDS [BATCH PAUSE_MILLISECONDS]\n");
        return 2;
    }
    become_multithreaded();
    t = loopback(argv[1]);
    int slices = atoi(argv[3]);
    long long slice = atoi(argv[4]) * 1000000LL;
    useconds_t pause = argc == 7 ? atoi(argv[6]) * 1000 : 0;
    int rehearsed = pause > 0 && measured_call == 3 ? listening() : -1;
    for (int s = 1; s <= slices; s++) {
        if (pause > 0) {
            usleep(pause);
        }
        long long operations = 0, measured = 0, start = now();
        do {
            for (int call = 0; call <= 5; call++) {
                int needed = call < measured_call && call < 4;
                if (call == measured_call && rehearsed >= 0) {
                    rehearse(rehearsed);
                }
                long long before = now();
                if (call == measured_call) {
                    run(call);
                    measured += now() - before;
                    operations += batch;
                } else if (needed || call == 5) {
                    run(call);
                }
            }
        } while (now() - start < slice);
        report(s, measured, operations);
    }
    return 0;
}
