package org.reuseaddr.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * JMH's lock on the machine, held for the whole run. JMH itself would take and release it with every fork of ours, so
 * that another JMH could slip in between and make all later forks fail.
 */
final class MachineLock implements AutoCloseable {

    private static final String IGNORE = "jmh.ignoreLock";

    private final FileChannel channel;
    private final boolean alone;

    private MachineLock(FileChannel channel, boolean alone) {
        this.channel = channel;
        this.alone = alone;
    }

    /** Takes the lock if it is free, and keeps JMH from asking for it. */
    static MachineLock take() {
        System.setProperty(IGNORE, "true");
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "jmh.lock");
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            return new MachineLock(channel, lock != null);
        } catch (OverlappingFileLockException e) {
            return new MachineLock(channel, false);
        } catch (IOException e) {
            // Without a place for the lock nobody else can hold it either.
            return new MachineLock(channel, true);
        }
    }

    /** Whether no other JMH holds the lock. */
    boolean isAlone() {
        return alone;
    }

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new RunException("the lock of the machine could not be released: " + e.getMessage(), e);
        }
    }
}
