package org.reuseaddr.replay;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.reuseaddr.platform.ProcessUser;
import org.reuseaddr.replay.HelperProtocol.Reply;
import org.reuseaddr.replay.HelperProtocol.Request;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketCalls;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptException;

/**
 * Another process of a transcript: a JVM of our own that makes calls as it is told over its standard input and ends
 * when that ends, which it does when this process dies, however it dies. Signals that reach it with this process, such
 * as Ctrl-C on a terminal, do not end it before.
 */
final class HelperProcess implements SocketProcess {

    private static final int GRACE_MILLIS = 2_000;
    /** A round that has begun ends later than the rounds' limit, on a platform where a call takes tens of milliseconds. */
    private static final int SIGNALLED_GRACE_MILLIS = 5_000;
    /** setresuid cannot wait; on an emulated processor the code round it may run for the first time. */
    private static final int BECOME_MILLIS = 20_000;
    /** The first call of a fresh JVM, on an emulated processor. */
    private static final int FIRST_CALL_MILLIS = 120_000;
    private static final int START_LIMIT_MILLIS = 2_000;
    private static final int START_TRIES = 60;
    /** Begins what the helper writes: whatever agents and preloaded libraries have printed before it is skipped. */
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
    private final List<String> command;
    private final Patience patience;
    private final CallWatch watch;
    /** Set as soon as it runs, so that it can be ended even if it never answers. */
    private volatile Process process;
    /** Counts the kills: a process whose start was under way when it was killed is ended as soon as it is there. */
    private final AtomicInteger kills = new AtomicInteger();
    private Future<Connection> starting;
    private long startedNanos;
    private boolean late;
    private Connection connection;
    /** Whether the helper makes its calls as another user than the one that has started it. */
    private boolean isOfAnotherUser;

    /** A JVM like this one. */
    HelperProcess() {
        this(new CallWatch());
    }

    /** A JVM like this one, which a thread that is watched asks without another's help. */
    HelperProcess(CallWatch watch) {
        this(command(), Patience.OF_A_CHECK, watch);
    }

    /** @param command starts a process that runs {@link #main} */
    HelperProcess(List<String> command, Patience patience) {
        this(command, patience, new CallWatch());
    }

    HelperProcess(List<String> command, Patience patience, CallWatch watch) {
        this.command = List.copyOf(command);
        this.patience = patience;
        this.watch = watch;
    }

    /**
     * A helper that has answered: on an emulated processor that takes the better part of a minute, on a busy one several.
     *
     * @param family one that the platform has
     * @param stopped whether nobody needs it any more
     * @throws ReplayException if it does not start, or is no longer needed
     */
    static HelperProcess started(Family family, BooleanSupplier stopped) {
        HelperProcess helper = new HelperProcess();
        Call any = new Call.Socket(family.number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP);
        for (int i = 0; helper.execute(0, any, UNNAMED, START_LIMIT_MILLIS) instanceof Outcome.TimedOut; i++) {
            if (i == START_TRIES || stopped.getAsBoolean()) {
                helper.close();
                throw new ReplayException("a helper process has not answered since it was started");
            }
        }
        helper.closeAll();
        return helper;
    }

    /**
     * How long a helper that is starting is waited for, in milliseconds. It is not given up: a request that has waited in
     * vain fails, and the next one waits again.
     *
     * @param firstMillis what the first request waits; a JVM takes half a minute on an emulated processor
     * @param laterMillis what each further one waits
     * @param restartMillis a start that has taken longer is ended, and the helper started again
     */
    record Patience(int firstMillis, int laterMillis, int restartMillis) {
        private static final Patience OF_A_CHECK = new Patience(120_000, 5_000, 300_000);
    }

    private record Connection(BufferedWriter requests, BufferedReader replies) {
        private Reply exchange(Request request) throws IOException, TranscriptException {
            requests.write(request.line());
            requests.write('\n');
            requests.flush();
            String line = replies.readLine();
            if (line == null) {
                throw new EOFException("it ended before it answered");
            }
            return Reply.parse(line);
        }
    }

    @Override
    public Outcome execute(int thread, Call call, int newName, int limitMillis) {
        try {
            Reply reply = ask(new Request.Make(thread, newName, limitMillis, call), limitMillis);
            if (reply instanceof Reply.Ended ended && ended.step().call().equals(call)) {
                return ended.step().outcome();
            }
            throw otherReply(reply);
        } catch (TimeoutException e) {
            return new Outcome.TimedOut(limitMillis);
        }
    }

    /**
     * Makes calls in the helper under a signal, see {@link SignalledCalls#count}.
     *
     * @throws ReplayException if the platform cannot send such signals, or the helper ends or does not answer
     */
    Interruptions signalled(Request.Signal request) {
        return reply(Reply.Counted.class, request, request.maxMillis() + SIGNALLED_GRACE_MILLIS,
                "a call under a signal did not return").interruptions();
    }

    /**
     * Races in the helper, see {@link ListenRace}.
     *
     * @throws ReplayException if a socket cannot be made or the other racer does not come, or the helper ends or does not answer
     */
    RaceCounts race(Request.Race request) {
        return reply(Reply.Raced.class, request, request.maxMillis() + 2 * MeetingPoint.GRACE_MILLIS,
                "a call of a race did not return").counts();
    }

    /**
     * Makes the calls of a racer in the helper, see {@link RaceRounds#run}.
     *
     * @throws ReplayException if another racer does not come, a call does not return, or the helper ends or does not answer
     */
    RaceRounds.RoundCounts race(Request.Rounds request) {
        return reply(Reply.Endings.class, request, request.maxMillis() + 2 * MeetingPoint.GRACE_MILLIS,
                "a call of a race did not return").counted();
    }

    /** The reply, of the one kind that answers this request; otherwise why there is none, which is {@code late} if it took too long. */
    private <R extends Reply> R reply(Class<R> kind, Request request, int limitMillis, String late) {
        try {
            Reply reply = ask(request, limitMillis);
            if (kind.isInstance(reply)) {
                return kind.cast(reply);
            }
            throw otherReply(reply);
        } catch (TimeoutException e) {
            throw new ReplayException(late, e);
        }
    }

    private static ReplayException otherReply(Reply reply) {
        return new ReplayException("helper process: "
                + (reply instanceof Reply.CouldNot failed ? failed.reason() : "it answered another request"));
    }

    /**
     * Makes the calls to come as another user, until {@link #closeAll}.
     *
     * @return the right, such as root has, without which the platform does not permit it; empty where it has
     * @throws ReplayException if the helper ends or does not answer
     */
    Optional<String> become(int user) {
        try {
            Reply reply = ask(new Request.Become(user), BECOME_MILLIS);
            if (reply instanceof Reply.CouldNot failed) {
                return Optional.of(failed.reason());
            }
            isOfAnotherUser = user != Request.Become.AS_STARTED;
            return Optional.empty();
        } catch (TimeoutException e) {
            throw new ReplayException("the helper process did not change its user in " + (BECOME_MILLIS + GRACE_MILLIS) + " ms", e);
        }
    }

    @Override
    public void closeAll() {
        if (connection == null) {
            return;
        }
        try {
            if (ask(new Request.CloseAll(), 0) instanceof Reply.CouldNot failed) {
                throw new ReplayException("helper process: " + failed.reason());
            }
        } catch (TimeoutException e) {
            throw new ReplayException("the helper process did not close its descriptors in " + GRACE_MILLIS + " ms", e);
        }
        if (isOfAnotherUser) {
            become(Request.Become.AS_STARTED).ifPresent(missing -> {
                throw new ReplayException("the helper process did not get back " + missing);
            });
        }
    }

    /**
     * The reply to a request.
     *
     * @param limitMillis how long the helper may take for it by its own account
     * @throws TimeoutException if it took longer, beyond the helper's own limit; the helper has been ended
     * @throws ReplayException if there is no helper to ask
     */
    private Reply ask(Request request, int limitMillis) throws TimeoutException {
        Connection open = connection();
        if (watch.isHere()) {
            return askHere(open, request, limitMillis);
        }
        try {
            return dialogue.submit(() -> open.exchange(request)).get(limitMillis + GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            kill();
            throw e;
        } catch (ExecutionException e) {
            kill();
            throw new ReplayException("the helper process ended: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private Reply askHere(Connection open, Request request, int limitMillis) {
        long until = watch.begins(limitMillis + GRACE_MILLIS);
        try {
            return open.exchange(request);
        } catch (IOException | TranscriptException e) {
            kill();
            throw new ReplayException("the helper process ended: " + e, e);
        } finally {
            watch.ends(until);
        }
    }

    private Connection connection() {
        if (connection != null) {
            return connection;
        }
        begin();
        try {
            connection = starting.get(late ? patience.laterMillis() : patience.firstMillis(), TimeUnit.MILLISECONDS);
            starting = null;
            late = false;
            return connection;
        } catch (TimeoutException e) {
            late = true;
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
            if (millis > patience.restartMillis()) {
                kill();
            }
            throw new ReplayException("the helper process has not started in " + millis + " ms", e);
        } catch (ExecutionException e) {
            kill();
            throw new ReplayException("the helper process ended: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Starts the process unless it has been started, and does not wait for it; the first request does. */
    void begin() {
        if (connection == null && starting == null) {
            startedNanos = System.nanoTime();
            int killsSoFar = kills.get();
            starting = dialogue.submit(() -> start(killsSoFar));
        }
    }

    /** Whether it has been begun and neither answers yet nor has ended. */
    boolean isStarting() {
        return starting != null && !starting.isDone();
    }

    private ReplayException interrupted(InterruptedException e) {
        kill();
        Thread.currentThread().interrupt();
        return new ReplayException("interrupted while the helper process worked", e);
    }

    private static List<String> command() {
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
        return command;
    }

    private Connection start(int killsBefore) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeAll(JVM_OPTION_VARIABLES);
        Process started = builder.start();
        process = started;
        if (kills.get() != killsBefore) {
            started.destroyForcibly();
        }
        InputStream output = new BufferedInputStream(started.getInputStream());
        awaitGreeting(output);
        return new Connection(new BufferedWriter(new OutputStreamWriter(started.getOutputStream(), StandardCharsets.UTF_8)),
                new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8)));
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
        isOfAnotherUser = false;
        starting = null;
        kills.incrementAndGet();
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
        }
    }

    @Override
    public void close() {
        // It has nothing to lose: its sockets are the kernel's to close.
        kill();
        dialogue.shutdown();
        try {
            // A process whose start is under way is ended as soon as it is there, and not left to whoever comes after this one.
            dialogue.awaitTermination(GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        dialogue.shutdownNow();
    }

    /** The helper's side: answers requests until its standard input ends. */
    public static void main(String[] arguments) {
        // SIGINT, SIGTERM and SIGHUP run this hook, which the JVM waits for: only the end of the input ends the process.
        Runtime.getRuntime().addShutdownHook(new Thread(HelperProcess::waitForTheEnd));
        int status = 1;
        try {
            serve();
            status = 0;
        } catch (IOException e) {
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

    private static void serve() throws IOException {
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        // What a library prints must not get between the replies.
        System.setOut(System.err);
        LocalProcess local = new LocalProcess();
        // The first call loads the native binding and half of the classes: that is part of the start, not of a call's limit.
        reply(local, new Request.Make(0, UNNAMED, FIRST_CALL_MILLIS, new Call.Close(0)).line());
        try {
            out.write(GREETING);
        } catch (IOException e) {
            // Who has started it did not wait for it, and is no more.
            return;
        }
        BufferedWriter replies = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        BufferedReader requests = new BufferedReader(
                new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            replies.write(reply(local, line).line());
            replies.write('\n');
            if (!requests.ready()) {
                replies.flush();
            }
        }
    }

    private static Reply reply(LocalProcess local, String line) {
        try {
            Request request = Request.parse(line);
            if (request instanceof Request.Signal signal) {
                return new Reply.Counted(makeSignalled(signal));
            }
            if (request instanceof Request.Race race) {
                return new Reply.Raced(race.racer() == Request.Race.THREADS
                        ? ListenRace.within(race.family(), race.ports(), race.maxMillis())
                        : ListenRace.between(race.family(), race.ports(), race.racer(), race.maxMillis(), Path.of(race.shared())));
            }
            if (request instanceof Request.Rounds rounds) {
                return new Reply.Endings(RaceRounds.run(rounds.race(), rounds.ports(), rounds.racer(), rounds.rounds(),
                        rounds.maxMillis(), Path.of(rounds.shared())), rounds.race().calls().stream().map(Made::call).toList());
            }
            if (request instanceof Request.Make make) {
                return new Reply.Ended(new Step(0, make.call(),
                        local.execute(make.thread(), make.call(), make.newName(), make.limitMillis())));
            }
            if (request instanceof Request.Become become) {
                return changeUser(become.user());
            }
            local.closeAll();
            return new Reply.Closed();
        } catch (ReplayException | TranscriptException | IllegalArgumentException e) {
            return new Reply.CouldNot(e.getMessage());
        }
    }

    private static Reply changeUser(int user) {
        try {
            SocketCalls calls = SocketCalls.open();
            int result = user == Request.Become.AS_STARTED ? calls.becomeRealUser() : calls.becomeUser(user);
            // fakeroot and proot let the call succeed and nothing change.
            Optional<String> other = user == Request.Become.AS_STARTED ? Optional.empty()
                    : ProcessUser.effective().filter(shown -> !shown.equals(Integer.toString(user)));
            return result == 0 && other.isEmpty() ? new Reply.Became()
                    : new Reply.CouldNot("the right, which root has, to make calls as user " + user + " (setresuid "
                            + (result != 0 ? "failed with " + Errno.of(-result).symbol()
                            : "returned 0, and /proc/self/status shows user " + other.orElseThrow()) + ")");
        } catch (LinkageError e) {
            return new Reply.CouldNot("a way to make calls as user " + user + ": " + e.getMessage());
        }
    }

    /** In a thread of its own, which ends before any other call is made: no late signal reaches anything else. */
    private static Interruptions makeSignalled(Request.Signal request) {
        FutureTask<Interruptions> task = new FutureTask<>(() -> SignalledCalls.count(request.family(), request.ports(),
                request.rounds(), request.micros(), request.maxMillis()));
        Thread thread = new Thread(task, "signalled-calls");
        thread.setDaemon(true);
        thread.start();
        try {
            Interruptions counted = task.get();
            thread.join();
            return counted;
        } catch (ExecutionException e) {
            throw ReplayException.of("calls under a signal", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplayException("interrupted among calls under a signal", e);
        }
    }
}
