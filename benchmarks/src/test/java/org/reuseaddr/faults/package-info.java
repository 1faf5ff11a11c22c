/**
 * Faults made on purpose, so that each catch of the suite is proved by a run: the table of the known defects with the
 * recipe of each, and the preloaded library that most of them need.
 */
package org.reuseaddr.faults;
