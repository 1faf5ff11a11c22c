package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reuseaddr.platform.Redaction;

/** Leaves out of a report what says who and where its writer is, and counts what was left out. */
final class Privacy {

    /** What stands in a text where something was left out, and what that was. */
    private static final Map<String, String> MASKS = Map.of("<user>", "user names", "<host>", "host names",
            "<address>", "addresses that are not loopback", "~/", "home directories");
    /** Dotted numbers that look like addresses and are none. */
    private static final Pattern VERSION_NAME = Pattern.compile(".*\\b(version|release|build)", Pattern.CASE_INSENSITIVE);
    private static final Pattern VERSION = Pattern.compile("[0-9]+(\\.[0-9]+)+");
    /** Words of every transcript: a user of such a name (Debian has one called bind) is not to be found in them. */
    private static final Set<String> CALLS = Set.of("socket", "setsockopt", "getsockopt", "bind", "listen", "connect",
            "accept", "close", "shutdown", "getsockname", "pid", "sin", "native", "channel", "fixed", "fork", "score");

    private final boolean includeHost;
    private final Redaction redaction;
    private final Map<String, Integer> leftOut = new TreeMap<>();

    /** @param includeHost whether everything stays as it is */
    Privacy(boolean includeHost, Redaction redaction) {
        this.includeHost = includeHost;
        this.redaction = new Redaction(redaction.home(), unlessCall(redaction.user()), unlessCall(redaction.host()));
    }

    private static String unlessCall(String name) {
        return CALLS.contains(name) ? "" : name;
    }

    /** Whether nothing is left out. */
    boolean includesHost() {
        return includeHost;
    }

    /** The text without host names, user names, home directories and addresses that are not loopback. */
    String text(String text) {
        if (includeHost) {
            return text;
        }
        String result = redaction.apply(text);
        if (!result.equals(text)) {
            MASKS.forEach((mask, what) -> {
                int count = count(result, mask) - count(text, mask);
                if (count > 0) {
                    leftOut.merge(what, count, Integer::sum);
                }
            });
        }
        return result;
    }

    /** The platform record likewise; versions, which look like addresses, stay. */
    Map<String, String> environment(Map<String, String> entries) {
        Map<String, String> result = new LinkedHashMap<>();
        entries.forEach((name, value) -> result.put(name,
                VERSION_NAME.matcher(name).find() && VERSION.matcher(value).matches() ? value : text(value)));
        return result;
    }

    /** What was left out so far, in words. */
    List<String> leftOut() {
        List<String> words = new ArrayList<>();
        leftOut.forEach((what, count) -> words.add(what + " (" + count + (count == 1 ? " place)" : " places)")));
        return words;
    }

    private static int count(String text, String mask) {
        return (int) Pattern.compile(Matcher.quoteReplacement(mask), Pattern.LITERAL).matcher(text).results().count();
    }
}
