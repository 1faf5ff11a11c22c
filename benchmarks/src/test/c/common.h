/* What the C counterparts of the benchmarks share: the clock, loopback addresses, and slices of measured time. */
#ifndef COMMON_H
#define COMMON_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The queue length that the JDK asks for when it is told none, as in ListenerCycle. */
#define BACKLOG 50

struct target {
    int domain;
    socklen_t length;
    struct sockaddr_storage address;
};

static inline long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static inline void die(const char *what) {
    perror(what);
    exit(1);
}

static inline int check(int result, const char *what) {
    if (result < 0) {
        die(what);
    }
    return result;
}

static inline void *sleep_forever(void *unused) {
    for (;;) {
        pause();
    }
    return unused;
}

/*
 * Starts a thread that sleeps. Where several threads share the table of descriptors, as in every JVM, the kernel counts a
 * reference in each call that names one; where there is a single thread, it does not. That is 20 to 30 ns a call.
 */
static inline void become_multithreaded(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, sleep_forever, NULL) != 0) {
        die("pthread_create");
    }
}

/* 127.0.0.1 or ::1, port 0. */
static inline struct target loopback(const char *family) {
    struct target t;
    memset(&t, 0, sizeof t);
    if (strcmp(family, "INET") == 0) {
        struct sockaddr_in *in = (struct sockaddr_in *) &t.address;
        in->sin_family = t.domain = AF_INET;
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        t.length = sizeof *in;
    } else {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &t.address;
        in6->sin6_family = t.domain = AF_INET6;
        in6->sin6_addr = in6addr_loopback;
        t.length = sizeof *in6;
    }
    return t;
}

/* Prints nanoseconds an operation of one slice, in the words in which JMH prints an iteration. */
static inline void report(int slice, long long nanos, long long operations) {
    printf("Iteration %3d: %.3f ns/op\n", slice, (double) nanos / operations);
}

#endif
