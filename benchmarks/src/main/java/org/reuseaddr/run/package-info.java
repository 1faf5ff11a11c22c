/**
 * The main job: sessions, the gate and the semantic check, what to measure in which order, JMH's runner for one fork at
 * a time, the live recorder, the watchdog; and somebody's server that is started twice.
 *
 * <p>Depends on {@code benchmarks}, {@code results}, {@code compare} (for the estimates that it shows and that decide
 * whether a precision is reached), {@code platform}, {@code scenario} and {@code replay}; knows nothing of reports.
 */
package org.reuseaddr.run;
