/**
 * Charts of estimates and intervals as SVG, and the units in which times are shown.
 *
 * <p>Used by {@code report} alone; knows nothing of Markdown or HTML around a chart.
 */
package org.reuseaddr.report.chart;
