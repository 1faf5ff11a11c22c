package org.reuseaddr.replay;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

/**
 * Another process of a transcript: a JVM of our own that makes calls as it is told over its standard input and ends
 * when that ends, which it does when this process dies, however it dies. Signals that reach it with this process, such
 * as Ctrl-C on a terminal, do not end it before.
 */
final class HelperProcess implements SocketProcess {

    /** A fresh JVM on a busy machine, in milliseconds. */
    private static final int START_MILLIS = 20_000;
    private static final int GRACE_MILLIS = 2_000;
    private static final int MAX_FAILURES = 3;
    /** Begins what the helper writes: whatever agents and preloaded libraries have printed before it is passed over. */
    private static final byte[] GREETING = "reuseaddr-helper\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_FOREIGN_OUTPUT = 1 << 16;
    /** What has the JVM print to standard output or wait for a debugger would end the dialogue. */
    private static final List<String> JVM_OPTION_VARIABLES = List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS");

    /** Where the user lets JNA have its library. */
    private static final List<String> LIBRARY_PROPERTIES = List.of("jna.tmpdir", "jna.boot.library.path", "jna.nounpack");

    private final ExecutorService dialogue = Executors.newSingleThreadExecutor(task -> {
        Thread daemon = new Thread(task, "helper-process");
        daemon.setDaemon(true);
        return daemon;
    });
    /** Set as soon as it runs, so that it can be ended even if it never answers. */
    private volatile Process process;
    private Connection connection;
    private int failures;

    /** What the helper is told. */
    private record Request(int thread, Call call, int newName, int limitMillis) implements Serializable {
        private static final Request CLOSE_ALL = new Request(0, null, UNNAMED, 0);
    }

    private record Connection(ObjectOutputStream requests, ObjectInputStream answers) {
    }

    @Override
    public Outcome execute(int thread, Call call, int newName, int limitMillis) {
        Object answer = ask(new Request(thread, call, newName, limitMillis), limitMillis);
        if (answer instanceof String failure) {
            throw new ReplayException("helper process: " + failure);
        }
        return (Outcome) answer;
    }

    @Override
    public void closeAll() {
        if (connection != null) {
            ask(Request.CLOSE_ALL, GRACE_MILLIS);
        }
    }

    private Object ask(Request request, int limitMillis) {
        if (failures >= MAX_FAILURES) {
            throw new ReplayException("the helper process has failed " + failures + " times and is not started again");
        }
        int startMillis = connection == null ? START_MILLIS : 0;
        try {
            return dialogue.submit(() -> exchange(request))
                    .get(limitMillis + GRACE_MILLIS + startMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            boolean started = startMillis == 0;
            kill();
            if (started && request.call() != null) {
                return new Outcome.TimedOut(limitMillis);
            }
            failures++;
            throw new ReplayException("the helper process did not " + (started ? "close its descriptors in "
                    + GRACE_MILLIS + " ms" : "start in " + START_MILLIS + " ms"), e);
        } catch (ExecutionException e) {
            failures++;
            kill();
            throw new ReplayException("the helper process ended: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
            throw new ReplayException("interrupted while the helper process worked", e);
        }
    }

    private Object exchange(Request request) throws IOException, ClassNotFoundException {
        if (connection == null) {
            connection = start();
        }
        connection.requests.writeUnshared(request);
        connection.requests.flush();
        return connection.answers.readUnshared();
    }

    private Connection start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-Xshare:auto",
                "-XX:+DisplayVMOutputToStderr"));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        LIBRARY_PROPERTIES.forEach(name -> Optional.ofNullable(System.getProperty(name))
                .ifPresent(value -> command.add("-D" + name + "=" + value)));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), HelperProcess.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeAll(JVM_OPTION_VARIABLES);
        process = builder.start();
        InputStream output = new BufferedInputStream(process.getInputStream());
        awaitGreeting(output);
        ObjectOutputStream requests = new ObjectOutputStream(new BufferedOutputStream(process.getOutputStream()));
        requests.flush();
        return new Connection(requests, new ObjectInputStream(output));
    }

    private static void awaitGreeting(InputStream output) throws IOException {
        int matched = 0;
        for (int read = 0; matched < GREETING.length; read++) {
            int next = output.read();
            if (next < 0) {
                throw new EOFException("it ended before it answered");
            }
            if (read == MAX_FOREIGN_OUTPUT) {
                throw new IOException("it printed other text than answers");
            }
            // No prefix of the greeting stands in it a second time: after a mismatch only its first byte can begin it.
            matched = next == GREETING[matched] ? matched + 1 : next == GREETING[0] ? 1 : 0;
        }
    }

    /** Ends the process, and with its output the dialogue that may still wait for it. */
    private void kill() {
        connection = null;
        if (process != null) {
            process.destroyForcibly();
            process = null;
        }
    }

    @Override
    public void close() {
        // It has nothing to lose: its sockets are the kernel's to close.
        kill();
        dialogue.shutdownNow();
    }

    /** The helper's side: answers requests until its standard input ends. */
    public static void main(String[] arguments) {
        // SIGINT, SIGTERM and SIGHUP run this hook, which the JVM waits for: only the end of the input ends the process.
        Runtime.getRuntime().addShutdownHook(new Thread(HelperProcess::waitForTheEnd));
        int status = 1;
        try {
            serve();
        } catch (EOFException e) {
            status = 0;
        } catch (IOException | ClassNotFoundException e) {
            System.err.println("helper process: " + e);
        } finally {
            // Not exit, which would wait for the hook, and for a call that never returns.
            Runtime.getRuntime().halt(status);
        }
    }

    private static void waitForTheEnd() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void serve() throws IOException, ClassNotFoundException {
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        // What a library prints must not get between the answers.
        System.setOut(System.err);
        out.write(GREETING);
        ObjectOutputStream answers = new ObjectOutputStream(new BufferedOutputStream(out));
        answers.flush();
        ObjectInputStream requests = new ObjectInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
        LocalProcess local = new LocalProcess();
        while (true) {
            Request request = (Request) requests.readUnshared();
            answers.writeUnshared(answer(local, request));
            answers.flush();
        }
    }

    private static Object answer(LocalProcess local, Request request) {
        try {
            if (request.call() == null) {
                local.closeAll();
                return "";
            }
            return local.execute(request.thread(), request.call(), request.newName(), request.limitMillis());
        } catch (ReplayException e) {
            return e.getMessage();
        }
    }
}
