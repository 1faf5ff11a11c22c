package org.reuseaddr.scenario;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;

/**
 * Makes the scenario of one family from a transcript that is written once, in AF_INET, for both: domains, addresses, the
 * family header and the id. For AF_INET6 127.0.0.1 becomes {@code ::1}, 0.0.0.0 {@code ::} and 192.0.2.1, which RFC 5737
 * sets aside for documentation so that no machine has it, {@code 2001:db8::1} (RFC 3849).
 */
final class InFamily {

    /** The header that says that a transcript stands for both families. */
    static final String HEADER = "families";

    /** By the host of the IPv4 address. */
    private static final Map<String, SockAddr> COUNTERPARTS = Map.of(
            "127.0.0.1", SockAddr.Inet6.loopback(0),
            "0.0.0.0", SockAddr.Inet6.any(0),
            "192.0.2.1", new SockAddr.Inet6(new byte[] {0x20, 0x01, 0x0d, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
                    0, 0, 0));

    private final Family family;

    private InFamily(Family family) {
        this.family = family;
    }

    static InFamily of(Family family) {
        return new InFamily(family);
    }

    /** What the ids of a family's scenarios end with: {@code -inet} or {@code -inet6}. */
    static String suffix(Family family) {
        return "-" + family.name().toLowerCase(Locale.ROOT);
    }

    /**
     * The transcript in this family.
     *
     * @throws IllegalArgumentException if it holds a domain or an address that has no counterpart
     */
    Transcript expand(Transcript both) {
        Map<String, String> headers = new LinkedHashMap<>();
        both.headers().forEach((name, value) -> {
            switch (name) {
                case HEADER -> headers.put("family", family.name());
                case "scenario" -> headers.put(name, value + suffix(family));
                default -> headers.put(name, value);
            }
        });
        List<Step> steps = both.steps().stream()
                .map(step -> new Step(step.process(), call(step.call()), outcome(step.outcome()))).toList();
        return new Transcript(headers, steps);
    }

    private Call call(Call call) {
        if (call instanceof Call.Socket socket) {
            if (socket.domain() != Family.INET.number()) {
                throw new IllegalArgumentException("expected AF_INET, found domain " + socket.domain());
            }
            return new Call.Socket(family.number(), socket.type(), socket.protocol());
        }
        return call instanceof Call.Addressed addressed ? addressed.to(address(addressed.address())) : call;
    }

    private Outcome outcome(Outcome outcome) {
        return outcome instanceof Outcome.WithAddress shown && shown.address() != null
                ? new Outcome.WithAddress(shown.result(), address(shown.address())) : outcome;
    }

    private SockAddr address(SockAddr address) {
        if (family == Family.INET) {
            return address;
        }
        SockAddr counterpart = COUNTERPARTS.get(address.host());
        if (counterpart == null) {
            throw new IllegalArgumentException("an address without a counterpart in AF_INET6: " + address);
        }
        return counterpart.withPort(address.port());
    }
}
