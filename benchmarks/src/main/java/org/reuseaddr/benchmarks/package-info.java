/**
 * The JMH benchmarks, one class a question, and nothing but benchmarks and their states.
 *
 * <p>Depends on {@code socket} for the bare calls and on {@code semantics} for the gate; knows nothing of files of
 * results or of reports. Between a {@code @Benchmark} method's first line and the system call there is nothing that is
 * not being measured.
 */
package org.reuseaddr.benchmarks;
