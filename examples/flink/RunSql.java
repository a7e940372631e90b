import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/**
 * Runs a file of Flink SQL in this process: tables first, then queries, whose rows are printed as CSV below the names
 * of their columns. {@code ${NAME}} in the file stands for a variable of the environment.
 */
public final class RunSql {
    public static void main(String[] arguments) throws Exception {
        String text = Files.readString(Path.of(arguments[0])).replaceAll("(?m)^--.*\\n", "");
        for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
            text = text.replace("${" + variable.getKey() + "}", variable.getValue());
        }
        Configuration settings = new Configuration();
        settings.setString("table.local-time-zone", "UTC");
        settings.setString("parallelism.default", "2");
        TableEnvironment flink =
                TableEnvironment.create(
                        EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(settings).build());
        for (String statement : text.split(";\\s*\\n")) {
            if (!statement.isBlank()) {
                run(flink, statement);
            }
        }
    }

    private static void run(TableEnvironment flink, String statement) throws Exception {
        TableResult result = flink.executeSql(statement);
        if (!statement.stripLeading().startsWith("SELECT")) {
            return;
        }
        System.out.println(String.join(",", result.getResolvedSchema().getColumnNames()));
        try (CloseableIterator<Row> rows = result.collect()) {
            rows.forEachRemaining(row -> System.out.println(line(row)));
        }
        System.out.println();
    }

    private static String line(Row row) {
        List<String> values = new java.util.ArrayList<>();
        for (int place = 0; place < row.getArity(); place++) {
            values.add(String.valueOf(row.getField(place)));
        }
        return String.join(",", values);
    }
}
