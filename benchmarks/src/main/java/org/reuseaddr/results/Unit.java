package org.reuseaddr.results;

/** The units in {@code samples.csv} that the suite itself writes or compares in. */
public final class Unit {

    /** Nanoseconds an operation. */
    public static final String NANOS = "ns/op";
    /** Operations a second. */
    public static final String RATE = "ops/s";
    /** A number of events. */
    public static final String COUNT = "#";
    /** A share: 1 is all of it. */
    public static final String SHARE = "share";

    private Unit() {
    }
}
