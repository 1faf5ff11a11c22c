package org.reuseaddr.results;

/**
 * The names of the columns of a run's tables. The columns of {@code samples.csv} that hold parameters begin with
 * {@link #PARAM}.
 */
public final class Column {

    /** {@link RunId#id}. */
    public static final String RUN_ID = "run_id";
    /** {@link RunId#label}. */
    public static final String LABEL = "label";
    /** {@link RunId#platform}. */
    public static final String PLATFORM = "platform";

    /** {@link Cell#benchmark}. */
    public static final String BENCHMARK = "benchmark";
    /** {@link Cell#mode}. */
    public static final String MODE = "mode";
    /** {@link Cell#threads}. */
    public static final String THREADS = "threads";
    /** How the name of a column begins that holds a parameter of benchmarks; the parameter's name follows. */
    public static final String PARAM = "param_";
    /** {@link Sample#fork}. */
    public static final String FORK = "fork";
    /** {@link Sample#iteration}. */
    public static final String ITERATION = "iteration";
    /** {@link Sample#metric}. */
    public static final String METRIC = "metric";
    /** {@link Sample#value}, and an entry's value in {@code environment.csv}. */
    public static final String VALUE = "value";
    /** {@link Sample#unit}. */
    public static final String UNIT = "unit";

    /** {@link SemanticsRow#scenario}. */
    public static final String SCENARIO = "scenario";
    /** {@link SemanticsRow#group}. */
    public static final String GROUP = "group";
    /** {@link SemanticsRow#family}. */
    public static final String FAMILY = "family";
    /** {@link SemanticsRow#grade}. */
    public static final String GRADE = "grade";
    /** {@link SemanticsRow#expected}. */
    public static final String EXPECTED = "expected";
    /** {@link SemanticsRow#observed}. */
    public static final String OBSERVED = "observed";
    /** {@link SemanticsRow#divergentCall}. */
    public static final String DIVERGENT_CALL = "divergent_call";
    /** {@link SemanticsRow#rule}. */
    public static final String RULE = "rule";
    /** {@link SemanticsRow#references}. */
    public static final String REFERENCES = "references";
    /** {@link SemanticsRow#durationMicros}. */
    public static final String DURATION = "duration_us";
    /** {@link SemanticsRow#evidence}. */
    public static final String EVIDENCE = "evidence";
    /** {@link SemanticsRow#attempts}. */
    public static final String ATTEMPTS = "attempts";
    /** {@link SemanticsRow#unexplained}. */
    public static final String UNEXPLAINED = "unexplained";
    /** The quirk of released kernels that explains a difference, {@code Q1}; empty for none. */
    public static final String QUIRK = "quirk";

    /** {@link KnownDifference#reference}. */
    public static final String REFERENCE = "reference";
    /** {@link KnownDifference#comment}. */
    public static final String COMMENT = "comment";
    /** {@link KnownDifference#flaky}. */
    public static final String FLAKY = "flaky";

    /** An entry's name in {@code environment.csv}. */
    public static final String NAME = "name";

    private Column() {
    }
}
