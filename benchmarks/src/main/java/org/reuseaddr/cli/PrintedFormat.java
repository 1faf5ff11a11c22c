package org.reuseaddr.cli;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.reuseaddr.compare.Baseline.Standings;
import org.reuseaddr.report.JunitReport;
import org.reuseaddr.report.KtapReport;

/** What check and explore print on standard output. */
enum PrintedFormat {
    /** For people: the command itself prints it. */
    TEXT(results -> ""),
    KTAP(KtapReport::text),
    JUNIT(JunitReport::text);

    private final Function<List<Standings>, String> text;

    PrintedFormat(Function<List<Standings>, String> text) {
        this.text = text;
    }

    String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** In UTF-8, whatever the locale. */
    void write(List<Standings> results) {
        byte[] bytes = text.apply(results).getBytes(StandardCharsets.UTF_8);
        System.out.write(bytes, 0, bytes.length);
        System.out.flush();
    }
}
