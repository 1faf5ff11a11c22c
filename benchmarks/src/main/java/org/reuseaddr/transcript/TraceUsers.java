package org.reuseaddr.transcript;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose the sockets are that a thread makes: of the user for files, which follows the effective one (kernel: sock_alloc).
 * Linux has users of threads; that they are alike in a process is the work of the C library, with a call in each thread.
 */
final class TraceUsers {

    /** Calls that set, or return, the effective user, by the place of its number among the arguments. */
    private static final Map<String, Integer> SETS_USER = Map.of("setuid", 0, "seteuid", 0, "setreuid", 1, "setresuid", 1);
    private static final Pattern ARGUMENTS = Pattern.compile("[a-z0-9]+\\(([^)]*)\\)");
    private static final Pattern RETURNED = Pattern.compile(".*\\)[ \t]*=[ \t]*([0-9]{1,10})(?![0-9]).*");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");
    private static final long MOST = 0xFFFF_FFFFL;
    private static final Credentials AT_FIRST = new Credentials(TraceEvent.User.UNKNOWN_USER, 0, false, false);

    private final Map<Integer, Credentials> credentials = new HashMap<>();
    /** What has been reported of each process. */
    private final Map<Integer, Credentials> reported = new HashMap<>();
    private int changes;

    /**
     * @param since distinguishes one unknown user from another
     * @param filesApart whether the user for files need not be the effective one (setfsuid)
     * @param mapped whether numbers of users may be those of another user namespace than the others' in the trace
     */
    private record Credentials(int user, int since, boolean filesApart, boolean mapped) {

        private boolean isLike(Credentials other) {
            return user == other.user && (user != TraceEvent.User.UNKNOWN_USER || since == other.since);
        }
    }

    private Credentials of(int actor) {
        return credentials.getOrDefault(actor, AT_FIRST);
    }

    /** From here on the thread is of this user. */
    void set(int actor, int user) {
        put(actor, user, false);
    }

    private void put(int actor, int user, boolean filesApart) {
        boolean mapped = of(actor).mapped();
        credentials.put(actor, new Credentials(mapped ? TraceEvent.User.UNKNOWN_USER : user, ++changes, filesApart, mapped));
    }

    /** The new process or thread is of its creator's user; one that has been seen already has its own by now. */
    void cloned(int creator, int child, boolean newNamespace) {
        Credentials inherited = of(creator);
        Credentials own = new Credentials(inherited.user(), inherited.since(), inherited.filesApart(),
                inherited.mapped() || newNamespace);
        credentials.putIfAbsent(child, own);
    }

    /** The threads of a header are of their process's user. */
    void join(int thread, int process) {
        credentials.put(thread, of(process));
    }

    /** A process has been reported as a child: what has been said of its parent holds for it. */
    void forked(int parent, int child) {
        reported.put(child, reported.getOrDefault(parent, AT_FIRST));
    }

    /** Numbers of users are those of another user namespace from here on; the user is who it was. */
    void entersNamespace(int actor) {
        Credentials before = of(actor);
        credentials.put(actor, new Credentials(before.user(), before.since(), before.filesApart(), true));
    }

    /** Another program runs, which may belong to its owner (set-user-ID). */
    void executed(int actor) {
        put(actor, TraceEvent.User.UNKNOWN_USER, false);
    }

    /** Takes in a call about users: {@code setresuid(-1, 65534, -1) = 0}, on 32-bit platforms {@code setresuid32}. */
    void called(int actor, String name, String text) {
        Matcher returned = RETURNED.matcher(text);
        if (!returned.matches()) {
            return;
        }
        String call = name.endsWith("32") ? name.substring(0, name.length() - 2) : name;
        if (call.equals("geteuid")) {
            if (!of(actor).filesApart()) {
                set(actor, number(returned.group(1)));
            }
        } else if (call.equals("setfsuid")) {
            // It returns the user before, whether it has done what it was asked to or not.
            put(actor, TraceEvent.User.UNKNOWN_USER, true);
        } else if (returned.group(1).equals("0")) {
            Matcher arguments = ARGUMENTS.matcher(text);
            String[] users = arguments.lookingAt() ? arguments.group(1).split(",") : new String[0];
            String user = SETS_USER.get(call) < users.length ? users[SETS_USER.get(call)].strip() : "";
            if (!user.equals("-1")) {
                set(actor, number(user));
            }
        }
    }

    /** Users go up to 4294967294, which is -2 here. */
    private static int number(String text) {
        return NUMBER.matcher(text).matches() && Long.parseLong(text) < MOST ? Integer.parseUnsignedInt(text)
                : TraceEvent.User.UNKNOWN_USER;
    }

    /** What is to be reported before the thread makes a socket; empty if it is known already. */
    Optional<TraceEvent> before(int actor, int process) {
        Credentials now = of(actor);
        if (now.isLike(reported.getOrDefault(process, AT_FIRST))) {
            return Optional.empty();
        }
        reported.put(process, now);
        return Optional.of(new TraceEvent.User(process, now.user()));
    }

    void exit(int actor) {
        credentials.remove(actor);
    }

    void clear() {
        credentials.clear();
        reported.clear();
    }
}
