/**
 * One scenario as a program (Python, C or a transcript), or many as one in C, that needs nothing of this suite.
 *
 * <p>Uses {@code scenario}, {@code replay}'s limits, {@code transcript} and {@code socket}; knows nothing of runs or of
 * statistics.
 */
package org.reuseaddr.repro;
