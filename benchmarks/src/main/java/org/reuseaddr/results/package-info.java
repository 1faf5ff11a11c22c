/**
 * A run directory and its CSV files: written row by row as things happen, read back with errors that name file, line
 * and column.
 *
 * <p>Knows nothing of statistics, of JMH or of how a row came about; depends on no other package of the suite.
 */
package org.reuseaddr.results;
