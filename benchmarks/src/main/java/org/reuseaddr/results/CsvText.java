package org.reuseaddr.results;

import java.util.List;

/** Rows in the dialect of the suite's CSV files, for tables that are printed and not kept. */
public final class CsvText {

    private CsvText() {
    }

    /**
     * One row with its end of line: quoted as RFC 4180 says, and with an apostrophe before a text that a spreadsheet
     * would take for a formula.
     */
    public static String line(List<String> cells) {
        return CsvFile.line(cells);
    }
}
