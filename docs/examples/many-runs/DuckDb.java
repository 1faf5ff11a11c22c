import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the SQL statements of a Markdown document with DuckDB, in the directory it is started in:
 *
 * <pre>java -cp "$(cat classpath)" DuckDb.java MANY-RUNS.md</pre>
 *
 * prints the rows that they answer, tabs between, an empty text as {@code -}.
 */
public final class DuckDb {

    private static final Pattern STATEMENT = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

    private DuckDb() {
    }

    public static void main(String[] arguments) throws IOException, SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = connection.createStatement()) {
            Matcher statements = STATEMENT.matcher(Files.readString(Path.of(arguments[0])));
            while (statements.find()) {
                if (statement.execute(statements.group(1))) {
                    print(statement.getResultSet());
                }
            }
        }
    }

    private static void print(ResultSet rows) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            StringBuilder line = new StringBuilder();
            for (int i = 1; i <= columns; i++) {
                String value = rows.getString(i);
                line.append(i == 1 ? "" : "\t").append(value == null || value.isEmpty() ? "-" : value);
            }
            System.out.println(line);
        }
    }
}
