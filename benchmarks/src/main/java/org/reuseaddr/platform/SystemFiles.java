package org.reuseaddr.platform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files in which a kernel describes itself, below a root: {@code /} on a live machine, a captured tree in a test.
 * Paths are relative to it, such as {@code proc/version}.
 *
 * <p>A file that is absent, forbidden or of a kind the kernel refuses to read is empty here: platforms differ in just
 * that, and what they do not tell is not known.
 *
 * @param root the directory that stands for the root of the file system
 */
record SystemFiles(Path root) {

    /** /proc/net/tcp of a machine with two hundred thousand sockets still fits. */
    private static final int MOST_BYTES = 32 << 20;

    /** The files of this machine. */
    static SystemFiles ofThisMachine() {
        return new SystemFiles(Path.of("/"));
    }

    boolean exists(String path) {
        return Files.exists(root.resolve(path));
    }

    /** The text of a file, its last line break included. */
    Optional<String> text(String path) {
        Path file = root.resolve(path);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
        } catch (IOException | SecurityException unreadable) {
            return Optional.empty();
        }
    }

    /** The text of a one-line file without blanks around it; empty also where there is no text. */
    Optional<String> value(String path) {
        return text(path).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** The lines of a file; none where it cannot be read. */
    List<String> lines(String path) {
        return text(path).map(text -> text.lines().toList()).orElse(List.of());
    }

    /** The first group of the first match in a file. */
    Optional<String> match(String path, Pattern pattern) {
        return text(path).map(pattern::matcher).filter(Matcher::find).map(found -> found.group(1).strip());
    }

    /** The paths of a directory's entries whose names match a glob, relative to the root, sorted. */
    List<String> list(String directory, String glob) {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(directory), glob)) {
            entries.forEach(entry -> found.add(directory + "/" + entry.getFileName()));
        } catch (IOException | DirectoryIteratorException | SecurityException unreadable) {
            return List.of();
        }
        found.sort(null);
        return found;
    }
}
