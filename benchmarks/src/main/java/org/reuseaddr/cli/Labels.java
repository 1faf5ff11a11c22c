package org.reuseaddr.cli;

import org.reuseaddr.run.UsageException;

/** Labels become directory names and CSV cells. */
final class Labels {

    private static final String ALLOWED = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    private Labels() {
    }

    /** The label, if it can be one. */
    static String checked(String label) {
        if (!label.matches(ALLOWED)) {
            throw new UsageException("--label: expected up to 64 letters, digits, dots, dashes and underscores, beginning "
                    + "with a letter or digit, found " + label);
        }
        return label;
    }
}
