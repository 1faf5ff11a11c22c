package org.reuseaddr.transcript;

/** Text that came out of a file, made harmless for the eye: what would steer the display is shown instead of obeyed. */
public final class Visible {

    private Visible() {
    }

    /**
     * The text with every control character, right-to-left mark and other invisible character written as its code point,
     * such as {@code ⟨U+202E⟩}; line feeds and tabs stay.
     */
    public static String text(String text) {
        if (text.codePoints().noneMatch(Visible::steers)) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            if (steers(point)) {
                shown.append(String.format("⟨U+%04X⟩", point));
            } else {
                shown.appendCodePoint(point);
            }
        });
        return shown.toString();
    }

    /** The same on one line: line feeds and tabs become blanks. */
    public static String line(String text) {
        return text(text.replaceAll("[\\r\\n\\t]+", " "));
    }

    private static boolean steers(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL -> point != '\n' && point != '\t';
            case Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE, Character.UNASSIGNED -> true;
            default -> false;
        };
    }
}
