package org.reuseaddr.socket;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A socket address as bind(2) takes it: {@code struct sockaddr_in} of ip(7) or {@code struct sockaddr_in6} of
 * ipv6(7). Ports are 0 to 65535, in host byte order here and in network byte order in memory.
 */
public sealed interface SockAddr {

    /** Size of {@code struct sockaddr_in6}, the larger of the two, in bytes. */
    int MAX_LENGTH = 28;

    /** The family that the first two bytes name. */
    Family family();

    /** The port, 0 to 65535; 0 asks bind for an ephemeral port. */
    int port();

    /** The same address with another port. */
    SockAddr withPort(int port);

    /** The size of the structure in bytes: 16 for IPv4, 28 for IPv6. */
    int length();

    /** The address alone in its usual text form, such as {@code 127.0.0.1}, {@code ::1}, {@code ::ffff:127.0.0.1}. */
    String host();

    /** Writes the structure at the start of {@code target}, which has room for {@link #length()} bytes. */
    void writeTo(ByteBuffer target);

    /** Whether the address is one that only this machine can reach: 127.0.0.0/8, {@code ::1}, or the former v4-mapped. */
    boolean isLoopback();

    /** Whether the address is INADDR_ANY, in6addr_any or the v4-mapped form of INADDR_ANY. */
    boolean isWildcard();

    /**
     * Reads a structure as the kernel filled it in.
     *
     * @throws IllegalArgumentException for a family that is neither AF_INET nor AF_INET6, or a structure cut short
     */
    static SockAddr readFrom(ByteBuffer source, int length) {
        ByteBuffer view = source.duplicate().order(ByteOrder.nativeOrder());
        int family = length >= 2 ? view.getShort(0) & 0xFFFF : -1;
        if (family == Family.INET.number() && length >= Inet4.LENGTH) {
            byte[] octets = new byte[4];
            view.get(4, octets);
            return new Inet4(octets, networkPort(view));
        }
        if (family == Family.INET6.number() && length >= Inet6.LENGTH) {
            byte[] octets = new byte[16];
            view.get(8, octets);
            int flowinfo = view.order(ByteOrder.BIG_ENDIAN).getInt(4);
            return new Inet6(octets, networkPort(view), flowinfo, view.order(ByteOrder.nativeOrder()).getInt(24));
        }
        throw new IllegalArgumentException("no AF_INET or AF_INET6 address: family " + family + ", length " + length);
    }

    private static int networkPort(ByteBuffer view) {
        return (view.get(2) & 0xFF) << 8 | view.get(3) & 0xFF;
    }

    private static void requirePort(int port) {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port out of range 0..65535: " + port);
        }
    }

    /** {@code struct sockaddr_in}. */
    @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by content
    record Inet4(byte[] octets, int port) implements SockAddr {
        /** Size of the structure in bytes. */
        public static final int LENGTH = 16;

        public Inet4 {
            if (octets.length != 4) {
                throw new IllegalArgumentException("an IPv4 address has 4 octets, not " + octets.length);
            }
            requirePort(port);
            octets = octets.clone();
        }

        /** The address a.b.c.d with a port. */
        public Inet4(int a, int b, int c, int d, int port) {
            this(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d}, port);
        }

        @Override
        public byte[] octets() {
            return octets.clone();
        }

        @Override
        public Family family() {
            return Family.INET;
        }

        @Override
        public Inet4 withPort(int newPort) {
            return new Inet4(octets, newPort);
        }

        @Override
        public int length() {
            return LENGTH;
        }

        @Override
        public String host() {
            return (octets[0] & 0xFF) + "." + (octets[1] & 0xFF) + "." + (octets[2] & 0xFF) + "." + (octets[3] & 0xFF);
        }

        @Override
        public void writeTo(ByteBuffer target) {
            ByteBuffer view = target.duplicate().order(ByteOrder.nativeOrder());
            view.putShort(0, (short) Family.INET.number());
            view.order(ByteOrder.BIG_ENDIAN).putShort(2, (short) port);
            view.put(4, octets);
            view.putLong(8, 0);
        }

        @Override
        public boolean isLoopback() {
            return octets[0] == 127;
        }

        @Override
        public boolean isWildcard() {
            return Arrays.equals(octets, new byte[4]);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Inet4 that && port == that.port && Arrays.equals(octets, that.octets);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(octets) + port;
        }

        @Override
        public String toString() {
            return host() + ":" + port;
        }
    }

    /**
     * {@code struct sockaddr_in6}.
     *
     * @param flowinfo as the host sees it, that is {@code ntohl(sin6_flowinfo)}
     */
    @SuppressWarnings("ArrayRecordComponent") // as in Inet4
    record Inet6(byte[] octets, int port, int flowinfo, int scopeId) implements SockAddr {
        /** Size of the structure in bytes. */
        public static final int LENGTH = 28;

        public Inet6 {
            if (octets.length != 16) {
                throw new IllegalArgumentException("an IPv6 address has 16 octets, not " + octets.length);
            }
            requirePort(port);
            octets = octets.clone();
        }

        /** {@code ::1}. */
        public static Inet6 loopback(int port) {
            byte[] octets = new byte[16];
            octets[15] = 1;
            return new Inet6(octets, port, 0, 0);
        }

        /** {@code ::}, in6addr_any. */
        public static Inet6 any(int port) {
            return new Inet6(new byte[16], port, 0, 0);
        }

        /** {@code ::ffff:a.b.c.d}. */
        public static Inet6 mapped(Inet4 address) {
            byte[] octets = new byte[16];
            octets[10] = (byte) 0xFF;
            octets[11] = (byte) 0xFF;
            System.arraycopy(address.octets, 0, octets, 12, 4);
            return new Inet6(octets, address.port, 0, 0);
        }

        @Override
        public byte[] octets() {
            return octets.clone();
        }

        @Override
        public Family family() {
            return Family.INET6;
        }

        @Override
        public Inet6 withPort(int newPort) {
            return new Inet6(octets, newPort, flowinfo, scopeId);
        }

        @Override
        public int length() {
            return LENGTH;
        }

        /** This address without flow information and scope, which a socket does not keep, unless it is link-local. */
        public Inet6 withoutFlowAndScope() {
            return new Inet6(octets, port, 0, 0);
        }

        /** Whether this is {@code ::ffff:a.b.c.d}. */
        public boolean isMapped() {
            for (int i = 0; i < 10; i++) {
                if (octets[i] != 0) {
                    return false;
                }
            }
            return octets[10] == (byte) 0xFF && octets[11] == (byte) 0xFF;
        }

        /** The IPv4 address within a mapped one. */
        public Inet4 unmapped() {
            if (!isMapped()) {
                throw new IllegalStateException(host() + " is not v4-mapped");
            }
            return new Inet4(Arrays.copyOfRange(octets, 12, 16), port);
        }

        /** Text as inet_ntop(3) writes it: lower case, the longest run of zero groups as {@code ::} (RFC 5952). */
        @Override
        public String host() {
            if (isMapped()) {
                return "::ffff:" + unmapped().host();
            }
            int bestStart = -1;
            int bestLength = 1;
            for (int i = 0; i < 8; i++) {
                int run = 0;
                while (i + run < 8 && group(i + run) == 0) {
                    run++;
                }
                if (run > bestLength) {
                    bestStart = i;
                    bestLength = run;
                }
                i += run;
            }
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 8; i++) {
                if (i == bestStart) {
                    text.append("::");
                    i += bestLength - 1;
                } else {
                    if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                        text.append(':');
                    }
                    text.append(Integer.toHexString(group(i)));
                }
            }
            return text.toString();
        }

        private int group(int index) {
            return (octets[2 * index] & 0xFF) << 8 | octets[2 * index + 1] & 0xFF;
        }

        @Override
        public void writeTo(ByteBuffer target) {
            ByteBuffer view = target.duplicate().order(ByteOrder.nativeOrder());
            view.putShort(0, (short) Family.INET6.number());
            view.putInt(24, scopeId);
            view.order(ByteOrder.BIG_ENDIAN).putShort(2, (short) port);
            view.putInt(4, flowinfo);
            view.put(8, octets);
        }

        @Override
        public boolean isLoopback() {
            return isMapped() ? unmapped().isLoopback() : equals(new Inet6(loopback(port).octets, port, flowinfo, scopeId));
        }

        @Override
        public boolean isWildcard() {
            return isMapped() ? unmapped().isWildcard() : Arrays.equals(octets, new byte[16]);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Inet6 that && port == that.port && flowinfo == that.flowinfo
                    && scopeId == that.scopeId && Arrays.equals(octets, that.octets);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * (31 * Arrays.hashCode(octets) + port) + flowinfo) + scopeId;
        }

        @Override
        public String toString() {
            return "[" + host() + "]:" + port;
        }
    }

    /** Whether the text is a number of up to three digits without a leading zero. */
    private static boolean isDecimal(String text) {
        return !text.isEmpty() && text.length() <= 3 && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && (text.length() == 1 || text.charAt(0) != '0');
    }

    /**
     * Parses a numeric address; never asks a resolver.
     *
     * @throws IllegalArgumentException if the text is no numeric IPv4 or IPv6 address
     */
    static SockAddr parse(Family family, String host, int port) {
        return switch (family) {
            case INET -> {
                String[] parts = host.split("\\.", -1);
                byte[] octets = new byte[4];
                boolean valid = parts.length == 4;
                for (int i = 0; valid && i < 4; i++) {
                    valid = isDecimal(parts[i]) && Integer.parseInt(parts[i]) <= 255;
                    octets[i] = valid ? (byte) Integer.parseInt(parts[i]) : 0;
                }
                if (!valid) {
                    throw new IllegalArgumentException("no numeric IPv4 address: " + host);
                }
                yield new Inet4(octets, port);
            }
            case INET6 -> {
                if (!host.matches("[0-9a-fA-F:.]{2,45}") || !host.contains(":")) {
                    throw new IllegalArgumentException("no numeric IPv6 address: " + host);
                }
                try {
                    // The brackets make the JDK treat the text as a literal in any case.
                    InetAddress address = InetAddress.getByName("[" + host + "]");
                    yield address instanceof Inet6Address six
                            ? new Inet6(six.getAddress(), port, 0, 0)
                            : Inet6.mapped(new Inet4(address.getAddress(), port));
                } catch (UnknownHostException e) {
                    throw new IllegalArgumentException("no numeric IPv6 address: " + host, e);
                }
            }
        };
    }
}
