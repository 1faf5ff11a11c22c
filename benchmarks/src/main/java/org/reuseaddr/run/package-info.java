/**
 * What to measure in which order: the plan, JMH's runner for one fork at a time, the live recorder, the watchdog.
 *
 * <p>Depends on {@code benchmarks}, {@code results}, {@code compare} (for the estimates that it shows and that decide
 * whether a precision is reached), {@code platform} and {@code semantics}; knows nothing of reports.
 */
package org.reuseaddr.run;
