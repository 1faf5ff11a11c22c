package org.reuseaddr.model;

import java.util.List;

/** What holds for the results of bind and listen whatever sockets there are. */
public enum CallRule implements Reason {
    /** Neither a signal nor anything else makes them return another value. */
    RETURNS_ZERO_OR_AN_ERROR(
            "bind and listen return 0 or an error of their own: never another value, and never EINTR, since they do not wait.",
            "bind(2), listen(2): RETURN VALUE and ERRORS; signal(7)", List.of("microsoft/WSL#14541"));

    private final String sentence;
    private final String source;
    private final List<String> references;

    CallRule(String sentence, String source, List<String> references) {
        this.sentence = sentence;
        this.source = source;
        this.references = references;
    }

    @Override
    public String sentence() {
        return sentence;
    }

    @Override
    public String source() {
        return source;
    }

    @Override
    public boolean promised() {
        return true;
    }

    @Override
    public List<String> references() {
        return references;
    }
}
