package org.reuseaddr.report;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A link that opens an issue with its title and text filled in. */
final class IssueLink {

    /** The longest link, in characters: GitHub answers longer ones with status 414. */
    static final int MOST_CHARACTERS = 8_000;

    private IssueLink() {
    }

    /**
     * The link.
     *
     * @param bodies the text, from the longest to the shortest; the first that has room is taken, none if none has
     */
    static String of(String page, String title, List<String> bodies) {
        String link = page + "?title=" + encoded(title);
        return bodies.stream().map(body -> link + "&body=" + encoded(body))
                .filter(full -> full.length() <= MOST_CHARACTERS).findFirst().orElse(link);
    }

    /** As RFC 3986 has it: a blank is %20, which every part of an address takes. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
