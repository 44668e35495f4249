package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.tables.FinishedScan;
import io.shardsum.tables.Scope;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import io.shardsum.testing.Views;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import io.shardsum.verdict.TensorName;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A scan of all engines finds b damaged; one of a and b alone finds b damaged, and a, too; one is
 * dated in the future.
 */
@ExtendWith(LocalSpark.class)
class ViewsOfNightsTest {

  private static final Instant BEGIN = Instant.parse("2026-11-01T02:00:00Z");
  private static final Engine C = Engine.of("c", "acme/chat", "1", "w", "w");

  @TempDir static Path out;

  private static SparkSession views;

  @BeforeAll
  static void nights(SparkSession spark) {
    new Nights()
        .scan(
            "prod",
            "whole",
            BEGIN,
            List.of(engine("a", "w"), engine("b", "x"), C),
            damage("b", Optional.of("file:/weights/b/1: byte 1100")),
            damage("d", Optional.empty()))
        .scan(
            "prod",
            "chosen",
            BEGIN.plus(Duration.ofHours(1)),
            Scope.CHOSEN,
            List.of(engine("a", "y"), engine("b", "x")),
            damage("a", Optional.empty()),
            damage("b", Optional.empty()))
        .scan(
            "prod",
            "future",
            Instant.now().plus(Duration.ofDays(30)),
            List.of(engine("a", "w"), engine("b", "w"), C))
        .write(spark, out);
    views = Views.of(spark, out, "scans", "latest_scans", "engines_today", "open_findings");
  }

  private static Engine engine(String name, String word) {
    return Engine.of(name, "acme/chat", "1", "w", word);
  }

  private static Finding damage(String engine, Optional<String> location) {
    return Finding.of(
        FindingKind.DAMAGED,
        Subject.tensor(engine, 1, new TensorName("target", "layers.1.weight")),
        Comparison.of("w", "x"),
        location,
        "1 tensor has other bytes");
  }

  private static List<String> lines(String sql) {
    return views.sql(sql).collectAsList().stream().map(row -> row.mkString(" ")).toList();
  }

  @Test
  void sayWhichScansAreOfSomeEnginesOrDatedInTheFuture() {
    assertThat(lines("SELECT scan_id, scope, in_future FROM scans ORDER BY scan_id"))
        .containsExactly("chosen chosen false", "future fleet true", "whole fleet false");
    assertThat(lines("SELECT scan_id FROM latest_scans")).containsExactly("whole");
  }

  @Test
  void takeForEachEngineTheNewestScanThatLookedAtIt() {
    assertThat(
            lines(
                "SELECT engine, state, scan_id, unix_timestamp(scanned_at) - "
                    + BEGIN.getEpochSecond()
                    + " FROM engines_today ORDER BY engine"))
        .containsExactly(
            "a DIFFERENT chosen 3600", "b DIFFERENT chosen 3600", "c VERIFIED whole 0");
  }

  @Test
  void countAFaultAsOneWhetherItsBytesWereReadAgainOrNot() {
    assertThat(
            lines("SELECT engine, scan_id, scans_seen FROM open_findings ORDER BY engine, scan_id"))
        .containsExactly("a chosen 1", "b chosen 2", "d whole 1");
  }

  @Test
  void explainTheNewestScanOfAnEngine() {
    FinishedScan newest = FinishedScan.open(views, out.toString(), Optional.empty());

    assertThat(newest.scanId()).isEqualTo("chosen");
    assertThat(newest.newestOf("c/0").scanId()).isEqualTo("whole");
    assertThat(newest.newestOf("a/1/layers.1.weight").scanId()).isEqualTo("chosen");
    assertThat(newest.newestOf("none").scanId()).isEqualTo("chosen");
  }
}
