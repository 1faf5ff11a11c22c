package org.reuseaddr.semantics;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

/**
 * Another process of a transcript: a JVM of our own that makes calls as it is told over its standard input and ends
 * when that ends, which it does when this process dies, however it dies.
 */
final class HelperProcess implements SocketProcess {

    /** A fresh JVM on a busy machine, in milliseconds. */
    private static final int START_MILLIS = 20_000;
    private static final int GRACE_MILLIS = 2_000;

    private final ExecutorService dialogue = Executors.newSingleThreadExecutor(task -> {
        Thread daemon = new Thread(task, "helper-process");
        daemon.setDaemon(true);
        return daemon;
    });
    private Connection connection;

    /** What the helper is told. */
    private record Request(int thread, Call call, int newName, int limitMillis) implements Serializable {
        private static final Request CLOSE_ALL = new Request(0, null, UNNAMED, 0);
    }

    private record Connection(Process process, ObjectOutputStream requests, ObjectInputStream answers) {
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
        int startMillis = connection == null ? START_MILLIS : 0;
        try {
            return dialogue.submit(() -> exchange(request))
                    .get(limitMillis + GRACE_MILLIS + startMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            kill();
            return new Outcome.TimedOut(limitMillis);
        } catch (ExecutionException e) {
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

    private static Connection start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-Xshare:auto"));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), HelperProcess.class.getName()));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        ObjectOutputStream requests = new ObjectOutputStream(new BufferedOutputStream(process.getOutputStream()));
        requests.flush();
        return new Connection(process, requests,
                new ObjectInputStream(new BufferedInputStream(process.getInputStream())));
    }

    private void kill() {
        Connection ended = connection;
        connection = null;
        if (ended != null) {
            ended.process.destroyForcibly();
        }
    }

    @Override
    public void close() {
        Connection ended = connection;
        connection = null;
        if (ended != null) {
            // Its standard input ends with the stream, and so does it; the kill is for one that is stuck in a call.
            try {
                ended.requests.close();
                if (!ended.process.waitFor(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
                    ended.process.destroyForcibly();
                }
            } catch (IOException e) {
                ended.process.destroyForcibly();
            } catch (InterruptedException e) {
                ended.process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        dialogue.shutdownNow();
    }

    /** The helper's side: answers requests until its standard input ends. */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        try (LocalProcess local = new LocalProcess();
                ObjectOutputStream answers =
                        new ObjectOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)))) {
            answers.flush();
            ObjectInputStream requests =
                    new ObjectInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
            while (true) {
                Request request = (Request) requests.readUnshared();
                answers.writeUnshared(answer(local, request));
                answers.flush();
            }
        } catch (EOFException e) {
            // A call that never returned may still hold a worker; the process ends all the same.
            Runtime.getRuntime().halt(0);
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
