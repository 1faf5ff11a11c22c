package org.reuseaddr.run;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.openjdk.jmh.profile.ProfilerException;
import org.openjdk.jmh.profile.ProfilerFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.ProfilerConfig;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * The part of the command line that is JMH's, as JMH reads it.
 *
 * @param options JMH's reading
 * @param parameterNames the names given with {@code -p}, which JMH accepts without a look at the benchmarks
 * @param arguments as they were given
 */
public record JmhOptions(CommandLineOptions options, List<String> parameterNames, List<String> arguments) {

    private static final Pattern PROFILER = Pattern.compile("^\\s+([a-z][\\w-]*): ");
    private static final String PARAMETER = "-p";
    private static final Set<String> RESULT_FILE = Set.of("-rf", "-rff");

    /**
     * Reads JMH's arguments.
     *
     * @throws UsageException with JMH's words if they are not right
     */
    public static JmhOptions parse(List<String> arguments) {
        try {
            CommandLineOptions options = new CommandLineOptions(arguments.toArray(String[]::new));
            options.getIncludes().forEach(Pattern::compile);
            options.getExcludes().forEach(Pattern::compile);
            if (options.getOutput().hasValue()) {
                throw new UsageException("-o: JMH's own text goes to jmh.log in the run directory; redirect standard output "
                        + "to keep what the suite prints");
            }
            return new JmhOptions(options, parameterNames(arguments), List.copyOf(arguments));
        } catch (PatternSyntaxException e) {
            throw new UsageException("benchmark regex " + e.getPattern() + ": " + e.getDescription());
        } catch (CommandLineOptionException | IllegalStateException | IllegalArgumentException e) {
            // JMH throws the latter two for words that are none of its modes, units or formats.
            throw new UsageException("JMH option: " + e.getMessage());
        }
    }

    /**
     * Makes sure that every profiler asked for can be had here; JMH itself would say so only after the semantic check.
     *
     * @throws UsageException if not, with those that there are
     */
    void requireProfilers() {
        for (ProfilerConfig profiler : options.getProfilers()) {
            try {
                ProfilerFactory.getProfilerOrException(profiler);
            } catch (ProfilerException e) {
                throw new UsageException("-prof " + profiler.getKlass() + ": " + String.valueOf(e.getMessage()).lines()
                        .map(String::strip).filter(line -> !line.isEmpty()).findFirst().orElse("it cannot be used here")
                        + "; JMH has " + profilerNames());
            }
        }
    }

    /** The profilers that the user asked for, by the names that they were given. */
    List<String> profilers() {
        return options.getProfilers().stream().map(ProfilerConfig::getKlass).toList();
    }

    /** The names from JMH's own list for people, each before a colon. */
    private static String profilerNames() {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        ProfilerFactory.listProfilers(new PrintStream(list, true, StandardCharsets.UTF_8));
        return list.toString(StandardCharsets.UTF_8).lines().map(PROFILER::matcher).filter(Matcher::find)
                .map(found -> found.group(1)).distinct().sorted().collect(Collectors.joining(", "));
    }

    private static List<String> parameterNames(List<String> arguments) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            String assignment = argument.equals(PARAMETER) && i + 1 < arguments.size() ? arguments.get(i + 1)
                    : argument.startsWith(PARAMETER) && argument.contains("=") ? argument.substring(PARAMETER.length())
                    : "";
            if (assignment.contains("=")) {
                names.add(assignment.substring(0, assignment.indexOf('=')));
            }
        }
        return names;
    }

    /** The arguments with this effort, spelled out. */
    List<String> with(Effort effort) {
        Map<String, String> settled = Map.of("-f", Integer.toString(effort.passes()),
                "-wi", Integer.toString(effort.warmupIterations()), "-w", milliseconds(effort.warmupTime()),
                "-i", Integer.toString(effort.iterations()), "-r", milliseconds(effort.iterationTime()));
        List<String> spelled = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            if (settled.containsKey(arguments.get(i))) {
                i++;
            } else {
                spelled.add(arguments.get(i));
            }
        }
        new TreeMap<>(settled).forEach((option, value) -> spelled.addAll(List.of(option, value)));
        return spelled;
    }

    private static String milliseconds(TimeValue time) {
        return time.convertTo(TimeUnit.MILLISECONDS) + "ms";
    }

    /**
     * JMH's options for a single fork: without result files, which each fork would overwrite, and without the
     * regexes, to which JMH would add the one benchmark that the fork is for. Every other option of JMH takes a value.
     */
    CommandLineOptions forOneFork() {
        List<String> kept = new ArrayList<>();
        for (int i = 0; i + 1 < arguments.size(); i++) {
            if (arguments.get(i).startsWith("-")) {
                if (!RESULT_FILE.contains(arguments.get(i))) {
                    kept.addAll(arguments.subList(i, i + 2));
                }
                i++;
            }
        }
        return parse(kept).options();
    }

    /** The file that {@code -rf} or {@code -rff} asks for, under JMH's own name where only the format is given. */
    Optional<Path> resultFile() {
        if (options.getResult().hasValue()) {
            return Optional.of(Path.of(options.getResult().get()).toAbsolutePath());
        }
        return options.getResultFormat().hasValue()
                ? Optional.of(Path.of("jmh-result." + resultFormat().name().toLowerCase(Locale.ROOT)).toAbsolutePath())
                : Optional.empty();
    }

    /** The format of that file, JMH's default where only the file is given. */
    ResultFormatType resultFormat() {
        return options.getResultFormat().orElse(ResultFormatType.CSV);
    }

    /** The values given for a parameter, or those otherwise. */
    Collection<String> valuesOf(String parameter, Collection<String> otherwise) {
        return options.getParameter(parameter).hasValue() ? options.getParameter(parameter).get() : otherwise;
    }
}
