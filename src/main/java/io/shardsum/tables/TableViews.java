package io.shardsum.tables;

import java.util.ArrayList;
import java.util.List;

/**
 * The tables, of all versions that landed there, as views for ad-hoc SQL: {@code scans}, {@code
 * engines}, {@code ranks}, {@code tensors}, {@code findings}, and others made of them. They show
 * scans that were finished, and only those.
 */
public final class TableViews {

  /** Views of views, each of those before it, behind {@code coverage}. */
  private static final List<String> DERIVED =
      List.of(
          "suspect_hosts",
          "latest_scans",
          "latest_engines",
          "engines_today",
          "differing_tensors",
          "open_findings");

  /** Whose SQL it is. Only the way to Parquet files differs; the views are the same text. */
  public enum Dialect {
    /** DuckDB. */
    DUCKDB {
      @Override
      String landed(ScanTable table, String out) {
        return """
            CREATE OR REPLACE TEMPORARY VIEW landed_%1$s AS
            SELECT * FROM read_parquet('%2$s/%1$s/*/*/*.parquet', hive_partitioning = true,
              union_by_name = true, hive_types = {'scan_date': DATE, 'scan_id': VARCHAR})"""
            .formatted(table.tableName(), out.replace("'", "''"));
      }
    },
    /** Spark SQL. */
    SPARK {
      @Override
      String landed(ScanTable table, String out) {
        return """
            CREATE OR REPLACE TEMPORARY VIEW landed_%1$s USING parquet OPTIONS (path '%2$s/%1$s', mergeSchema 'true')"""
            .formatted(table.tableName(), out.replace("\\", "\\\\").replace("'", "\\'"));
      }

      @Override
      String text(String view) {
        return super.text(view).replace("epoch(", "unix_timestamp(");
      }
    };

    abstract String landed(ScanTable table, String out);

    /** The statement of a view, whose text is DuckDB's: one function has another name in Spark. */
    String text(String view) {
      return SqlFile.text("views/" + view).strip();
    }
  }

  private TableViews() {}

  /** The statements that make the views, in order. */
  public static List<String> statements(String out, Dialect dialect) {
    List<String> statements = new ArrayList<>();
    for (ScanTable table : ScanTable.values()) {
      statements.add(dialect.landed(table, out));
    }
    statements.addAll(verified(dialect));
    DERIVED.forEach(view -> statements.add(dialect.text(view)));
    return statements;
  }

  /**
   * The statements that make a view of each table, of {@code landed_*}: the Parquet files, and of
   * how far each rank and engine was checked.
   */
  static List<String> verified(Dialect dialect) {
    List<String> statements = new ArrayList<>();
    for (ScanTable table : ScanTable.values()) {
      statements.add(dialect.text(table.tableName()));
    }
    statements.add(dialect.text("rank_states"));
    statements.add(dialect.text("coverage"));
    return statements;
  }
}
