package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;

/** The one jar on every Java from 17 on that this machine has, the tests' own included: no warning, no difference. */
@Measures
class OtherJavaIT {

    private static final Path JAVAS = Path.of("/usr/lib/jvm");
    private static final int FLOOR = 17;
    /** java.lang.foreign is final since. */
    private static final int FOREIGN = 22;
    private static final int VIRTUAL_THREADS = 21;

    @TempDir
    private Path temporary;

    /** Releases by home, each home once. */
    private static Map<Path, Integer> javas() throws IOException {
        Map<Path, Integer> javas = new HashMap<>();
        javas.put(Path.of(System.getProperty("java.home")).toRealPath(), Runtime.version().feature());
        if (Files.isDirectory(JAVAS)) {
            try (Stream<Path> homes = Files.list(JAVAS)) {
                for (Path home : homes.toList()) {
                    Path release = home.resolve("release");
                    if (Files.exists(release) && Files.isExecutable(home.resolve("bin/java"))) {
                        Files.readAllLines(release).stream().filter(line -> line.startsWith("JAVA_VERSION=\""))
                                .map(line -> line.split("\"")[1]).map(Runtime.Version::parse).map(Runtime.Version::feature)
                                .filter(feature -> feature >= FLOOR).findFirst()
                                .ifPresent(feature -> javas.put(real(home), feature));
                    }
                }
            }
        }
        return javas;
    }

    private static Path real(Path home) {
        try {
            return home.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @TestFactory
    Stream<DynamicTest> checkPassesWithoutAWarning() throws IOException {
        return javas().keySet().stream().map(home -> DynamicTest.dynamicTest(home.toString(), () -> {
            JarRun.Ended ended = JarRun.of("check").java(home).run();
            assertThat(ended.exitCode()).as(ended.everything()).isZero();
            assertThat(ended.err().lines().filter(line -> !line.matches("\\d+ of \\d+ scenarios, .*"))).isEmpty();
        }));
    }

    @TestFactory
    Stream<DynamicTest> everyApiIsMeasuredWithoutAWarning() throws IOException {
        return javas().entrySet().stream().map(java -> DynamicTest.dynamicTest(java.getKey().toString(), () -> {
            RunDirectory directory = new RunDirectory(temporary.resolve("on-" + java.getValue()));
            JarRun.Ended ended = JarRun.of("--out", directory.path().toString(), "ListenerLifecycle", "-p", "port=fixed", "-p",
                    "reuseAddress=true", "-f", "1", "-wi", "1", "-w", "50ms", "-i", "1", "-r", "50ms").java(java.getKey()).run();
            assertThat(ended.exitCode()).as(ended.everything()).isZero();
            assertThat(ended.everything()).doesNotContain("WARNING", "Unsafe", "restricted");
            assertThat(Files.readAllLines(directory.path().resolve("jmh.log"))).noneMatch(line -> line.startsWith("WARNING"));
            assertThat(SamplesFile.readAll(directory.samples()).stream()
                    .filter(sample -> sample.metric().equals(Sample.SCORE))).hasSize(6);
            assertThat(EnvironmentFile.read(directory.environment()).get("native.binding"))
                    .startsWith(java.getValue() >= FOREIGN ? "java.lang.foreign" : "JNA");
        }));
    }

    /** On Java 21 and later; before, the value is refused and nothing is started. */
    @TestFactory
    Stream<DynamicTest> virtualThreadsAreMeasuredWhereThereAreSome() throws IOException {
        return javas().entrySet().stream().map(java -> DynamicTest.dynamicTest(java.getKey().toString(), () -> {
            RunDirectory directory = new RunDirectory(temporary.resolve("virtual-on-" + java.getValue()));
            JarRun.Ended ended = JarRun.of("--out", directory.path().toString(), "AcceptThroughput", "-p", "api=virtual", "-p",
                    "close=clientReset,serverFin", "-p", "family=INET", "-f", "1", "-wi", "1", "-w", "50ms", "-i", "1", "-r", "100ms")
                    .java(java.getKey()).run();
            if (java.getValue() < VIRTUAL_THREADS) {
                assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(2);
                assertThat(ended.err()).contains("-p api=virtual: needs Java 21 or later, this is Java " + java.getValue());
                assertThat(directory.samples()).doesNotExist();
                return;
            }
            assertThat(ended.exitCode()).as(ended.everything()).isZero();
            assertThat(SamplesFile.readAll(directory.samples())).filteredOn(sample -> sample.metric().equals(Metric.ACCEPT_RATE))
                    .hasSize(2).allMatch(sample -> sample.value() > 0);
        }));
    }
}
