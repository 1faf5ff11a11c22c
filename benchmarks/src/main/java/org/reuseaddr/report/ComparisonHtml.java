package org.reuseaddr.report;

import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import org.reuseaddr.compare.Comparison;

/** A comparison as one HTML page that needs nothing else. */
public final class ComparisonHtml {

    private ComparisonHtml() {
    }

    /** The whole page: a section per group, tables that sort and filter. */
    public static String render(Comparison comparison, ComparisonView view) {
        StringOutput output = new StringOutput();
        JtecomparisonGenerated.render(new OwaspHtmlTemplateOutput(output), null, comparison, view, PageFrame.load());
        return output.toString();
    }
}
