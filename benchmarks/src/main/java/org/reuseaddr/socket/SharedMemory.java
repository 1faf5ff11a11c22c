package org.reuseaddr.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory that several processes of this machine map: what one writes, the others see within a fraction of a microsecond.
 * It is a file, which can be removed as soon as every process has mapped it.
 */
public final class SharedMemory {

    /** Files here never reach a disk. */
    private static final Path IN_MEMORY = Path.of("/dev/shm");

    private SharedMemory() {
    }

    /**
     * Makes a file of zeros that only this user can open.
     *
     * @param bytes its size
     * @throws IOException if neither /dev/shm nor the directory for temporary files can be written
     */
    public static Path create(int bytes) throws IOException {
        Path file = Files.isWritable(IN_MEMORY) ? Files.createTempFile(IN_MEMORY, "reuseaddr-", ".shared")
                : Files.createTempFile("reuseaddr-", ".shared");
        Files.write(file, new byte[bytes]);
        return file;
    }

    /**
     * Maps the whole of such a file, in native byte order.
     *
     * @throws IOException if it cannot be opened or mapped
     */
    public static ByteBuffer map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size()).order(ByteOrder.nativeOrder());
        }
    }

    /** Removes the file, if it is still there; what is mapped stays usable. */
    public static void remove(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
