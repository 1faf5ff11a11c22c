/**
 * Two or more runs side by side: estimates with intervals, ratios, verdicts, the call that is to blame, and how
 * semantics and environments differ; and one run beside a list of known differences.
 *
 * <p>Depends on {@code results}, and on {@code model} for grades. Knows nothing of text formats, which are
 * {@code report}'s; everything here is a value computed from values, apart from
 * {@link org.reuseaddr.compare.RunLoader}, which reads files. Why the method is what it is: {@code docs/COMPARING.md}.
 */
package org.reuseaddr.compare;
