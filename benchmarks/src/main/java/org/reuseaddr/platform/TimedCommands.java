package org.reuseaddr.platform;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs programs for a limited time. One that is still running then is killed with its descendants, and has no output.
 *
 * @param limit how long a program may take
 * @param directory where programs are started
 */
record TimedCommands(Duration limit, Path directory) implements Commands {

    private static final int MOST_BYTES = 64 << 10;

    @Override
    public Optional<String> output(List<String> command) {
        long deadline = System.nanoTime() + limit.toNanos();
        Process process;
        try {
            process = new ProcessBuilder(command).directory(directory.toFile())
                    .redirectInput(new File("/dev/null"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException noSuchProgram) {
            return Optional.empty();
        }
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        // Reading is left to a thread: a grandchild that holds the pipe open would keep a reader waiting for ever.
        Thread reader = new Thread(() -> drain(process.getInputStream(), output), "output of " + command.get(0));
        reader.setDaemon(true);
        reader.start();
        try {
            if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return Optional.empty();
            }
            reader.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            return Optional.of(output.toString(StandardCharsets.UTF_8).strip())
                    .filter(text -> process.exitValue() == 0 && !text.isEmpty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static void drain(InputStream in, ByteArrayOutputStream output) {
        byte[] buffer = new byte[4096];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                // What exceeds the bound is read and dropped, so that the program is not held up by a full pipe.
                output.write(buffer, 0, Math.min(n, MOST_BYTES - output.size()));
            }
        } catch (IOException killed) {
            // The program was killed at the limit: what it wrote until then is not used.
            output.reset();
        }
    }
}
