package org.reuseaddr.compare;

/**
 * How many times the base's cost the other group costs: 2 is twice as slow, be the metric a time or a rate.
 *
 * @param value the estimate, above 0
 * @param interval at 95 %, or wider where a difference was claimed among many comparisons
 * @param pValue how often chance alone would show such a ratio, 0 to 1, before any correction
 */
public record Ratio(double value, Interval interval, double pValue) {
}
