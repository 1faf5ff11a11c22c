package org.reuseaddr.socket;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * An error number of Linux (asm-generic, as x86_64 and aarch64 use it) with its name and the words of strerror(3).
 *
 * @param number positive
 * @param symbol such as {@code EADDRINUSE}; {@code ERRNO_n} for a number that this table does not name
 * @param text such as {@code Address already in use}
 */
public record Errno(int number, String symbol, String text) {

    private static final List<Errno> TABLE = List.of(
            new Errno(1, "EPERM", "Operation not permitted"),
            new Errno(2, "ENOENT", "No such file or directory"),
            new Errno(3, "ESRCH", "No such process"),
            new Errno(4, "EINTR", "Interrupted system call"),
            new Errno(5, "EIO", "Input/output error"),
            new Errno(6, "ENXIO", "No such device or address"),
            new Errno(9, "EBADF", "Bad file descriptor"),
            new Errno(11, "EAGAIN", "Resource temporarily unavailable"),
            new Errno(12, "ENOMEM", "Cannot allocate memory"),
            new Errno(13, "EACCES", "Permission denied"),
            new Errno(14, "EFAULT", "Bad address"),
            new Errno(16, "EBUSY", "Device or resource busy"),
            new Errno(17, "EEXIST", "File exists"),
            new Errno(19, "ENODEV", "No such device"),
            new Errno(22, "EINVAL", "Invalid argument"),
            new Errno(23, "ENFILE", "Too many open files in system"),
            new Errno(24, "EMFILE", "Too many open files"),
            new Errno(27, "EFBIG", "File too large"),
            new Errno(28, "ENOSPC", "No space left on device"),
            new Errno(29, "ESPIPE", "Illegal seek"),
            new Errno(30, "EROFS", "Read-only file system"),
            new Errno(32, "EPIPE", "Broken pipe"),
            new Errno(34, "ERANGE", "Numerical result out of range"),
            new Errno(38, "ENOSYS", "Function not implemented"),
            new Errno(40, "ELOOP", "Too many levels of symbolic links"),
            new Errno(71, "EPROTO", "Protocol error"),
            new Errno(75, "EOVERFLOW", "Value too large for defined data type"),
            new Errno(88, "ENOTSOCK", "Socket operation on non-socket"),
            new Errno(89, "EDESTADDRREQ", "Destination address required"),
            new Errno(90, "EMSGSIZE", "Message too long"),
            new Errno(91, "EPROTOTYPE", "Protocol wrong type for socket"),
            new Errno(92, "ENOPROTOOPT", "Protocol not available"),
            new Errno(93, "EPROTONOSUPPORT", "Protocol not supported"),
            new Errno(94, "ESOCKTNOSUPPORT", "Socket type not supported"),
            new Errno(95, "EOPNOTSUPP", "Operation not supported"),
            new Errno(96, "EPFNOSUPPORT", "Protocol family not supported"),
            new Errno(97, "EAFNOSUPPORT", "Address family not supported by protocol"),
            new Errno(98, "EADDRINUSE", "Address already in use"),
            new Errno(99, "EADDRNOTAVAIL", "Cannot assign requested address"),
            new Errno(100, "ENETDOWN", "Network is down"),
            new Errno(101, "ENETUNREACH", "Network is unreachable"),
            new Errno(102, "ENETRESET", "Network dropped connection on reset"),
            new Errno(103, "ECONNABORTED", "Software caused connection abort"),
            new Errno(104, "ECONNRESET", "Connection reset by peer"),
            new Errno(105, "ENOBUFS", "No buffer space available"),
            new Errno(106, "EISCONN", "Transport endpoint is already connected"),
            new Errno(107, "ENOTCONN", "Transport endpoint is not connected"),
            new Errno(108, "ESHUTDOWN", "Cannot send after transport endpoint shutdown"),
            new Errno(110, "ETIMEDOUT", "Connection timed out"),
            new Errno(111, "ECONNREFUSED", "Connection refused"),
            new Errno(112, "EHOSTDOWN", "Host is down"),
            new Errno(113, "EHOSTUNREACH", "No route to host"),
            new Errno(114, "EALREADY", "Operation already in progress"),
            new Errno(115, "EINPROGRESS", "Operation now in progress"));

    private static final Map<Integer, Errno> BY_NUMBER =
            TABLE.stream().collect(Collectors.toUnmodifiableMap(Errno::number, Function.identity()));
    private static final Map<String, Errno> BY_SYMBOL =
            TABLE.stream().collect(Collectors.toUnmodifiableMap(Errno::symbol, Function.identity()));

    public static final Errno EINTR = named("EINTR");
    public static final Errno EBADF = named("EBADF");
    public static final Errno EAGAIN = named("EAGAIN");
    public static final Errno EINVAL = named("EINVAL");
    public static final Errno EMFILE = named("EMFILE");
    public static final Errno ENOTSOCK = named("ENOTSOCK");
    public static final Errno EAFNOSUPPORT = named("EAFNOSUPPORT");
    public static final Errno EADDRINUSE = named("EADDRINUSE");
    public static final Errno EADDRNOTAVAIL = named("EADDRNOTAVAIL");
    public static final Errno ETIMEDOUT = named("ETIMEDOUT");
    public static final Errno ECONNREFUSED = named("ECONNREFUSED");
    public static final Errno EINPROGRESS = named("EINPROGRESS");

    /** The errno of this number; one without a name is kept as a number. */
    public static Errno of(int number) {
        Errno known = BY_NUMBER.get(number);
        return known != null ? known : new Errno(number, "ERRNO_" + number, "Unknown error " + number);
    }

    /**
     * The errno of this name.
     *
     * @throws IllegalArgumentException if the table has no such name
     */
    public static Errno named(String symbol) {
        Errno known = BY_SYMBOL.get(symbol);
        if (known == null) {
            throw new IllegalArgumentException("unknown errno " + symbol);
        }
        return known;
    }

    @Override
    public String toString() {
        return symbol + " (" + text + ")";
    }
}
