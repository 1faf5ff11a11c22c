/*
 * One call of a listener's life alone, on port 0, as SyscallCost measures it: batches of 128 prepared sockets; slices of
 * time, ns/op each.
 *
 *   syscalls INET|INET6 socket|setsockopt|bind|listen|getsockname|close SLICES MILLISECONDS
 */
#include "common.h"

#define BATCH 128

static int sockets[BATCH];
static struct target t;

static void run(int call) {
    int one = 1;
    struct sockaddr_storage name;
    for (int i = 0; i < BATCH; i++) {
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

int main(int argc, char **argv) {
    static const char *const names[] = {"socket", "setsockopt", "bind", "listen", "getsockname", "close"};
    int measured_call = -1;
    for (int i = 0; argc == 5 && i < 6; i++) {
        if (strcmp(argv[2], names[i]) == 0) {
            measured_call = i;
        }
    }
    if (measured_call < 0) {
        fprintf(stderr, "usage: syscalls INET|INET6 socket|setsockopt|bind|listen|getsockname|close"
                        " SLICES MILLISECONDS\n");
        return 2;
    }
    become_multithreaded();
    t = loopback(argv[1]);
    int slices = atoi(argv[3]);
    long long slice = atoi(argv[4]) * 1000000LL;
    for (int s = 1; s <= slices; s++) {
        long long operations = 0, measured = 0, start = now();
        do {
            for (int call = 0; call <= 5; call++) {
                int needed = call < measured_call && call < 4;
                long long before = now();
                if (call == measured_call) {
                    run(call);
                    measured += now() - before;
                    operations += BATCH;
                } else if (needed || call == 5) {
                    run(call);
                }
            }
        } while (now() - start < slice);
        report(s, measured, operations);
    }
    return 0;
}
