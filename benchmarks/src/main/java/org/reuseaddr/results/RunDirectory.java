package org.reuseaddr.results;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** The directory of one run and the names of the files in it. */
public record RunDirectory(Path path) {

    /** {@code environment.csv}. */
    public Path environment() {
        return path.resolve("environment.csv");
    }

    /** {@code semantics.csv}. */
    public Path semantics() {
        return path.resolve("semantics.csv");
    }

    /** {@code samples.csv}. */
    public Path samples() {
        return path.resolve("samples.csv");
    }

    /** {@code jmh.json}, JMH's own form of the same data. */
    public Path jmhJson() {
        return path.resolve("jmh.json");
    }

    /**
     * Makes room for the jmh.json of another session of the same run: JMH's form cannot be added to, so the one of the
     * first session becomes {@code jmh-1.json}, and so on.
     *
     * @throws OutputException if the file cannot be renamed
     */
    public void keepEarlierJmhJson() {
        if (Files.exists(jmhJson())) {
            int number = 1;
            while (Files.exists(path.resolve("jmh-" + number + ".json"))) {
                number++;
            }
            try {
                Files.move(jmhJson(), path.resolve("jmh-" + number + ".json"));
            } catch (IOException e) {
                throw new OutputException(jmhJson(), e);
            }
        }
    }

    /**
     * Makes the directory if it is not there and proves that it can be written, by writing.
     *
     * @throws OutputException if not
     */
    public void prepare() {
        Path probe = path.resolve(".write-probe");
        try {
            Files.createDirectories(path);
            // A full disk lets a file be made and refuses its first block.
            Files.write(probe, new byte[1 << 16]);
        } catch (IOException e) {
            throw new OutputException(path, e);
        } finally {
            deleteQuietly(probe);
        }
    }

    /**
     * Claims the directory for this process.
     *
     * @throws OutputException if another process has claimed it, or the lock cannot be made
     */
    public Claim claim() {
        Path lockFile = path.resolve(".lock");
        try {
            FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            // Who opened the file just before its last owner deleted it has locked a file without a name. Nothing here
            // may open and close the file a second time: POSIX releases a lock with any descriptor of the process.
            if (lock(channel) && Files.exists(lockFile)) {
                return new Claim(lockFile, channel);
            }
            channel.close();
        } catch (IOException e) {
            throw new OutputException(lockFile, e);
        }
        throw new OutputException(path, new IOException("another run is writing there; name another --out"));
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // A probe that could not be written cannot always be deleted; the failure to write is what is reported.
            file.toFile().deleteOnExit();
        }
    }

    /**
     * Takes the beginning of a row, which a killed session left, from the end of each file.
     *
     * @return the files that had one
     * @throws OutputException if another session writes there, or a file cannot be changed
     */
    public List<Path> dropCutRows() {
        try (Claim claim = claim()) {
            return Stream.of(environment(), semantics(), samples()).filter(Files::isRegularFile).filter(CsvFile::dropCutRow).toList();
        }
    }

    /** The claim of {@link #claim}; closing it lets others in and leaves no file behind. */
    public static final class Claim implements AutoCloseable {
        private final Path file;
        private final FileChannel channel;

        private Claim(Path file, FileChannel channel) {
            this.file = file;
            this.channel = channel;
        }

        @Override
        public void close() {
            deleteQuietly(file);
            try {
                channel.close();
            } catch (IOException e) {
                throw new OutputException(file, e);
            }
        }
    }
}
