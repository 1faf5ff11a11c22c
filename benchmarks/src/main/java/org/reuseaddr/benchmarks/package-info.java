/**
 * The JMH benchmarks, one class a question, with the states they need and nothing else.
 *
 * <p>Every class opens with what it measures, what the obvious version would get wrong, and how to run it. Depends on
 * {@code socket} for the bare calls and on {@code semantics} for the gate; knows nothing of CSV files or of reports.
 *
 * <p>Errors are metrics, written beside the score of the iteration in which they happened. Their names are the field
 * names of the counter states ({@link org.openjdk.jmh.annotations.AuxCounters}), hence the underscores.
 */
package org.reuseaddr.benchmarks;
