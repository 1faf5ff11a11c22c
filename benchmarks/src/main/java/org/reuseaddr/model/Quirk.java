package org.reuseaddr.model;

import java.util.Locale;

/**
 * A place where released Linux kernels differ from the reference, which is today's mainline. A quirk is recognized by
 * what a kernel does and never by its version: distributions backport, and {@code uname} hides it.
 */
public enum Quirk {
    /**
     * The bind bucket keeps {@code fastreuse}: as long as every socket that bound the port had SO_REUSEADDR when it did,
     * and none listened, another socket with SO_REUSEADDR is not checked at bind (kernel: inet_csk_get_port).
     */
    REMEMBERS_REUSEADDR("Q1",
            "A port whose sockets all bound with SO_REUSEADDR can be bound again with it, even after the holder has "
                    + "switched the option off.",
            "up to 6.7", "6.8 and later", "6.8, with the rework of bhash2 (December 2023)",
            "run: 5.10.262 and 6.1.192 (scripts/run-in-qemu.sh), UML 5.10.46 and 6.1.176", false),
    /**
     * The search for wildcard holders compares {@code ::ffff:a.b.c.d} with {@code ::} alone
     * (kernel: inet_bind2_bucket_match_addr_any after a backport of 5e07e672412b).
     */
    OVERLOOKS_MAPPED_WILDCARD("Q2",
            "::ffff:127.0.0.1 is not checked against ::ffff:0.0.0.0: two overlapping listeners with no option set.",
            "6.1.168 and later of 6.1", "but 6.1.168 and later of 6.1", "mainline never had it",
            "run: 6.1.192 (scripts/run-in-qemu.sh bookworm), UML 6.1.176", true),
    /**
     * The search for wildcard holders ends at the first bucket of a wildcard address, and that of {@code ::} with V6ONLY
     * stands before an older {@code 0.0.0.0} (kernel: inet_bhash2_addr_any_conflict).
     */
    STOPS_AT_V6ONLY_WILDCARD("Q3",
            "After 0.0.0.0 and then [::] with IPV6_V6ONLY, a third socket can bind an IPv4 address of the same port.",
            "6.1 to 6.8.2", "up to 6.0, 6.8.5 and later", "d91ef1e1b55f (6.9, 6.8.5)", "from source, not run", true),
    /**
     * An AF_INET socket is compared with the bucket of its own family alone, so that a mapped holder is not found
     * (kernel: inet_bind2_bucket_match before c48ef9c4aed3 and aa99e5f87bd5).
     */
    OVERLOOKS_MAPPED_HOLDER("Q4",
            "An AF_INET socket can bind the IPv4 address and port that an AF_INET6 socket holds in mapped form.",
            "6.2 to 6.5.3", "up to 6.1, 6.6 and later", "c48ef9c4aed3 and aa99e5f87bd5 (6.6)", "from source, not run", true),
    /** The check that listen repeats fails, and its result is lost: the socket does not listen. */
    LISTEN_HIDES_REFUSAL("Q5",
            "A listen that is refused returns 0 all the same; the socket does not listen (SO_ACCEPTCONN is 0).",
            "6.0.16 to 6.0.18, 5.15.88 to 5.15.94",
            "but 6.0.16 to 6.0.18 and 5.15.88 to 5.15.94", "denoland/deno#17330, containers/podman#17719",
            "from public reports, not run", false),
    /** IPV6_V6ONLY of a wildcard holder is looked at for AF_INET sockets alone (kernel: __inet_bhash2_conflict). */
    V6ONLY_REFUSES_MAPPED("Q6",
            "A mapped IPv4 address is refused where [::] with IPV6_V6ONLY holds the port, which leaves IPv4 free.",
            "6.8 to 6.8.4", "up to 6.7, 6.8.5 and later", "ea111449501e (6.9, 6.8.5)", "from source, not run", false);

    private final String id;
    private final String sentence;
    private final String releases;
    private final String without;
    private final String fix;
    private final String verified;
    private final boolean permits;

    Quirk(String id, String sentence, String releases, String without, String fix, String verified, boolean permits) {
        this.id = id;
        this.sentence = sentence;
        this.releases = releases;
        this.without = without;
        this.fix = fix;
        this.verified = verified;
        this.permits = permits;
    }

    /** Short name in reports and in the column {@code quirk}, {@code Q1}. */
    public String id() {
        return id;
    }

    /** What kernels with the quirk do, in one sentence. */
    public String sentence() {
        return sentence;
    }

    /** The releases that have it, as people name them. */
    public String releases() {
        return releases;
    }

    /** The other releases, to be put after "Linux": {@code 6.8 and later}, {@code but 6.1.168 and later of 6.1}. */
    public String without() {
        return without;
    }

    /** The release or commit that fixed it. */
    public String fix() {
        return fix;
    }

    /** How it was verified: the kernels and the command, or that it was not run. */
    public String verified() {
        return verified;
    }

    /** Whether two overlapping listeners can come of it, without SO_REUSEPORT. */
    public boolean permitsTwoListeners() {
        return permits;
    }

    /** The quirk's name in lower case with hyphens. */
    @Override
    public String toString() {
        return id + " " + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
