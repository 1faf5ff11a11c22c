/*
 * Lets User-mode Linux 6.1 run on processors whose extended state is larger than its buffer (AMX: 11,008 bytes
 * against 2,696). It restores a guest process's registers with PTRACE_SETREGSET(NT_X86_XSTATE) from that buffer, the
 * host's kernel takes nothing but the whole state (EFAULT), and the guest dies with
 * "ptrace set fp regs failed, errno = 14" as its first program starts.
 *
 * Preloaded into linux.uml, this completes a state that is too short with what the process has in the rest. No
 * guest program sees the difference: the state that UML does not know is nobody's, since a program must ask its
 * kernel for AMX before it may use it, and UML has no such call.
 *
 *     gcc -shared -fPIC -O2 -Wall -Wextra -Werror -o uml-xstate.so uml-xstate.c
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

/* Larger than any x86-64 processor's state so far. */
enum { LARGEST_STATE = 64 * 1024 };

typedef long ptrace_function(int, pid_t, void *, void *);

long ptrace(enum __ptrace_request request, ...)
{
    static ptrace_function *next;
    if (next == NULL)
        next = (ptrace_function *) dlsym(RTLD_NEXT, "ptrace");

    va_list arguments;
    va_start(arguments, request);
    pid_t pid = va_arg(arguments, pid_t);
    void *address = va_arg(arguments, void *);
    void *data = va_arg(arguments, void *);
    va_end(arguments);

    long result = next(request, pid, address, data);
    if (result == 0 || errno != EFAULT || request != PTRACE_SETREGSET || (long) address != NT_X86_XSTATE)
        return result;

    const struct iovec *given = data;
    static char whole[LARGEST_STATE];
    struct iovec complete = {.iov_base = whole, .iov_len = sizeof whole};
    if (next(PTRACE_GETREGSET, pid, address, &complete) != 0 || given->iov_len > complete.iov_len)
        return result;
    memcpy(whole, given->iov_base, given->iov_len);
    return next(request, pid, address, &complete);
}
