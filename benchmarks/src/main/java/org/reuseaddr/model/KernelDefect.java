package org.reuseaddr.model;

/**
 * Where a released kernel departs from the reference: seen on Linux 6.1, gone on 6.18. They are defects of that release
 * and excuse nothing: the scenarios keep the expectations of {@link LinuxBindRules#LINUX_6_18}, and a duplicate
 * listener stays a VIOLATION on Linux too.
 */
public enum KernelDefect {
    /**
     * As long as every socket that bound the port had SO_REUSEADDR when it did so, and none listened, another with
     * SO_REUSEADDR is not checked at bind, whatever the option of the first is by now (kernel: {@code fastreuse} of
     * inet_bind_bucket). No duplicate listener comes of it, since listen checks.
     */
    REMEMBERS_REUSEADDR("Linux 6.1 remembers the SO_REUSEADDR that a socket had at bind, even when it is switched off.",
            new LinuxBindRules(true, false)),
    /**
     * {@code ::ffff:a.b.c.d} is not checked against {@code ::ffff:0.0.0.0} (kernel: the search of {@code bhash2} for
     * wildcards compares with {@code ::} alone).
     */
    OVERLOOKS_MAPPED_ANY("Linux 6.1 lets ::ffff:127.0.0.1 listen beside ::ffff:0.0.0.0, with no option set at all.",
            new LinuxBindRules(false, true));

    private final String sentence;
    private final LinuxBindRules rules;

    KernelDefect(String sentence, LinuxBindRules rules) {
        this.sentence = sentence;
        this.rules = rules;
    }

    /** What the release does, in one sentence. */
    public String sentence() {
        return sentence;
    }

    /** The rules of a kernel with this defect alone. */
    public LinuxBindRules rules() {
        return rules;
    }
}
