package org.reuseaddr.results;

/** What cells of {@code semantics.csv} say about the call that diverged, taken apart. */
public final class DivergentCall {

    private static final String DETAIL = "; ";

    private DivergentCall() {
    }

    /** {@code bind} of {@code [pid 2] bind(4, …)}; the text itself where it is no call. */
    public static String name(String call) {
        int end = call.indexOf('(');
        return end < 0 ? call : call.substring(call.lastIndexOf(' ', end) + 1, end);
    }

    /** The result of {@code 0; two listeners hold the port: …}: what the call did, without what followed from it. */
    public static String outcome(String observed) {
        int detail = observed.indexOf(DETAIL);
        return detail < 0 ? observed : observed.substring(0, detail);
    }

    /** The call without its port numbers, some of which the kernel chooses. */
    public static String withoutPorts(String call) {
        return call.replaceAll("htons\\([0-9]+\\)", "htons(…)");
    }

    /** What followed from it; empty where nothing is said. */
    public static String detail(String observed) {
        int detail = observed.indexOf(DETAIL);
        return detail < 0 ? "" : observed.substring(detail + DETAIL.length());
    }
}
