/**
 * What to measure in which order: JMH's runner, the live recorder, progress, and the controls around each iteration.
 */
package org.reuseaddr.run;
