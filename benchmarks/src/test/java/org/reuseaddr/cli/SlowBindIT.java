package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.reuseaddr.faults.FaultLibrary;

/** microsoft/WSL#41470 from end to end: a run, one where every bind takes a millisecond, and who is blamed for it. */
@Isolated("compares costs")
class SlowBindIT {

    private static final String FORK = "org.openjdk.jmh.runner.ForkedMain";

    @TempDir
    private Path temporary;

    private Path run(String name, Map<String, String> environment) {
        Path directory = temporary.resolve(name);
        JarRun.Ended ended = JarRun.of("--out", directory.toString(), "--label", name, "-f", "3", "-wi", "1", "-w", "100ms",
                "-i", "2", "-r", "100ms", "-p", "family=INET", "-p", "port=fixed", "-p", "api=native,channel", "-p",
                "reuseAddress=true", "ListenerLifecycle", "SyscallCost.(socket|bind|listen|close)$").with(environment).run();
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        return directory;
    }

    @Test
    void bindIsBlamedAndNothingElse() throws IOException {
        Path base = run("native", Map.of());
        Map<String, String> fault = new HashMap<>(FaultLibrary.compiled().environment("bind-slow"));
        fault.put(FaultLibrary.ONLY_IN, FORK);
        Path slow = run("slow", fault);

        JarRun.Ended csv = JarRun.of("compare", base.toString(), slow.toString(), "--format", "csv", "--fail-on", "50%").run();
        assertThat(csv.exitCode()).as(csv.everything()).isEqualTo(ExitCode.CHANGED);
        Map<String, String> verdicts = new TreeMap<>();
        try (CSVParser rows = CSVParser.parse(new StringReader(csv.out()),
                CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get())) {
            for (CSVRecord row : rows) {
                verdicts.put(row.get("benchmark") + " " + row.get("params"), row.get("verdict"));
                if (row.get("benchmark").startsWith("ListenerLifecycle")) {
                    assertThat(Double.parseDouble(row.get("share_bind"))).as(csv.out()).isBetween(0.75, 1.25);
                }
            }
        }
        assertThat(verdicts).as(csv.out()).hasSize(6).allSatisfy((cell, verdict) -> {
            if (cell.matches("(ListenerLifecycle|SyscallCost\\.bind).*")) {
                assertThat(verdict).as(cell).isEqualTo("slower");
            } else {
                assertThat(verdict).as(cell).isIn("same", "unclear");
            }
        });
        assertThat(JarRun.of("compare", base.toString(), slow.toString()).run().out()).contains("bind accounts for");
    }
}
