package org.reuseaddr.report;

/** Text that came out of a file, made harmless for a terminal. */
final class PlainText {

    private PlainText() {
    }

    /** Control characters and those that only steer the display (right-to-left marks) become question marks. */
    static String text(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?");
    }
}
