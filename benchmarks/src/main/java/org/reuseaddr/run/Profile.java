package org.reuseaddr.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How much effort a run makes: which benchmarks with which parameters, how many passes, how long. What is chosen stands
 * in a resource of the profile's name; all times are of one fork.
 */
public enum Profile {
    /** Under three minutes: the main questions with their default parameters. */
    QUICK(3, 2, TimeValue.milliseconds(150), 3, TimeValue.milliseconds(150), 40),
    /** About a quarter of an hour: every question, the parameters that tell platforms apart. */
    STANDARD(5, 3, TimeValue.milliseconds(200), 5, TimeValue.milliseconds(200), 120),
    /** As long as it takes: every question with every parameter. */
    THOROUGH(10, 5, TimeValue.milliseconds(200), 5, TimeValue.milliseconds(400), Double.POSITIVE_INFINITY);

    private final Effort effort;
    private final double checkSeconds;

    Profile(int passes, int warmupIterations, TimeValue warmupTime, int iterations, TimeValue iterationTime, double checkSeconds) {
        this.checkSeconds = checkSeconds;
        effort = new Effort(passes, warmupIterations, warmupTime, iterations, iterationTime);
    }

    /** What the check of scenarios before the benchmarks may take on a slow platform, in seconds; elsewhere it takes ten. */
    double checkSeconds() {
        return checkSeconds;
    }

    /** What the effort is where a bind costs so much. */
    Effort effort(BindCost bind) {
        return this == THOROUGH ? effort : bind.adapted(effort);
    }

    /** The profile's name on the command line. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * One line of a profile: a benchmark and the values of those of its parameters that do not stay at their default.
     *
     * @param benchmark class and method, {@code ListenerLifecycle.cycle}
     */
    record Selection(String benchmark, Map<String, List<String>> params) {
    }

    /** What the profile runs; empty for {@link #THOROUGH}, which runs everything. */
    List<Selection> selections() {
        if (this == THOROUGH) {
            return List.of();
        }
        String resource = optionName() + ".profile";
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Profile.class.getResourceAsStream(resource), StandardCharsets.UTF_8))) {
            return lines.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(Profile::selection).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the jar's own " + resource + " cannot be read", e);
        }
    }

    private static Selection selection(String line) {
        List<String> words = new ArrayList<>(List.of(line.split("\\s+")));
        Map<String, List<String>> params = new LinkedHashMap<>();
        for (String word : words.subList(1, words.size())) {
            String[] parts = word.split("=", 2);
            params.put(parts[0], List.of(parts[1].split(",")));
        }
        return new Selection(words.get(0), params);
    }
}
