/**
 * What people read of a run or a comparison: text, CSV, Markdown, HTML, mail, charts.
 *
 * <p>Depends on {@code compare}, {@code results}, {@code repro}, {@code scenario} and {@code platform}; computes nothing that is not
 * layout. Markup is in the templates of {@code src/main/jte}, whose outputs escape everything that the templates do not say
 * themselves; {@code report.css} and {@code report.js} are the only style and script of a page, let in by their hashes.
 */
package org.reuseaddr.report;
