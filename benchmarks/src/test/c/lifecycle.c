/*
 * The life of a listener on port 0 of loopback, as ListenerLifecycle measures it: slices of time, ns/op each.
 *
 *   lifecycle INET|INET6 bare|channel SLICES MILLISECONDS
 *
 * bare: socket, setsockopt, bind, listen, close. channel: what a ServerSocketChannel calls (as strace shows it on
 * Java 17 and 25): for INET6 also IPV6_V6ONLY, and getsockname twice.
 */
#include "common.h"

static inline void cycle(const struct target *t, int jdk) {
    int zero = 0, one = 1;
    int fd = socket(t->domain, SOCK_STREAM, 0);
    if (fd < 0) {
        die("socket");
    }
    if (jdk && t->domain == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero) < 0) {
        die("IPV6_V6ONLY");
    }
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0) {
        die("SO_REUSEADDR");
    }
    if (bind(fd, (const struct sockaddr *) &t->address, t->length) < 0) {
        die("bind");
    }
    if (listen(fd, BACKLOG) < 0) {
        die("listen");
    }
    for (int i = 0; jdk && i < 2; i++) {
        struct sockaddr_storage name;
        socklen_t length = sizeof name;
        if (getsockname(fd, (struct sockaddr *) &name, &length) < 0) {
            die("getsockname");
        }
    }
    if (close(fd) < 0) {
        die("close");
    }
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: lifecycle INET|INET6 bare|channel SLICES MILLISECONDS\n");
        return 2;
    }
    become_multithreaded();
    struct target t = loopback(argv[1]);
    int jdk = strcmp(argv[2], "channel") == 0;
    int slices = atoi(argv[3]);
    long long slice = atoi(argv[4]) * 1000000LL;
    for (int s = 1; s <= slices; s++) {
        long long operations = 0, start = now(), end;
        do {
            cycle(&t, jdk);
            operations++;
        } while ((end = now()) - start < slice);
        report(s, end - start, operations);
    }
    return 0;
}
