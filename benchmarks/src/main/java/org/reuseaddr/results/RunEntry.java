package org.reuseaddr.results;

/**
 * The entries of {@code environment.csv} that a session writes beside the platform record, and the number of the file
 * formats. The entries of the record itself have their names in {@code platform}, which finds them out.
 */
public final class RunEntry {

    /** The version of the file formats: a whole number, see {@link #KNOWN_SCHEMA}. */
    public static final String SCHEMA = "suite.schema";
    /** The version of the file formats that this version of the suite writes, and the newest that it knows. */
    public static final int KNOWN_SCHEMA = 1;

    /** {@link RunId#id}. */
    public static final String ID = "run.id";
    /** {@link RunId#label}. */
    public static final String LABEL = "run.label";
    /** The name of the run's profile. */
    public static final String PROFILE = "run.profile";
    /** The seed of the order of forks: a whole number. */
    public static final String SEED = "run.seed";
    /** The identity of the driver that made this run and another one by turns: a random UUID; absent in other runs. */
    public static final String SESSION = "session.id";
    /** A hash of the kernel's boot identity and the session's: equal within a session until the machine starts again. */
    public static final String BOOT = "session.boot";
    /** The model of the CPU, as the driver of a session sees it. */
    public static final String SESSION_CPU = "session.cpu";
    /** When the first session began: an ISO 8601 instant. */
    public static final String STARTED = "run.started";
    /** When a further session began: an ISO 8601 instant. */
    public static final String RESUMED = "run.resumed";
    /** When the latest session ended: an ISO 8601 instant. */
    public static final String FINISHED = "run.finished";
    /** Into how many blocks of forks the run is divided: a whole number; absent where it is not. */
    public static final String BLOCKS = "run.blocks";
    /** From the beginning of a block to that of the next, in seconds: a whole number. */
    public static final String EVERY_SECONDS = "run.block_every_s";
    /** How the names of the entries begin that hold when a block began, an ISO 8601 instant; its number from 1 follows. */
    public static final String BLOCK_BEGAN = "run.block_began.";
    /** How the names of the entries begin that hold JMH's arguments, one each; the argument's number from 1 follows. */
    public static final String JMH_ARGUMENT = "run.jmh_argument.";
    /** What the command {@code check} was asked to replay. */
    public static final String CHECK_ARGUMENTS = "run.check_arguments";
    /** What reaches the C library: {@code java.lang.foreign} or {@code jna}. */
    public static final String NATIVE_BINDING = "native.binding";

    /** What a bind took at the start of the session, in microseconds: a decimal number. */
    public static final String BIND_MICROS = "run.bind_us";
    /** How many sockets a batch of {@code SyscallCost} had: fewer where a bind is slow. */
    public static final String BATCH = "run.batch";
    /** How many scenarios of the catalogue were checked, such as {@code 3414 of 3414}: fewer where a bind is slow. */
    public static final String SCENARIOS = "run.scenarios";
    /** How many different ports the check named in bind calls: a whole number. */
    public static final String CHECK_PORTS = "ports.check";
    /** How many different ports the benchmarks named at most, those of CrowdedBind with where=outside aside: a whole number. */
    public static final String BENCHMARK_PORTS = "ports.benchmarks_at_most";
    /** How long the forks of the latest session took, in seconds: a decimal number. */
    public static final String TIME_FORKS = "time.forks_s";
    /** How much of that the measured calls took, in seconds: a decimal number. */
    public static final String TIME_CALLS = "time.measured_calls_s";
    /** How much of it the gate of each fork, fixtures and controls took, in seconds: a decimal number. */
    public static final String TIME_FIXTURES = "time.fixtures_s";
    /** How much of it warm-up iterations took, in seconds: a decimal number. */
    public static final String TIME_WARM_UP = "time.warm_up_s";

    private RunEntry() {
    }
}
