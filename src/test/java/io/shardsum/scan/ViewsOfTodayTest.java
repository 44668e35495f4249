package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.tables.TableViews;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two nights of a fleet as the views of its newest scan show them. */
@ExtendWith(LocalSpark.class)
class ViewsOfTodayTest {

  private static final String DOWN = "model.layers.0.mlp.down_proj.weight";
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir static Path root;

  private static SparkSession views;

  @BeforeAll
  static void scanTwoNights(SparkSession session) throws Exception {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 1);
    List.of("a", "b", "c", "d").forEach(fleet::engine);
    SmallFleet.flipBit(fleet.shard("b", 1, 0), DOWN);
    Path out = root.resolve("tables");
    Landed.of(session, fleet.inventory(), out, "first", Landed.STARTED_AT);
    Files.delete(fleet.shard("c", 0, 0));
    Landed.of(session, fleet.inventory(), out, "second", Landed.STARTED_AT.plus(DAY));
    Landed unfinished =
        Landed.of(session, fleet.inventory(), out, "third", Landed.STARTED_AT.plus(DAY).plus(DAY));
    try (var files = Files.walk(unfinished.out().resolve("scans"))) {
      files
          .filter(file -> file.toString().contains("third") && file.toString().endsWith(".parquet"))
          .forEach(file -> file.toFile().delete());
    }
    views = session.newSession();
    TableViews.statements(out.toString(), TableViews.Dialect.SPARK).forEach(views::sql);
  }

  private static List<String> lines(String sql) {
    return views.sql(sql).collectAsList().stream().map(row -> row.mkString(" ")).toList();
  }

  @Test
  void newestScanIsTheNewestThatWasFinished() {
    assertThat(lines("SELECT scan_id, verdict FROM latest_scans"))
        .containsExactly("second DIFFERENT");
  }

  @Test
  void enginesAreAsTheNewestScanFoundThem() {
    assertThat(
            lines(
                "SELECT engine, state, hashed_ranks, errors, warnings, scan_id,"
                    + " date(last_verified_at) FROM engines_today ORDER BY engine"))
        .containsExactly(
            "a VERIFIED 2 0 0 second 2026-11-24",
            "b DIFFERENT 2 1 0 second null",
            "c MISSING 1 1 0 second 2026-11-23",
            "d VERIFIED 2 0 0 second 2026-11-24");
  }

  @Test
  void tensorsThatDifferAreThereWithAllCopies() {
    assertThat(
            lines(
                "SELECT engine, rank, place, tensor, holders, copies"
                    + " FROM differing_tensors ORDER BY engine"))
        .containsExactly(
            "a 1 1 " + DOWN + " 3 4",
            "b 1 1 " + DOWN + " 1 4",
            "c 1 1 " + DOWN + " 3 4",
            "d 1 1 " + DOWN + " 3 4");
  }

  @Test
  void openFindingsSaySinceWhen() {
    assertThat(
            lines(
                "SELECT engine, kind, date(first_seen_at), scans_seen FROM open_findings"
                    + " ORDER BY engine"))
        .containsExactly("b DAMAGED 2026-11-23 2", "c MISSING_RANK 2026-11-24 1");
  }
}
