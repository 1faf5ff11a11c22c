package org.reuseaddr.platform;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Takes out of a free text what says who and where its writer is: home directories become {@code ~}, the names of the
 * user and the host {@code <user>} and {@code <host>}, addresses that are not loopback {@code <address>}.
 *
 * <p>Meant for text from people's hands, such as JVM flags and command lines. A version such as {@code 10.0.2.1}
 * cannot be told from an address, and is taken for one.
 *
 * @param home the home directory; empty text if there is none
 * @param user the user's login name; empty text if not known
 * @param host the host's name; empty text if not known
 */
public record Redaction(String home, String user, String host) {

    /** Names so common that they identify nobody, and that occur in texts with other meanings. */
    private static final Set<String> TELLS_NOBODY = Set.of(
            "root", "user", "localhost", "linux", "java", "vm", "debian", "ubuntu", "wsl", "nobody", "runsc", "?");

    /** Where the part behind these is a person's name: homes of Linux, macOS, and of Windows seen from WSL. */
    private static final Pattern OTHER_HOME = Pattern.compile("((?:/home/|[\\\\/]Users[\\\\/]))[^\\\\/\\s:;,\"']+");

    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    private static final Pattern INET =
            Pattern.compile("(?<![\\w.])(?:" + OCTET + "\\.){3}" + OCTET + "(?!\\.?\\w)");
    private static final Pattern INET6 = Pattern.compile("(?<![\\w:])[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f.:]*");
    private static final Pattern PROPERTY = Pattern.compile("-D([^=]+)=.*", Pattern.DOTALL);

    /** Properties that say how the JVM behaves; the value of any other may be a password. */
    private static final List<String> KNOWN_PROPERTIES =
            List.of("java.", "jdk.", "jmh.", "jna.", "sun.", "file.encoding", "user.language", "user.country");

    /** The redaction for the user and the host of this process. */
    public static Redaction ofThisProcess() {
        String host = SystemFiles.ofThisMachine().value("proc/sys/kernel/hostname").orElse("");
        return new Redaction(System.getProperty("user.home", ""), System.getProperty("user.name", ""), host);
    }

    /** The text without what identifies its writer. */
    public String apply(String text) {
        String result = text;
        if (home.length() > 1) {
            result = Pattern.compile(Pattern.quote(home) + "(?![^/\\\\\\s:;,\"'=])").matcher(result).replaceAll("~");
        }
        result = OTHER_HOME.matcher(result).replaceAll("$1<user>");
        result = withoutName(result, user, "<user>");
        result = withoutName(result, host, "<host>");
        result = INET.matcher(result).replaceAll(Redaction::maskedAddress);
        return INET6.matcher(result).replaceAll(Redaction::maskedAddress);
    }

    /**
     * A JVM's flags in one line, redacted. Values of properties that are not the JVM's own are left out: they may be
     * passwords.
     */
    public String flags(List<String> arguments) {
        return arguments.stream().map(this::flag).collect(Collectors.joining(" "));
    }

    private String flag(String argument) {
        Matcher property = PROPERTY.matcher(argument);
        if (property.matches() && KNOWN_PROPERTIES.stream().noneMatch(property.group(1)::startsWith)) {
            return "-D" + apply(property.group(1)) + "=<value>";
        }
        return apply(argument);
    }

    private static String withoutName(String text, String name, String mask) {
        if (name.length() < 2 || TELLS_NOBODY.contains(name)) {
            return text;
        }
        Pattern word = Pattern.compile("(?<![A-Za-z0-9_])" + Pattern.quote(name) + "(?![A-Za-z0-9_])");
        return word.matcher(text).replaceAll(mask);
    }

    private static String maskedAddress(MatchResult found) {
        String text = found.group();
        try {
            // A literal: nothing is looked up. What the patterns find beyond literals is a time or a list.
            InetAddress address = InetAddress.getByName(text.contains(":") ? "[" + text + "]" : text);
            return address.isLoopbackAddress() || address.isAnyLocalAddress() ? text : "<address>";
        } catch (UnknownHostException noAddress) {
            return text;
        }
    }
}
