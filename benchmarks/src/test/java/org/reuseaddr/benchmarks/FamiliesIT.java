package org.reuseaddr.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reuseaddr.benchmarks.fixture.ForkArguments;

/** INET is AF_INET and INET6 is AF_INET6, as the kernel was asked for it: strace is the witness. */
class FamiliesIT {

    private static final Path JAR = Path.of(System.getProperty("benchmarks.jar", "target/benchmarks.jar"));
    private static final Pattern BIND = Pattern.compile("bind\\(\\d+, \\{sa_family=(\\w+), sin6?_port=htons\\((\\d+)\\).*");
    private static final Map<String, String> ADDRESS = Map.of("INET", "inet_addr(\"127.0.0.1\")", "INET6", "\"::1\"");

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @CsvSource({"channel,INET", "channel,INET6", "socket,INET", "socket,INET6", "native,INET", "native,INET6"})
    void measuredListenersAreOfTheFamilyThatTheirRowNames(String api, String family) throws Exception {
        Path trace = temporary.resolve("trace");
        List<String> command = new ArrayList<>(List.of("strace", "-f", "--seccomp-bpf", "-e", "trace=bind", "-o",
                trace.toString(), Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djmh.ignoreLock=true", "-cp", JAR.toString(), "org.openjdk.jmh.Main",
                ListenerLifecycle.class.getName() + ".cycle", "-foe", "true", "-wi", "0", "-i", "1", "-r", "300ms",
                "-p", "family=" + family, "-p", "port=fixed", "-p", "api=" + api, "-p", "reuseAddress=true"));
        List<String> needed = ForkArguments.of(Map.of("api", api, "family", family), 1);
        if (!needed.isEmpty()) {
            command.addAll(List.of("-jvmArgsAppend", String.join(" ", needed)));
        }
        Path log = temporary.resolve("log");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();

        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        List<String> measured = bindsOfTheBusiestPort(trace);
        assertThat(measured).hasSizeGreaterThan(100)
                .allSatisfy(bind -> assertThat(bind).contains("sa_family=AF_" + family + ",", ADDRESS.get(family)));
    }

    /** Nobody else binds one port so often as a benchmark with {@code port=fixed}. */
    private static List<String> bindsOfTheBusiestPort(Path trace) throws IOException {
        try (Stream<String> lines = Files.lines(trace)) {
            Map<String, List<String>> byPort = lines.map(BIND::matcher).filter(Matcher::find)
                    .collect(Collectors.groupingBy(bind -> bind.group(2), Collectors.mapping(Matcher::group,
                            Collectors.toList())));
            return Collections.max(byPort.values(), (a, b) -> Integer.compare(a.size(), b.size()));
        }
    }
}
