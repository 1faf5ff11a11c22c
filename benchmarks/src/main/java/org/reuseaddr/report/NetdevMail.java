package org.reuseaddr.report;

import gg.jte.Content;
import gg.jte.TemplateOutput;
import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reuseaddr.platform.PlatformEntry;
import org.reuseaddr.repro.Reproduction;
import org.reuseaddr.transcript.Visible;

/**
 * A plain-text mail to the mailing list of Linux networking, as Documentation/admin-guide/reporting-regressions.rst of the
 * kernel asks for it.
 *
 * @param subject without its mark
 * @param program in C, for the most severe cause; empty where there is none
 * @param costs what the most telling calls cost, and a program that measures bind and listen; empty where no cost is wrong
 * @param range the last kernel that is known good and the one that is not, where the run is worse than its baseline
 */
record NetdevMail(String subject, Optional<String> program, Optional<Costs> costs, Optional<String> range) {

    /** How many lines the table of costs has at most. */
    private static final int TABLE = 14;

    /**
     * What calls cost.
     *
     * @param table in text, of the mail's width
     * @param program in C; empty where neither bind nor listen is slow by itself
     */
    record Costs(String table, Optional<String> program) {
    }

    /** The line length of a mail, in characters. */
    private static final int WIDTH = 72;
    private static final Pattern RELEASE = Pattern.compile("^(\\d+\\.\\d+(?:\\.\\d+)?)");

    /** The mail with its header lines. */
    static String render(ReportModel report) {
        NetdevMail mail = new NetdevMail("tcp: " + report.featured().stream().findFirst().map(Cause::happened).orElseGet(report::title),
                report.featured().stream().findFirst().flatMap(Cause::scenario).map(Reproduction::c).map(Folded::c), costs(report),
                range(report));
        Text text = new Text();
        JtenetdevMailGenerated.render(text, null, report, mail);
        return text.toString();
    }

    /** A cost is a kernel's doing where it is wrong by itself or worse than on an earlier one. */
    private static Optional<Costs> costs(ReportModel report) {
        boolean wrong = !report.costFindings().isEmpty() || report.slowerThanBaseline();
        return wrong && !report.costs().rows().isEmpty() ? Optional.of(new Costs(
                String.join("\n", report.costs().lines(Folded.WIDTH, TABLE)),
                report.hasSlowCall() ? Optional.of(Folded.c(Reproduction.callCostsInC())) : Optional.empty())) : Optional.empty();
    }

    private static Optional<String> range(ReportModel report) {
        Optional<String> good = report.baseline().flatMap(base -> base.entry(PlatformEntry.KERNEL_RELEASE)).flatMap(NetdevMail::tag);
        Optional<String> bad = report.run().entry(PlatformEntry.KERNEL_RELEASE).flatMap(NetdevMail::tag);
        boolean sameKind = report.run().entry(PlatformEntry.KIND)
                .equals(report.baseline().flatMap(base -> base.entry(PlatformEntry.KIND)));
        boolean later = good.isPresent() && bad.isPresent()
                && ModuleDescriptor.Version.parse(good.get().substring(1)).compareTo(
                        ModuleDescriptor.Version.parse(bad.get().substring(1))) < 0;
        boolean worse = report.slowerThanBaseline() || report.versus().filter(versus -> !versus.semantics().isEmpty()).isPresent();
        return worse && sameKind && later ? Optional.of(good.get() + ".." + bad.get()) : Optional.empty();
    }

    /** The header lines. */
    Content header() {
        String copy = range.isPresent() ? "Cc: regressions@lists.linux.dev\n" : "";
        String mark = range.isPresent() ? "[REGRESSION] " : "";
        String line = "Subject: " + mark + Visible.line(subject);
        return output -> output.writeUnsafeContent("To: netdev@vger.kernel.org\n" + copy
                + (line.length() <= Folded.WIDTH ? line : line.substring(0, Folded.WIDTH - 3) + "...") + "\n");
    }

    /** The tag of a release in the kernel's repository, {@code v6.18} of {@code 6.18.0-5-amd64}. */
    private static Optional<String> tag(String release) {
        Matcher number = RELEASE.matcher(release);
        return number.find() ? Optional.of("v" + number.group(1).replaceFirst("^(\\d+\\.\\d+)\\.0$", "$1")) : Optional.empty();
    }

    /** A paragraph in lines of a mail's length. */
    static Content wrapped(String text) {
        StringBuilder lines = new StringBuilder();
        int length = 0;
        for (String word : Visible.line(text).strip().split(" +")) {
            boolean fits = length == 0 || length + 1 + word.length() <= WIDTH;
            lines.append(length == 0 ? "" : fits ? " " : "\n").append(word);
            length = fits && length > 0 ? length + 1 + word.length() : word.length();
        }
        return output -> output.writeUnsafeContent(lines.toString());
    }

    /** Lines of strace, folded. */
    static Content trace(String text) {
        return block(Folded.trace(Visible.text(text)));
    }

    /** Lines as they are. */
    static Content block(String text) {
        return output -> output.writeUnsafeContent(Visible.text(text).stripTrailing() + "\n");
    }

    /** Takes what a template writes; what steers a display is made visible, and the rest stays as it is. */
    private static final class Text implements TemplateOutput {
        private final StringBuilder text = new StringBuilder();

        @Override
        public void writeContent(String value) {
            text.append(value);
        }

        @Override
        public void writeContent(String value, int begin, int end) {
            text.append(value, begin, end);
        }

        @Override
        public void writeUserContent(String value) {
            text.append(value == null ? "" : Visible.line(value));
        }

        @Override
        public String toString() {
            return text.toString().replaceAll("\n{3,}", "\n\n").strip() + "\n";
        }
    }
}
