package org.reuseaddr.replay;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reuseaddr.scenario.CallRace;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.Family;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;
import org.reuseaddr.transcript.TranscriptPrinter;

/**
 * What this process and a helper process say to each other: one line per request, one line per reply, in the order of
 * the requests, so that several requests may be written before their replies are read. Calls stand in strace's notation.
 */
final class HelperProtocol {

    private static final String TEXT = "helper process";
    private static final String MAKE = "make";
    private static final String CLOSE_ALL = "close-all";
    private static final String CLOSED = "closed";
    private static final String FAILED = "failed: ";
    private static final String SIGNAL = "signal";
    private static final String INTERRUPTED = "interrupted: ";
    private static final String RACE = "race";
    private static final String BECOME = "become ";
    private static final String BECAME = "became";
    private static final String RACED = "raced: ";
    private static final int MAKE_FIELDS = 5;
    private static final int SIGNAL_FIELDS = 6;
    private static final int RACE_FIELDS = 6;
    private static final String ROUNDS = "rounds ";
    private static final String ENDINGS = "endings: ";
    /** Neither calls nor paths that the JDK makes have one in them. */
    private static final String TAB = "\t";
    private static final int ROUNDS_NUMBERS = 4;
    private static final int CALL_FIELDS = 4;
    /** What a call's part of a race is called on the line: before, after, or the racer's number. */
    private static final String BEFORE = "before";
    private static final String AFTER = "after";

    private HelperProtocol() {
    }

    private static String joined(List<Integer> ports) {
        return ports.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static List<Integer> split(String ports) {
        return Stream.of(ports.split(",")).map(Integer::valueOf).toList();
    }

    /** What a helper is asked to do. */
    sealed interface Request {

        /** Make a call, see {@link SocketProcess#execute}; on the line {@code make THREAD NAME LIMIT CALL}. */
        record Make(int thread, int newName, int limitMillis, Call call) implements Request {
            @Override
            public String line() {
                return String.join(" ", MAKE, Integer.toString(thread), Integer.toString(newName),
                        Integer.toString(limitMillis), TranscriptPrinter.call(call));
            }
        }

        /** Close every descriptor, see {@link SocketProcess#closeAll}. */
        record CloseAll() implements Request {
            @Override
            public String line() {
                return CLOSE_ALL;
            }
        }

        /** Make calls under a signal, see {@link SignalledCalls#count}; on the line {@code signal FAMILY PORT,… ROUNDS MICROS MILLIS}. */
        record Signal(Family family, List<Integer> ports, int rounds, int micros, int maxMillis) implements Request {

            public Signal {
                ports = List.copyOf(ports);
            }

            @Override
            public String line() {
                return String.join(" ", SIGNAL, family.name(),
                        joined(ports), Integer.toString(rounds),
                        Integer.toString(micros), Integer.toString(maxMillis));
            }

            private static Signal parse(String[] fields) {
                if (fields.length != SIGNAL_FIELDS) {
                    throw new IllegalArgumentException("no request: " + String.join(" ", fields));
                }
                return new Signal(Family.valueOf(fields[1]), split(fields[2]),
                        Integer.parseInt(fields[3]), Integer.parseInt(fields[4]), Integer.parseInt(fields[5]));
            }
        }

        /**
         * Race, see {@link ListenRace}; on the line {@code race FAMILY PORT,… MILLIS RACER PATH}.
         *
         * @param racer 0 or 1 against another process, or {@link #THREADS}
         * @param shared the memory that the two processes share; empty for threads
         */
        record Race(Family family, List<Integer> ports, int maxMillis, int racer, String shared) implements Request {

            /** Both racers are threads of the helper. */
            static final int THREADS = -1;

            public Race {
                ports = List.copyOf(ports);
            }

            static Race ofThreads(Family family, List<Integer> ports, int maxMillis) {
                return new Race(family, ports, maxMillis, THREADS, "");
            }

            static Race ofProcesses(Family family, List<Integer> ports, int maxMillis, int racer, Path shared) {
                return new Race(family, ports, maxMillis, racer, shared.toString());
            }

            @Override
            public String line() {
                return String.join(" ", RACE, family.name(), joined(ports), Integer.toString(maxMillis), Integer.toString(racer),
                        shared);
            }

            private static Race parse(String line) {
                String[] fields = line.split(" ", RACE_FIELDS);
                if (fields.length != RACE_FIELDS) {
                    throw new IllegalArgumentException("no request: " + line);
                }
                return new Race(Family.valueOf(fields[1]), split(fields[2]), Integer.parseInt(fields[3]),
                        Integer.parseInt(fields[4]), fields[5]);
            }
        }

        /**
         * Make the calls of a racer round after round, see {@link RaceRounds#run}; on the line
         * {@code rounds RACER RACERS ROUNDS MILLIS LITERAL=REAL,…}, the path, and each call as {@code PART PROCESS NAME CALL}, with
         * tabs between them.
         *
         * @param ports the real port for each literal one
         * @param shared the memory that the racers share
         */
        record Rounds(CallRace race, Map<Integer, Integer> ports, int racer, int rounds, int maxMillis, String shared)
                implements Request {

            public Rounds {
                ports = Map.copyOf(ports);
            }

            @Override
            public String line() {
                List<String> fields = new ArrayList<>();
                fields.add(ROUNDS + racer + " " + race.racing().size() + " " + rounds + " " + maxMillis + " "
                        + new TreeMap<>(ports).entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                                .collect(Collectors.joining(",")));
                fields.add(shared);
                race.before().forEach(made -> fields.add(field(BEFORE, made)));
                race.racing().forEach(own -> own.forEach(made -> fields.add(field(Integer.toString(made.process() - 1), made))));
                race.after().forEach(made -> fields.add(field(AFTER, made)));
                return String.join(TAB, fields);
            }

            private static String field(String part, Made made) {
                return String.join(" ", part, Integer.toString(made.process()),
                        Integer.toString(made.name().orElse(SocketProcess.UNNAMED)), TranscriptPrinter.call(made.call()));
            }

            private static Rounds parse(String line) throws TranscriptException {
                String[] fields = line.split(TAB);
                String[] numbers = fields[0].substring(ROUNDS.length()).split(" ", -1);
                if (fields.length < 2 || numbers.length != ROUNDS_NUMBERS + 1) {
                    throw new IllegalArgumentException("no request: " + line);
                }
                Map<Integer, Integer> ports = Stream.of(numbers[ROUNDS_NUMBERS].split(",")).filter(pair -> !pair.isEmpty())
                        .map(pair -> pair.split("=")).collect(Collectors.toMap(pair -> Integer.valueOf(pair[0]),
                                pair -> Integer.valueOf(pair[1])));
                return new Rounds(race(Stream.of(fields).skip(2).toList(), Integer.parseInt(numbers[1])), ports,
                        Integer.parseInt(numbers[0]), Integer.parseInt(numbers[2]), Integer.parseInt(numbers[3]), fields[1]);
            }

            private static CallRace race(List<String> calls, int racers) throws TranscriptException {
                List<Made> before = new ArrayList<>();
                List<List<Made>> racing = IntStream.range(0, racers).<List<Made>>mapToObj(racer -> new ArrayList<>()).toList();
                List<Made> after = new ArrayList<>();
                for (String call : calls) {
                    String[] fields = call.split(" ", CALL_FIELDS);
                    int name = Integer.parseInt(fields[2]);
                    Made made = new Made(Integer.parseInt(fields[1]), TranscriptParser.parseCall(TEXT, fields[3]),
                            name == SocketProcess.UNNAMED ? OptionalInt.empty() : OptionalInt.of(name));
                    List<Made> part = fields[0].equals(BEFORE) ? before : fields[0].equals(AFTER) ? after
                            : racing.get(Integer.parseInt(fields[0]));
                    part.add(made);
                }
                return new CallRace(before, racing, after);
            }
        }

        /** Make calls as this user from then on, see {@link HelperProcess#become}; on the line {@code become USER}. */
        record Become(int user) implements Request {

            /** The user that has started the helper. */
            static final int AS_STARTED = -1;

            @Override
            public String line() {
                return BECOME + user;
            }
        }

        /** The request without a line feed. */
        String line();

        /**
         * Reads a request.
         *
         * @throws TranscriptException if the line's call cannot be read
         * @throws IllegalArgumentException if the line is no request
         */
        static Request parse(String line) throws TranscriptException {
            if (line.equals(CLOSE_ALL)) {
                return new CloseAll();
            }
            if (line.startsWith(SIGNAL + " ")) {
                return Signal.parse(line.split(" "));
            }
            if (line.startsWith(RACE + " ")) {
                return Race.parse(line);
            }
            if (line.startsWith(ROUNDS)) {
                return Rounds.parse(line);
            }
            if (line.startsWith(BECOME)) {
                return new Become(Integer.parseInt(line.substring(BECOME.length())));
            }
            String[] fields = line.split(" ", MAKE_FIELDS);
            if (fields.length < MAKE_FIELDS || !fields[0].equals(MAKE)) {
                throw new IllegalArgumentException("no request: " + line);
            }
            return new Make(Integer.parseInt(fields[1]), Integer.parseInt(fields[2]), Integer.parseInt(fields[3]),
                    TranscriptParser.parseCall(TEXT, fields[4]));
        }
    }

    /** What a helper replies. */
    sealed interface Reply {

        /** A call came back, or did not within its limit. */
        record Ended(Step step) implements Reply {
            @Override
            public String line() {
                return TranscriptPrinter.line(step);
            }
        }

        /** Every descriptor is closed. */
        record Closed() implements Reply {
            @Override
            public String line() {
                return CLOSED;
            }
        }

        /** The calls under a signal were made. */
        record Counted(Interruptions interruptions) implements Reply {
            @Override
            public String line() {
                return INTERRUPTED + interruptions.line();
            }
        }

        /** The race is over. */
        record Raced(RaceCounts counts) implements Reply {
            @Override
            public String line() {
                return RACED + counts.line();
            }
        }

        /**
         * The rounds are over; on the line the number of rounds, and for each ending how often it came and the calls with their
         * outcomes, with tabs between them and two tabs before an ending.
         */
        record Endings(RaceRounds.RoundCounts counted, List<Call> calls) implements Reply {

            public Endings {
                calls = List.copyOf(calls);
            }

            @Override
            public String line() {
                StringBuilder line = new StringBuilder(ENDINGS).append(counted.rounds());
                for (RaceRounds.RoundEnding ending : counted.endings()) {
                    line.append(TAB).append(TAB).append(ending.times());
                    for (int call = 0; call < calls.size(); call++) {
                        line.append(TAB).append(TranscriptPrinter.line(new Step(0, calls.get(call), ending.outcomes().get(call))));
                    }
                }
                return line.toString();
            }

            private static Endings parse(String line) throws TranscriptException {
                String[] parts = line.substring(ENDINGS.length()).split(TAB + TAB);
                List<Call> calls = List.of();
                List<RaceRounds.RoundEnding> endings = new ArrayList<>();
                for (String part : List.of(parts).subList(1, parts.length)) {
                    String[] fields = part.split(TAB);
                    List<Step> steps = new ArrayList<>();
                    for (String field : List.of(fields).subList(1, fields.length)) {
                        steps.add(TranscriptParser.parseStep(TEXT, field));
                    }
                    calls = steps.stream().map(Step::call).toList();
                    endings.add(new RaceRounds.RoundEnding(Integer.parseInt(fields[0]), steps.stream().map(Step::outcome).toList()));
                }
                return new Endings(new RaceRounds.RoundCounts(Integer.parseInt(parts[0]), endings), calls);
            }
        }

        /** The calls to come are made as the user who was asked for. */
        record Became() implements Reply {
            @Override
            public String line() {
                return BECAME;
            }
        }

        /** The helper could not do as it was asked. */
        record CouldNot(String reason) implements Reply {
            @Override
            public String line() {
                return FAILED + reason.replaceAll("\\s+", " ");
            }
        }

        /** The reply without a line feed. */
        String line();

        /**
         * Reads a reply.
         *
         * @throws TranscriptException if the line is none
         */
        static Reply parse(String line) throws TranscriptException {
            if (line.equals(CLOSED)) {
                return new Closed();
            }
            if (line.equals(BECAME)) {
                return new Became();
            }
            if (line.startsWith(INTERRUPTED)) {
                return new Counted(Interruptions.parse(line.substring(INTERRUPTED.length())));
            }
            if (line.startsWith(RACED)) {
                return new Raced(RaceCounts.parse(line.substring(RACED.length())));
            }
            if (line.startsWith(ENDINGS)) {
                return Endings.parse(line);
            }
            return line.startsWith(FAILED) ? new CouldNot(line.substring(FAILED.length()))
                    : new Ended(TranscriptParser.parseStep(TEXT, line));
        }
    }
}
