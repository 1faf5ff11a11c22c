/**
 * A run directory and its CSV files: written row by row as things happen, read back with errors that name file, line
 * and column. The contract of these files is kept here, each name once: columns, metrics, units, parameters, the
 * entries that a session writes, and the number of the formats. (The entries of the platform record have their names in
 * {@code platform}, which uses no other package; grades are those of {@code model}.)
 *
 * <p>Knows nothing of statistics, of JMH or of how a row came about; depends on no other package of the suite.
 */
package org.reuseaddr.results;
