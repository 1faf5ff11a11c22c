package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reuseaddr.faults.FaultLibrary;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Catalogue;

/** The catalogue as one C program says of each scenario what the suite says. */
class CatalogueProgramIT {

    private static final int LIMIT_SECONDS = 1_200;
    private static final Pattern RESULT = Pattern.compile("(not ok|ok) [0-9]+ (\\S+)(?: # (\\S+).*)?");

    @TempDir
    private Path temporary;

    private record Ended(int status, List<String> output) {
    }

    private Ended run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(temporary, "program", ".out");
        ProcessBuilder builder = new ProcessBuilder(command).directory(temporary.toFile()).redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command) + " still ran after " + LIMIT_SECONDS + " s");
        }
        return new Ended(process.exitValue(), Files.readAllLines(output));
    }

    /** Compiled as whoever gets the file compiles it: without a word of the compiler. */
    private void compile(String name, String... command) throws IOException, InterruptedException {
        Path source = temporary.resolve("catalogue.c");
        if (Files.notExists(source)) {
            JarRun.Ended written = JarRun.of("repro", "--all", "--lang", "c", "--out", source.toString()).run();
            assertThat(written.exitCode()).as(written.everything()).isZero();
        }
        List<String> whole = new ArrayList<>(List.of(command));
        whole.addAll(List.of("-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", name, source.toString()));
        assertThat(run(Map.of(), whole.toArray(String[]::new))).isEqualTo(new Ended(0, List.of()));
    }

    private static Map<String, String> verdicts(List<String> lines) {
        Map<String, String> verdicts = new TreeMap<>();
        lines.stream().map(RESULT::matcher).filter(java.util.regex.Matcher::matches).forEach(result -> verdicts.put(result.group(2),
                "SKIP".equals(result.group(3)) ? "skipped" : result.group(1).equals("ok") ? "passed" : "differs"));
        return verdicts;
    }

    private Map<String, String> suite(Map<String, String> environment, String name, String... ids) {
        RunDirectory directory = new RunDirectory(temporary.resolve(name));
        List<String> words = new ArrayList<>(List.of("check", "--out", directory.path().toString()));
        words.addAll(List.of(ids));
        JarRun.of(words.toArray(String[]::new)).with(environment).within(LIMIT_SECONDS).run();
        return SemanticsFile.readAll(directory.semantics()).stream()
                .collect(Collectors.toMap(SemanticsRow::scenario, CatalogueProgramIT::verdict, (one, same) -> same, TreeMap::new));
    }

    private static String verdict(SemanticsRow row) {
        return switch (row.grade()) {
            case "PASS" -> "passed";
            case "UNSUPPORTED" -> "skipped";
            case "ERROR" -> "error";
            default -> "differs";
        };
    }

    /** Into a program that musl links statically nothing can be preloaded: under a fault it is linked dynamically. */
    private void compileWith(String compiler, String fault) throws IOException, InterruptedException {
        if (compiler.equals("musl-gcc") && fault.isEmpty()) {
            compile(compiler, compiler, "-static");
        } else {
            compile(compiler, compiler);
        }
    }

    private static Map<String, String> environment(String compiler, String fault) {
        return fault.isEmpty() ? Map.of() : FaultLibrary.compiledBy(compiler).environment(fault);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "duplicate-listener", "time-wait-ignored", "freebind"})
    void everyVerdictIsThatOfTheSuiteWhicheverCompilerMadeIt(String fault) throws Exception {
        Tools.need("musl-gcc", "musl-tools");
        Map<String, String> suite = suite(environment("gcc", fault), "suite");
        assertThat(suite).hasSameSizeAs(Catalogue.scenarios());
        for (String compiler : List.of("gcc", "musl-gcc")) {
            compileWith(compiler, fault);
            Map<String, String> environment = environment(compiler, fault);
            Ended program = run(environment, "./" + compiler);
            Map<String, String> catalogue = verdicts(program.output());
            // An unrelated process on a port can make one of thousands end otherwise once: those are asked again, alone.
            List<String> unequal = suite.keySet().stream().filter(id -> !suite.get(id).equals(catalogue.get(id))).toList();
            assertThat(unequal).as(compiler).hasSizeLessThan(5);
            for (String id : unequal) {
                suite.putAll(suite(environment("gcc", fault), compiler + "-again-" + unequal.indexOf(id), id));
                catalogue.putAll(verdicts(run(environment, "./" + compiler, id).output()));
            }

            assertThat(program.status()).as(compiler).isEqualTo(fault.isEmpty() ? 0 : 1);
            assertThat(program.output()).startsWith("KTAP version 1", "1.." + suite.size());
            assertThat(catalogue).as(compiler).containsExactlyInAnyOrderEntriesOf(suite).containsValue("passed");
        }
        assertThat(suite.containsValue("differs")).isEqualTo(!fault.isEmpty());
    }

    @Test
    void itSaysWhatItLacks() throws Exception {
        Tools.need("musl-gcc", "musl-tools");
        compile("static", "musl-gcc", "-static");
        Ended without = run(Map.of(), "unshare", "--net", "sh", "-c",
                "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set lo up; exec ./static two-terminals");
        assertThat(without.status()).as(String.join("\n", without.output())).isZero();
        assertThat(without.output()).hasSize(3).last().asString().startsWith("ok 1 original-report/two-terminals # SKIP ");
    }

    @Test
    void theWholeCatalogueIsThereInCAlone() {
        assertThat(JarRun.of("repro", "--all").run().err()).isEqualTo("--all: needs --lang c\n");
        assertThat(JarRun.of("repro").run().exitCode()).isEqualTo(2);
        assertThat(JarRun.of("repro", "original-report/two-terminals", "--all", "--lang", "c").run().exitCode()).isEqualTo(2);
    }
}
