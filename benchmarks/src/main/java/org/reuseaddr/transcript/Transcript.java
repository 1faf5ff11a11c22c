package org.reuseaddr.transcript;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A sequence of calls with the result each must have.
 *
 * @param headers the {@code # name: value} lines before the first call, in their order: {@code scenario},
 *     {@code rule}, {@code source}, {@code references}, {@code thread}, …; a header given several times is one entry
 *     whose value has several lines
 * @param steps the calls, in the order in which they are made
 */
public record Transcript(Map<String, String> headers, List<Step> steps) {

    /** The header that says which process a thread belongs to: {@code # thread: 102 of 101}. */
    public static final String THREAD_HEADER = "thread";

    /**
     * The header that says whose a process is, by the number of its effective user: {@code # user: 65534 of 102}. Processes
     * without one are all of the user that starts them.
     */
    public static final String USER_HEADER = "user";

    static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");
    private static final Pattern THREAD = Pattern.compile("([1-9][0-9]{0,8}) of (0|[1-9][0-9]{0,8})");
    private static final Pattern USER = Pattern.compile("(0|[1-9][0-9]{0,8}) of (0|[1-9][0-9]{0,8})");

    /**
     * Checks the headers; blanks around a line of a value are dropped.
     *
     * @throws IllegalArgumentException if a name is not a letter followed by letters, digits, {@code _} and {@code -},
     *     a value holds control characters other than line feeds, or a {@code thread} or {@code user} header is malformed
     */
    public Transcript {
        Map<String, String> checked = new LinkedHashMap<>();
        headers.forEach((name, value) -> checked.put(checkedName(name), checkedValue(name, value)));
        headers = Collections.unmodifiableMap(checked);
        steps = List.copyOf(steps);
        SortedMap<Integer, Integer> threads = threadsOf(headers);
        usersOf(headers).keySet().stream().filter(threads::containsKey).findFirst().ifPresent(thread -> {
            throw new IllegalArgumentException("a user header for " + thread + ", which is a thread of another process");
        });
    }

    /** The effective user of each process that has a {@code user} header. */
    public SortedMap<Integer, Integer> users() {
        return usersOf(headers);
    }

    /**
     * The process that each thread belongs to, whose descriptors it shares; from the {@code thread} headers. Both are
     * numbers as in {@code [pid N]}; 0 is the process of the lines that have no such prefix.
     */
    public SortedMap<Integer, Integer> threads() {
        return threadsOf(headers);
    }

    private static String checkedName(String name) {
        if (!HEADER_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("no header name: " + name);
        }
        return name;
    }

    private static String checkedValue(String name, String value) {
        String text = value.indexOf('\n') < 0 ? value.strip()
                : Arrays.stream(value.split("\n", -1)).map(String::strip).collect(Collectors.joining("\n"));
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i)) && text.charAt(i) != '\n') {
                throw new IllegalArgumentException("control character in the header " + name);
            }
        }
        return text;
    }

    private static SortedMap<Integer, Integer> threadsOf(Map<String, String> headers) {
        SortedMap<Integer, Integer> threads = new TreeMap<>();
        for (Matcher entry : entries(headers, THREAD_HEADER, THREAD, "102 of 101")) {
            int thread = Integer.parseInt(entry.group(1));
            if (threads.put(thread, Integer.parseInt(entry.group(2))) != null) {
                throw new IllegalArgumentException("a second thread header for " + thread);
            }
        }
        threads.forEach((thread, process) -> {
            if (threads.containsKey(process)) {
                throw new IllegalArgumentException("thread " + thread + " cannot belong to " + process
                        + ", which is a thread itself");
            }
        });
        return Collections.unmodifiableSortedMap(threads);
    }

    private static SortedMap<Integer, Integer> usersOf(Map<String, String> headers) {
        SortedMap<Integer, Integer> users = new TreeMap<>();
        for (Matcher entry : entries(headers, USER_HEADER, USER, "65534 of 102")) {
            int process = Integer.parseInt(entry.group(2));
            if (users.put(process, Integer.parseInt(entry.group(1))) != null) {
                throw new IllegalArgumentException("a second user header for " + process);
            }
        }
        return Collections.unmodifiableSortedMap(users);
    }

    private static List<Matcher> entries(Map<String, String> headers, String name, Pattern pattern, String example) {
        String value = headers.get(name);
        return value == null ? List.of() : Arrays.stream(value.split("\n", -1)).map(line -> {
            Matcher matcher = pattern.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("no " + name + " header such as '" + example + "': '" + line + "'");
            }
            return matcher;
        }).toList();
    }
}
