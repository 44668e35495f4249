package io.shardsum.tables;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import io.shardsum.testing.Views;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Views of tables that releases of several schema versions have written. */
@ExtendWith(LocalSpark.class)
class TableViewsTest {

  private static final Instant STARTED_AT = Instant.parse("2026-11-23T04:05:06Z");

  private static final List<String> VIEWS_OF_COLUMNS =
      Stream.concat(
              Stream.of(ScanTable.values()).map(ScanTable::tableName), Stream.of("rank_states"))
          .toList();

  @TempDir Path root;

  private static List<String> lines(SparkSession views, String sql) {
    return views.sql(sql).collectAsList().stream().map(row -> row.mkString(" ")).toList();
  }

  /** The names of all views. */
  private List<String> names() {
    return TableViews.statements(root.toString(), TableViews.Dialect.SPARK).stream()
        .map(statement -> statement.replaceFirst("(?s).*?TEMPORARY VIEW (\\w+).*", "$1"))
        .toList();
  }

  private static Finding found(Subject subject) {
    return Finding.of(FindingKind.DAMAGED, subject, Comparison.NONE, Optional.empty(), "differs");
  }

  /** The tables of one scan. */
  private Path tables(SparkSession spark) {
    List<Engine> engines =
        List.of(
            Engine.of("a", "acme/chat", "1", "w", "w", "x"),
            Engine.of("b", "acme/chat", "1", "w", "v", "w"));
    Path now = root.resolve("now");
    new Nights()
        .scan(
            "fleet",
            "night",
            STARTED_AT,
            engines,
            found(Subject.engine("a")).aboutRanks(List.of(2, 0)),
            found(Subject.rank("b", 1)))
        .write(spark, now);
    return now;
  }

  /** These tables without what later versions brought. */
  private Path tablesOf(int version, Path now, SparkSession spark) {
    Path then = root.resolve("then-" + version);
    for (ScanTable table : ScanTable.values()) {
      String[] later =
          table.columns().stream()
              .filter(column -> column.since() > version)
              .map(ScanTable.Column::name)
              .toArray(String[]::new);
      String partition = table.tableName() + "/scan_date=2026-11-23/scan_id=night";
      spark
          .read()
          .parquet(now.resolve(partition).toString())
          .drop(later)
          .write()
          .parquet(then.resolve(partition).toString());
    }
    return then;
  }

  @Test
  void showTablesOfEachVersionAlone(SparkSession spark) {
    Path now = tables(spark);
    for (int version = 1; version <= ScanTable.SCHEMA_VERSION; version++) {
      boolean oldestOrNewest = version == 1 || version == ScanTable.SCHEMA_VERSION;
      // What others are made of has the same columns, whatever the files have.
      List<String> names = oldestOrNewest ? names() : VIEWS_OF_COLUMNS;
      SparkSession views =
          Views.of(spark, tablesOf(version, now, spark), names.toArray(String[]::new));

      assertThat(lines(views, "SELECT engine, source, ranks FROM findings ORDER BY engine"))
          .as("version %s", version)
          .satisfiesExactly(
              a -> assertThat(a).startsWith("a FILES ").contains("0, 2"),
              b -> assertThat(b).startsWith("b FILES ").contains("1"));
      assertThat(lines(views, "SELECT engine, rank, state FROM rank_states ORDER BY engine, rank"))
          .as("version %s", version)
          .containsExactly(
              "a 0 DIFFERENT",
              "a 1 VERIFIED",
              "a 2 DIFFERENT",
              "b 0 VERIFIED",
              "b 1 DIFFERENT",
              "b 2 VERIFIED");
      for (ScanTable table : ScanTable.values()) {
        assertThat(views.table(table.tableName()).columns())
            .as("version %s", version)
            .contains(table.columns().stream().map(ScanTable.Column::name).toArray(String[]::new));
      }
      if (oldestOrNewest) {
        for (String view : List.of("coverage", "suspect_hosts", "engines_today", "open_findings")) {
          assertThat(views.table(view).columns()).as(view).isNotEmpty();
          views.table(view).collectAsList();
        }
      }
    }
  }

  @Test
  void areInDuckDbsWordsForDuckDb() {
    String statements =
        String.join("\n", TableViews.statements("/it's", TableViews.Dialect.DUCKDB));

    assertThat(statements)
        .contains(
            "read_parquet('/it''s/ranks/*/*/*.parquet'",
            "CAST(NULL AS STRUCT(offset_bytes BIGINT, length_bytes BIGINT, file_offset_bytes BIGINT)[]) AS ranges",
            "AS INT[])",
            "epoch(")
        .doesNotContain("ARRAY<", "unix_timestamp");
  }
}
