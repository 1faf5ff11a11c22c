/**
 * What people read of a run or a comparison: text, CSV, Markdown.
 *
 * <p>Depends on {@code compare} and {@code results}; computes nothing that is not layout.
 */
package org.reuseaddr.report;
