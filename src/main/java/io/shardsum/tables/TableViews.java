package io.shardsum.tables;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The tables, of all versions that landed there, as views for ad-hoc SQL: {@code scans}, {@code
 * engines}, {@code ranks}, {@code tensors}, {@code findings}, and others made of them. They show
 * scans that were finished, and only those.
 */
public final class TableViews {

  /** Views of views, each of those before it, behind {@code coverage}. */
  private static final List<String> DERIVED =
      List.of(
          "files",
          "suspect_hosts",
          "latest_scans",
          "latest_engines",
          "engines_today",
          "engine_versions",
          "differing_tensors",
          "open_findings");

  private static final Pattern HEAD =
      Pattern.compile("(?m)^CREATE OR REPLACE TEMPORARY VIEW \\w+ AS\\s+");

  /** Rows of tensors are never gathered. */
  private static final String AS_THEY_LIE = "scan_date, scan_id\nFROM %s";

  /** Of which scan rows are, and where they lie: all, and of scans those that count. */
  private static final String OF_SCANS =
      "coalesce(of_scan_date, scan_date) AS scan_date, coalesce(of_scan_id, scan_id) AS scan_id, scan_id AS landed_in\nFROM %s";

  private static final String COUNTED =
      """
      SELECT * EXCEPT (of_scan_id, newest, place)
      FROM (
        SELECT
          *,
          row_number() OVER (
            PARTITION BY scan_id ORDER BY started_at DESC, CASE WHEN of_scan_id IS NULL THEN 1 ELSE 0 END) AS place
        FROM (
          SELECT
            %s, of_scan_id,
            max(CASE WHEN of_scan_id IS NOT NULL THEN scan_id END) OVER (PARTITION BY scan_date) AS newest,
            %s
        )
        WHERE of_scan_id IS NULL OR landed_in = newest
      )
      WHERE place = 1\
      """;

  /** Whose SQL it is. The files under {@code /sql/views} are Spark's. */
  public enum Dialect {
    /** DuckDB. */
    DUCKDB {
      @Override
      String files(ScanTable table, String out) {
        String nothing =
            Arrays.stream(columns(table).fields())
                .map(field -> "CAST(NULL AS %s) AS %s".formatted(type(field), field.name()))
                .collect(Collectors.joining(", "));
        String files =
            "read_parquet('%s/%s/*/*/*.parquet', hive_partitioning = true, union_by_name = true, hive_types = {'scan_date': DATE, 'scan_id': VARCHAR})"
                .formatted(out.replace("'", "''"), table.tableName());
        return "CREATE OR REPLACE TEMPORARY VIEW %s AS\nSELECT %s WHERE false\nUNION ALL BY NAME SELECT * FROM %s"
            .formatted(filesOf(table), nothing, files);
      }

      @Override
      String text(String statement) {
        return statement
            .replace("unix_timestamp(", "epoch(")
            .replace("ARRAY<INT>", "INT[]")
            .replace("* EXCEPT (", "* EXCLUDE (");
      }
    },
    /** Spark SQL. */
    SPARK {
      @Override
      String files(ScanTable table, String out) {
        return "CREATE OR REPLACE TEMPORARY VIEW %s (%s, scan_date DATE, scan_id STRING) USING parquet OPTIONS (path '%s/%s')"
            .formatted(
                filesOf(table),
                columns(table).toDDL(),
                out.replace("\\", "\\\\").replace("'", "\\'"),
                table.tableName());
      }

      @Override
      String text(String statement) {
        return statement;
      }
    };

    /** The statement that makes a view of a table's files as they lie. */
    abstract String files(ScanTable table, String out);

    /** A statement of Spark's in this dialect: a function and a type have other names. */
    abstract String text(String statement);

    /** The statement that makes a view of those rows that count, with all columns of the table. */
    String landed(ScanTable table) {
      String columns =
          table.columns().stream()
              .map(ScanTable.Column::expression)
              .collect(Collectors.joining(", "));
      String from = (table == ScanTable.TENSORS ? AS_THEY_LIE : OF_SCANS).formatted(filesOf(table));
      return text(
          "CREATE OR REPLACE TEMPORARY VIEW landed_%s AS\n%s"
              .formatted(
                  table.tableName(),
                  table == ScanTable.SCANS
                      ? COUNTED.formatted(columns, from)
                      : "SELECT %s, %s".formatted(columns, from)));
    }

    private static String filesOf(ScanTable table) {
      return "landed_files_of_" + table.tableName();
    }

    private static StructType columns(ScanTable table) {
      return table == ScanTable.TENSORS
          ? table.schema()
          : table.schema().add(GatheredScans.OF_DATE, "date").add(GatheredScans.OF_SCAN, "string");
    }

    private static String type(StructField field) {
      return type(field.dataType());
    }

    /** As DuckDB writes it. */
    private static String type(DataType type) {
      if (type instanceof ArrayType array) {
        return type(array.elementType()) + "[]";
      }
      if (type instanceof StructType struct) {
        return Arrays.stream(struct.fields())
            .map(field -> field.name() + " " + type(field))
            .collect(Collectors.joining(", ", "STRUCT(", ")"));
      }
      return type.sql();
    }
  }

  private TableViews() {}

  /** The statements that make the views, in order. */
  public static List<String> statements(String out, Dialect dialect) {
    List<String> statements = new ArrayList<>();
    for (ScanTable table : ScanTable.values()) {
      statements.add(dialect.files(table, out));
    }
    for (ScanTable table : ScanTable.values()) {
      statements.add(dialect.landed(table));
    }
    Stream.concat(verified().stream(), DERIVED.stream())
        .map(TableViews::text)
        .map(dialect::text)
        .forEach(statements::add);
    return statements;
  }

  /**
   * The views of each table, of {@code landed_*}: the Parquet files, and of how far each rank and
   * engine was checked.
   */
  static List<String> verified() {
    return Stream.concat(
            Arrays.stream(ScanTable.values()).map(ScanTable::tableName),
            Stream.of("rank_states", "coverage"))
        .toList();
  }

  /**
   * Makes a view in a session. One without WITH is analyzed here, not wherever a statement uses it:
   * Spark cannot always inline what is nested with WITH.
   */
  public static void make(SparkSession session, String view) {
    String text = text(view);
    Matcher head = HEAD.matcher(text);
    if (!head.find()) {
      throw new IllegalStateException("Expected a view in %s.sql".formatted(view));
    }
    String statement = text.substring(head.end());
    if (statement.startsWith("WITH")) {
      session.sql(text);
    } else {
      session.sql(statement).createOrReplaceTempView(view);
    }
  }

  private static String text(String view) {
    return SqlFile.text("views/" + view).strip();
  }
}
