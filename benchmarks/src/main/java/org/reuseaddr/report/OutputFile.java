package org.reuseaddr.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.reuseaddr.results.OutputException;

/** Files that are there whole or not at all. */
public final class OutputFile {

    private OutputFile() {
    }

    /**
     * Writes a temporary file beside it and moves that into its place: a full disk leaves the file of before, and a symbolic
     * link is replaced and not followed.
     *
     * @throws OutputException if it cannot be written, or is something else than a file
     */
    public static Path write(Path file, byte[] bytes) {
        Path directory = file.toAbsolutePath().getParent();
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw new OutputException(file, new IOException("it is not a regular file"));
            }
            Files.createDirectories(directory);
            Path temporary = directory.resolve("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
            Files.deleteIfExists(temporary);
            try {
                Files.write(temporary, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                return move(temporary, file);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new OutputException(file, e);
        }
    }

    private static Path move(Path temporary, Path file) throws IOException {
        return Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * A file below a directory that the user named.
     *
     * @throws OutputException if a directory between the two is a symbolic link, which may lead anywhere
     */
    static Path within(Path directory, String name) {
        Path file = directory.resolve(name);
        for (Path part = file.getParent(); !part.equals(directory); part = part.getParent()) {
            if (Files.exists(part, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(part, LinkOption.NOFOLLOW_LINKS)) {
                throw new OutputException(part, new IOException("it is not a directory of its own"));
            }
        }
        return file;
    }
}
