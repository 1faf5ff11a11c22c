package org.reuseaddr.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.benchmarks.fixture.ForkArguments;
import org.reuseaddr.results.CallCounts;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Parameter;
import org.reuseaddr.socket.Family;

/** What a comparison believes one operation to call, against strace on the running Java. */
class CallCountsIT {

    /** The calls that SyscallCost measures, as strace names them: accept4 is an accept. */
    private static final List<String> MEASURED =
            List.of("socket", "setsockopt", "bind", "listen", "getsockname", "accept", "close");
    private static final String MARK = "getppid";

    @TempDir
    private Path temporary;

    @TestFactory
    Stream<DynamicTest> everyOperationMakesTheCallsThatAreDeclared() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Family family : Family.values()) {
            for (String api : List.of("channel", "socket", "native")) {
                for (String reuse : List.of("true", "false")) {
                    tests.add(test("ListenerLifecycle.cycle", "cycle", Map.of(Parameter.API, api, Parameter.FAMILY,
                            family.name(), Parameter.REUSE_ADDRESS, reuse)));
                    tests.add(test("AcceptDrain.accept", "accept", Map.of(Parameter.API, api, Parameter.FAMILY,
                            family.name(), Parameter.REUSE_ADDRESS, reuse)));
                }
            }
            tests.add(test("CrowdedBind.fixedPort", "cycle", Map.of(Parameter.FAMILY, family.name())));
            tests.add(test("ConcurrentBind.bind", "bind", Map.of(Parameter.FAMILY, family.name())));
        }
        return tests.stream();
    }

    private DynamicTest test(String benchmark, String operation, Map<String, String> params) {
        Cell cell = new Cell(benchmark, Cell.AVERAGE_TIME, 1, new TreeMap<>(params));
        int operations = operation.equals("bind") ? ConcurrentBind.BATCH : 1;
        Map<String, Integer> declared = new TreeMap<>(CallCounts.of(cell));
        declared.replaceAll((call, count) -> count * operations);
        return DynamicTest.dynamicTest(cell.toString(), () -> assertThat(traced(operation, cell.params())).isEqualTo(declared));
    }

    private Map<String, Integer> traced(String operation, Map<String, String> params) throws IOException, InterruptedException {
        Path trace = temporary.resolve("trace");
        Path log = temporary.resolve("log");
        List<String> command = new ArrayList<>(List.of("strace", "-ff", "-qq", "-e",
                "trace=network,close,dup2," + MARK, "-o", trace.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xint"));
        command.addAll(ForkArguments.of(params, 1));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), OneOperation.class.getName(), operation,
                params.getOrDefault(Parameter.API, "native"), params.get(Parameter.FAMILY),
                params.getOrDefault(Parameter.REUSE_ADDRESS, "true")));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();

        Map<String, Integer> counts = new TreeMap<>();
        betweenTheMarks(trace).stream().map(line -> line.substring(0, Math.max(0, line.indexOf('('))))
                .map(call -> call.equals("accept4") ? "accept" : call).filter(MEASURED::contains)
                .forEach(call -> counts.merge(call, 1, Integer::sum));
        return counts;
    }

    /** With -ff each thread has a file of its own; the one that made the operation has the marks. */
    private static List<String> betweenTheMarks(Path trace) throws IOException {
        try (Stream<Path> files = Files.list(trace.getParent())) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith(trace.getFileName() + ".")).toList()) {
                List<String> lines = Files.readAllLines(file);
                Files.delete(file);
                List<Boolean> marks = lines.stream().map(line -> line.startsWith(MARK + "(")).toList();
                int end = Collections.indexOfSubList(marks, Collections.nCopies(OneOperation.MARKS_AT_END, true));
                if (end > 0) {
                    return lines.subList(marks.subList(0, end).lastIndexOf(true) + 1, end);
                }
            }
        }
        throw new AssertionError("no thread made the marks: " + Arrays.toString(trace.getParent().toFile().list()));
    }
}
