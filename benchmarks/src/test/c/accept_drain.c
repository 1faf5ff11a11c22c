/*
 * Accepting connections that wait, as AcceptDrain.accept measures it with backlog=1024: batches of 64, closed outside the
 * measured time; slices of time, ns/op each.
 *
 *   accept_drain INET|INET6 bare|channel|socket SLICES MILLISECONDS
 *
 * bare: accept4 without the peer's address. channel and socket: what ServerSocketChannel and ServerSocket call (as
 * strace shows it on Java 17 and 25): accept with the peer's address, fcntl(F_GETFL) and getsockname twice, in the
 * one order or the other.
 */
#define _GNU_SOURCE
#include "common.h"
#include <fcntl.h>

#define CAPACITY 1024
#define BATCH 64

static inline void name_of(int fd) {
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    if (getsockname(fd, (struct sockaddr *) &name, &length) < 0) {
        die("getsockname");
    }
}

static inline int accept_as_jdk(int listener, int channel) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    int fd = accept(listener, (struct sockaddr *) &peer, &length);
    if (fd < 0) {
        die("accept");
    }
    if (channel) {
        fcntl(fd, F_GETFL);
    }
    name_of(fd);
    name_of(fd);
    if (!channel) {
        fcntl(fd, F_GETFL);
    }
    return fd;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: accept_drain INET|INET6 bare|channel|socket SLICES MILLISECONDS\n");
        return 2;
    }
    become_multithreaded();
    struct target t = loopback(argv[1]);
    int bare = strcmp(argv[2], "bare") == 0;
    int channel = strcmp(argv[2], "channel") == 0;
    int slices = atoi(argv[3]);
    long long slice = atoi(argv[4]) * 1000000LL;
    int listener = check(socket(t.domain, SOCK_STREAM, 0), "socket");
    check(bind(listener, (struct sockaddr *) &t.address, t.length), "bind");
    check(listen(listener, CAPACITY), "listen");
    check(getsockname(listener, (struct sockaddr *) &t.address, &t.length), "getsockname");
    struct linger reset = {1, 0};
    int clients[CAPACITY], accepted[BATCH];
    for (int s = 1; s <= slices; s++) {
        long long operations = 0, measured = 0, start = now();
        do {
            for (int i = 0; i < CAPACITY; i++) {
                clients[i] = check(socket(t.domain, SOCK_STREAM, 0), "socket");
                check(setsockopt(clients[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "SO_LINGER");
                check(connect(clients[i], (struct sockaddr *) &t.address, t.length), "connect");
            }
            for (int first = 0; first < CAPACITY; first += BATCH) {
                long long before = now();
                if (bare) {
                    for (int i = 0; i < BATCH; i++) {
                        accepted[i] = accept4(listener, NULL, NULL, 0);
                        if (accepted[i] < 0) {
                            die("accept4");
                        }
                    }
                } else {
                    for (int i = 0; i < BATCH; i++) {
                        accepted[i] = accept_as_jdk(listener, channel);
                    }
                }
                measured += now() - before;
                operations += BATCH;
                for (int i = 0; i < BATCH; i++) {
                    close(clients[first + i]);
                    close(accepted[i]);
                }
            }
        } while (now() - start < slice);
        report(s, measured, operations);
    }
    return 0;
}
