package org.reuseaddr.platform;

import java.util.Optional;
import java.util.regex.Pattern;

/** The user of this process as the kernel has it, whatever a library or a tracer around the process says. */
public final class ProcessUser {

    private static final Pattern EFFECTIVE = Pattern.compile("(?m)^Uid:\\s+\\d+\\s+(\\d+)");

    private ProcessUser() {
    }

    /** The number of the effective user, proc(5); empty where there is no /proc. */
    public static Optional<String> effective() {
        return effective(SystemFiles.ofThisMachine());
    }

    static Optional<String> effective(SystemFiles files) {
        return files.match("proc/self/status", EFFECTIVE);
    }
}
