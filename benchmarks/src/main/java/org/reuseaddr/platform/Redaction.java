package org.reuseaddr.platform;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Takes out of a free text what says who and where its writer is: home directories become {@code ~}, the names of the
 * user and the host {@code <user>} and {@code <host>}, addresses that are not loopback {@code <address>}.
 *
 * <p>Four numbers with dots between are an address unless the text says that they are a version: the word "version" stands
 * before them, or a suffix follows as in {@code 6.6.114.1-microsoft-standard-WSL2} and the numbers are not of a private range.
 * Where a whole text is known to be a version, {@link #applyToVersion} leaves its numbers as they are.
 *
 * @param home the home directory; empty text if there is none
 * @param user the user's login name; empty text if not known
 * @param host the host's name; empty text if not known
 */
public record Redaction(String home, String user, String host) {

    /** Names so common that they identify nobody, and that occur in texts with other meanings. */
    private static final Set<String> COMMON = Set.of(
            "root", "user", "localhost", "linux", "java", "vm", "debian", "ubuntu", "wsl", "nobody", "runsc", "?");

    /**
     * Where the part behind these is a person's name: homes of Linux, macOS, and of Windows seen from WSL. A name of Windows
     * may have blanks where another part of the path follows.
     */
    private static final Pattern OTHER_HOME = Pattern.compile(
            "([\\\\/](?:home|[Uu]sers)[\\\\/])(?:[^\\\\/:;,\"'<>|\\n]+(?=[\\\\/])|[^\\\\/\\s:;,\"'<>|]+)");

    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    private static final Pattern INET =
            Pattern.compile("(?<![\\w.])(?:" + OCTET + "\\.){3}" + OCTET + "(?!\\.?\\w)");
    /** What follows the numbers of a kernel's release or a package's version. */
    private static final Pattern SUFFIX = Pattern.compile("[-+~](?:[A-Za-z]|\\d+(?![\\d.]))");
    /** 100.64.0.0/10, which carriers give to their customers. */
    private static final Pattern SHARED = Pattern.compile("100\\.(?:6[4-9]|[7-9]\\d|1[01]\\d|12[0-7])\\.");
    private static final Pattern VERSION_WORD = Pattern.compile("(?i)\\bversion[\\s:=\"]{1,3}$");
    /** The addresses of the suite's own scenarios: the first of their documentation ranges (RFC 5737, RFC 3849). */
    private static final Set<String> DOCUMENTATION = Set.of("192.0.2.1", "2001:db8::1");
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
        String result = withoutInet(applyToVersion(text));
        return INET6.matcher(result).replaceAll(found -> masked(found.group()));
    }

    /** The same for a text that is a version, whose numbers are no address. */
    public String applyToVersion(String text) {
        String result = text;
        if (home.length() > 1) {
            result = Pattern.compile(Pattern.quote(home) + "(?![^/\\\\\\s:;,\"'=])").matcher(result).replaceAll("~");
        }
        result = OTHER_HOME.matcher(result).replaceAll("$1<user>");
        result = withoutName(result, user, 0, "", "<user>");
        // A host's name is the same in capitals, as Windows shows it, and with or without its domain.
        String shortName = host.contains(".") ? host.substring(0, host.indexOf('.')) : host;
        return withoutName(result, shortName, Pattern.CASE_INSENSITIVE, "(?:\\.[A-Za-z][A-Za-z0-9-]*)*", "<host>");
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

    private static String withoutName(String text, String name, int flags, String tail, String mask) {
        if (name.length() < 2 || COMMON.contains(name.toLowerCase(Locale.ROOT))) {
            return text;
        }
        Pattern word = Pattern.compile("(?<![A-Za-z0-9_])" + Pattern.quote(name) + tail + "(?![A-Za-z0-9_])", flags);
        return word.matcher(text).replaceAll(mask);
    }

    private static String withoutInet(String text) {
        return INET.matcher(text).replaceAll(found -> maskedInet(found, text));
    }

    private static String maskedInet(MatchResult found, String text) {
        String masked = masked(found.group());
        boolean suffix = SUFFIX.matcher(text).region(found.end(), text.length()).lookingAt();
        boolean named = VERSION_WORD.matcher(text.substring(Math.max(0, found.start() - 12), found.start())).find();
        return named || suffix && !isPrivate(found.group()) ? found.group() : masked;
    }

    /** Whether it is of the ranges that machines of a private or link-local network have (RFC 1918, RFC 3927, RFC 6598). */
    private static boolean isPrivate(String address) {
        return literal(address).filter(found -> found.isSiteLocalAddress() || found.isLinkLocalAddress()).isPresent()
                || SHARED.matcher(address).lookingAt();
    }

    private static String masked(String text) {
        // What the patterns find beyond literals is a time or a list.
        return literal(text).filter(address -> !address.isLoopbackAddress() && !address.isAnyLocalAddress()
                && !DOCUMENTATION.contains(text)).map(address -> "<address>").orElse(text);
    }

    /** The address that the text is, without looking anything up. */
    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.getByName(text.contains(":") ? "[" + text + "]" : text));
        } catch (UnknownHostException noAddress) {
            return Optional.empty();
        }
    }
}
