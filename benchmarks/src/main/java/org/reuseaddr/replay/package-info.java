/**
 * Replays scenarios on real sockets: processes and threads, time limits, ports held by unrelated processes, duplicate
 * listeners, the resulting grade, and the gate that every run and every fork passes.
 *
 * <p>Uses {@code scenario}, {@code model}, {@code platform}, {@code transcript} and {@code socket}; knows nothing of JMH or
 * of result files.
 */
package org.reuseaddr.replay;
