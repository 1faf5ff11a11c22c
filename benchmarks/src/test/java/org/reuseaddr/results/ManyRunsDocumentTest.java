package org.reuseaddr.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The statements of {@code docs/MANY-RUNS.md}, run as they stand there on files that the suite wrote. */
class ManyRunsDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "MANY-RUNS.md");
    private static final Pattern STATEMENT = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);
    private static final List<String> PARAMS = List.of("api", "family", "port");

    @TempDir
    Path directory;

    @BeforeEach
    void writeRuns() throws IOException {
        for (int run = 1; run <= 6; run++) {
            RunId id = new RunId("run" + run, run <= 3 ? "native" : "wsl2", "linux-6.18");
            RunDirectory files = new RunDirectory(Files.createDirectories(directory.resolve("results/run" + run)));
            // Another version of the suite has a parameter more.
            List<String> params = run == 6 ? List.of("api", "family", "held", "port") : PARAMS;
            try (SamplesFile samples = new SamplesFile(files.samples(), params)) {
                for (int fork = 1; fork <= 3; fork++) {
                    double cost = (run <= 3 ? 1000 : 4000) + fork;
                    Cell cell = new Cell("SyscallCost.bind", "avgt", 1, new TreeMap<>(Map.of("family", "INET", "port",
                            "8080")));
                    samples.append(new Sample(id, cell, fork, 1, Sample.SCORE, cost, "ns/op"));
                    samples.append(new Sample(id, cell, fork, 1, "control_socket_close", 1000, "ns/op"));
                    if (run == 1) {
                        // 4.71 µs are 4,710 ns: an earlier version wrote microseconds for this benchmark.
                        Cell lifecycle = new Cell("ListenerLifecycle.cycle", "avgt", 1, new TreeMap<>(Map.of("family", "INET")));
                        samples.append(new Sample(id, lifecycle, fork, 1, Sample.SCORE, 4.71, "us/op"));
                    }
                }
            }
            try (SemanticsFile semantics = new SemanticsFile(files.semantics())) {
                semantics.append(new SemanticsRow(id, "s", "g", "INET", run <= 3 ? "PASS" : "VIOLATION", "e", "o",
                        run <= 3 ? "" : "bind(4, \"x\", 16) = 0", "no second listener", "", 1, "line 1\nline 2", 1));
            }
        }
    }

    @Test
    void statementsOfTheDocumentAnswerTheirQuestions() throws Exception {
        List<List<List<String>>> answers = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            Matcher statements = STATEMENT.matcher(Files.readString(DOCUMENT));
            while (statements.find()) {
                answers.add(run(statement, statements.group(1).replace("'results/", "'" + directory + "/results/")));
            }
        }
        assertThat(answers).hasSize(5);
        assertThat(answers.get(2)).as("cost").containsExactly(
                row("native", "ListenerLifecycle.cycle", "", "INET", "", "4710.0", "1", "3"),
                row("native", "SyscallCost.bind", "", "INET", "8080", "1002.0", "3", "9"),
                row("wsl2", "SyscallCost.bind", "", "INET", "8080", "4002.0", "3", "9"));
        assertThat(answers.get(4)).as("broken promises").containsExactly(row("wsl2", "no second listener", "bind", "3", "3"));
        assertThat(answers.get(3)).as("ratio").singleElement().satisfies(ratio -> {
            assertThat(ratio.get(0)).isEqualTo("wsl2");
            assertThat(Double.parseDouble(ratio.get(5))).isBetween(3.99, 4.0);
            assertThat(ratio.subList(7, 9)).containsExactly("3", "3");
        });
    }

    private static List<String> row(String... cells) {
        return List.of(cells);
    }

    private static List<List<String>> run(Statement statement, String sql) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        if (!statement.execute(sql)) {
            return rows;
        }
        try (ResultSet result = statement.getResultSet()) {
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                    row.add(result.getString(column));
                }
                rows.add(row);
            }
        }
        return rows;
    }
}
