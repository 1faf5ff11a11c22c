package org.reuseaddr.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.reuseaddr.results.OutputException;

/** Java's directory for temporary files, where JMH keeps what a fork prints. */
final class TemporaryDirectory {

    private TemporaryDirectory() {
    }

    /**
     * Proves that it can be written, by writing.
     *
     * @throws RunException if not: JMH would fail when it starts the first fork
     */
    static void requireWritable() {
        String directory = System.getProperty("java.io.tmpdir");
        try {
            Path probe = Files.createTempFile(Path.of(directory), "reuseaddr", "probe");
            try {
                Files.write(probe, new byte[1 << 12]);
            } finally {
                Files.deleteIfExists(probe);
            }
        } catch (IOException e) {
            throw new RunException(new OutputException(Path.of(directory), e).getMessage() + ": JMH needs it for what forks "
                    + "print; name another directory with java -Djava.io.tmpdir=DIR", e);
        }
    }
}
