package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;

/** One to three addresses, with port 0, that random calls choose among: so few that sockets meet. */
final class FewAddresses {

    private static final int MOST = 3;

    private final SplittableRandom random;
    private final List<SockAddr> addresses = new ArrayList<>();

    /** @param families what the platform has, at least one */
    FewAddresses(SplittableRandom random, List<Family> families) {
        this.random = random;
        List<SockAddr> kinds = kinds(families);
        int wanted = 1 + random.nextInt(MOST);
        for (int i = 0; i < wanted; i++) {
            addresses.add(kinds.get(random.nextInt(kinds.size())));
        }
    }

    /** What to choose among, the most usual ones more than once. */
    private static List<SockAddr> kinds(List<Family> families) {
        List<SockAddr> kinds = new ArrayList<>();
        if (families.contains(Family.INET)) {
            kinds.addAll(List.of(new SockAddr.Inet4(127, 0, 0, 1, 0), new SockAddr.Inet4(127, 0, 0, 1, 0),
                    new SockAddr.Inet4(127, 0, 0, 2, 0), new SockAddr.Inet4(0, 0, 0, 0, 0)));
        }
        if (families.contains(Family.INET6)) {
            kinds.addAll(List.of(SockAddr.Inet6.loopback(0), SockAddr.Inet6.loopback(0), SockAddr.Inet6.any(0)));
        }
        if (families.size() > 1) {
            kinds.addAll(List.of(SockAddr.Inet6.mapped(new SockAddr.Inet4(127, 0, 0, 1, 0)),
                    SockAddr.Inet6.mapped(new SockAddr.Inet4(0, 0, 0, 0, 0))));
        }
        return kinds;
    }

    /** One of them. */
    SockAddr any() {
        return addresses.get(random.nextInt(addresses.size()));
    }

    /** One of this family, the loopback address if none is. */
    SockAddr ofFamily(Family family) {
        List<SockAddr> usable = addresses.stream().filter(address -> address.family() == family).toList();
        return usable.isEmpty() ? family.loopback(0) : usable.get(random.nextInt(usable.size()));
    }
}
