package org.reuseaddr.run;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** What the second start of a server came to, with the first still there. */
public sealed interface TwiceOutcome {

    /** It ended. Linux refuses the port, and the server noticed. */
    record Refused(OptionalInt exitCode, List<String> lastWords) implements TwiceOutcome {
        public Refused {
            lastWords = List.copyOf(lastWords);
        }
    }

    /**
     * Both listen on one address and port.
     *
     * @param first how many new connections the first got, of {@code made}
     * @param second how many the second got; the rest were accepted by nobody in time, or by nobody who can be seen
     */
    record BothListen(Set<Integer> ports, int made, int first, int second) implements TwiceOutcome {
        public BothListen {
            ports = Set.copyOf(ports);
        }
    }

    /**
     * Both listen on one port, one for IPv4 and one on the wildcard of IPv6: these overlap unless the latter has IPV6_V6ONLY,
     * which the kernel's tables do not show.
     */
    record OtherFamily(Set<Integer> ports) implements TwiceOutcome {
        public OtherFamily {
            ports = Set.copyOf(ports);
        }
    }

    /** It runs and does not listen. */
    record NeverListens(List<String> lastWords) implements TwiceOutcome {
        public NeverListens {
            lastWords = List.copyOf(lastWords);
        }
    }

    /** It listens elsewhere: on another port, or on an address beside the first's. */
    record Elsewhere(Set<Integer> ports) implements TwiceOutcome {
        public Elsewhere {
            ports = Set.copyOf(ports);
        }
    }
}
