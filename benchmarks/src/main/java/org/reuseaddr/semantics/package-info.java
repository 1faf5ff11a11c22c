/**
 * What bind, listen and accept promise: scenarios, the reference model of Linux's rules, the replayer that executes a
 * scenario on real sockets, the grade it earns, and the gate that every run and every fork passes.
 *
 * <p>Depends on {@code socket} and {@code transcript}; knows nothing of JMH or of result files.
 */
package org.reuseaddr.semantics;
