package org.reuseaddr.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the user names to be read must come to an end. */
public final class RegularFile {

    private RegularFile() {
    }

    /**
     * Refuses a FIFO or a device, which may never end, and files of /proc and /sys, which look regular and of which some never
     * end either. Directories, and what is not there, are left to who opens them.
     *
     * @throws InputException if the file is one of these
     */
    public static void require(Path file) {
        if (!Files.exists(file) || Files.isDirectory(file)) {
            return;
        }
        try {
            if (!Files.isRegularFile(file) || file.toRealPath().startsWith("/proc") || file.toRealPath().startsWith("/sys")) {
                throw new InputException(file, "expected a regular file, found a pipe, a device or a file of the kernel's");
            }
        } catch (IOException e) {
            throw new InputException(file, "cannot be read: " + e.getMessage());
        }
    }
}
