import static org.apache.spark.sql.functions.expr;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The costs of every platform, and their ratios to those of the platform named native, over all runs below a directory:
 *
 * <pre>java -cp "$(cat classpath)" ManyRuns.java results</pre>
 *
 * prints one line a cell: {@code cost LABEL BENCHMARK API FAMILY PORT NANOSECONDS RUNS FORKS}, then {@code ratio LABEL
 * BENCHMARK API FAMILY PORT RATIO}; tabs between, an empty parameter as {@code -}.
 */
public final class ManyRuns {

    private static final String FORKS = """
            SELECT run_id, label, benchmark, coalesce(param_api, '') AS api, coalesce(param_family, '') AS family,
                   coalesce(param_port, '') AS port, fork,
                   avg(CAST(value AS DOUBLE) * CASE unit WHEN 'us/op' THEN 1e3D WHEN 'ms/op' THEN 1e6D ELSE 1D END)
                       FILTER (WHERE metric = 'score') AS cost,
                   median(CAST(value AS DOUBLE)) FILTER (WHERE metric = 'control_socket_close') AS control
            FROM samples
            WHERE mode <> 'thrpt'
            GROUP BY run_id, label, benchmark, api, family, port, fork
            """;

    private static final String COSTS = """
            SELECT label, benchmark, api, family, port, median(cost) AS ns, count(DISTINCT run_id) AS runs, count(*) AS forks
            FROM forks
            GROUP BY label, benchmark, api, family, port
            ORDER BY benchmark, api, family, port, ns
            """;

    private static final String RATIOS = """
            WITH runs AS (
                SELECT label, run_id, benchmark, api, family, port, median(ln(cost / control)) AS log_cost
                FROM forks
                WHERE cost > 0 AND control > 0
                GROUP BY label, run_id, benchmark, api, family, port
            ), groups AS (
                SELECT label, benchmark, api, family, port, avg(log_cost) AS middle
                FROM runs
                GROUP BY label, benchmark, api, family, port
            )
            SELECT other.label, benchmark, api, family, port, exp(other.middle - base.middle) AS ratio
            FROM groups AS base JOIN groups AS other USING (benchmark, api, family, port)
            WHERE base.label = 'native' AND other.label <> 'native'
            ORDER BY ratio DESC, benchmark, other.label
            """;

    private ManyRuns() {
    }

    public static void main(String[] arguments) throws IOException {
        try (SparkSession spark = SparkSession.builder().master("local[*]").appName("many runs")
                .config("spark.ui.enabled", false).getOrCreate()) {
            samples(spark, Path.of(arguments[0])).createOrReplaceTempView("samples");
            // Of a text that begins like a formula the files have an apostrophe in front, for spreadsheets.
            spark.sql(FORKS).withColumn("label", expr("ltrim('''', label)")).createOrReplaceTempView("forks");
            print("cost", spark.sql(COSTS));
            print("ratio", spark.sql(RATIOS));
        }
    }

    /** Spark takes the columns of the first file for those of all: so the files of each header are read apart. */
    private static Dataset<Row> samples(SparkSession spark, Path results) throws IOException {
        Map<String, List<String>> filesByHeader = new TreeMap<>();
        try (Stream<Path> runs = Files.list(results)) {
            for (Path file : runs.map(run -> run.resolve("samples.csv")).filter(Files::exists).toList()) {
                try (BufferedReader lines = Files.newBufferedReader(file)) {
                    filesByHeader.computeIfAbsent(lines.readLine(), header -> new ArrayList<>()).add(file.toString());
                }
            }
        }
        return filesByHeader.values().stream()
                .map(files -> spark.read().option("header", true).option("multiLine", true).option("escape", "\"")
                        .csv(files.toArray(String[]::new)))
                .reduce((one, other) -> one.unionByName(other, true))
                .orElseThrow(() -> new IOException("no samples.csv below " + results));
    }

    private static void print(String kind, Dataset<Row> rows) {
        for (Row row : rows.collectAsList()) {
            StringBuilder line = new StringBuilder(kind);
            for (int i = 0; i < row.size(); i++) {
                line.append('\t').append("".equals(row.get(i)) ? "-" : row.get(i));
            }
            System.out.println(line);
        }
    }
}
