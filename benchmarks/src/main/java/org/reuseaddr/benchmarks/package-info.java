/**
 * The JMH benchmarks, one class a question; the states they need are in {@code fixture}.
 *
 * <p>Every class opens with what it measures, what the obvious version would get wrong, and how to run it. Uses
 * {@code fixture} and {@code socket}; knows nothing of CSV files or of reports.
 *
 * <p>Errors are metrics, written beside the score of the iteration in which they happened. Their names are the field
 * names of the counter states ({@link org.openjdk.jmh.annotations.AuxCounters}), hence the underscores.
 */
package org.reuseaddr.benchmarks;
