package io.shardsum.testing;

import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.scan.FleetScan;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.ScanTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A scan that has landed.
 *
 * @param out the directory of its tables
 * @param summary what it said of itself
 */
public record Landed(SparkSession spark, Path out, ScanSummary summary) {

  /** When scans of tests begin. */
  public static final Instant STARTED_AT = Instant.parse("2026-11-23T04:05:06Z");

  /** Scans a fleet. */
  public static Landed of(SparkSession spark, Inventory inventory, Path out) {
    return of(spark, inventory, out, "test", STARTED_AT);
  }

  /** Scans a fleet under a name. */
  public static Landed of(
      SparkSession spark, Inventory inventory, Path out, String scanId, Instant startedAt) {
    ScanRequest request = new ScanRequest(inventory, out.toString(), new ScanId(scanId), startedAt);
    return new Landed(spark, out, new FleetScan(spark, request, ScanProgress.NONE).run());
  }

  /** Lists the fleet of a description whose places are absolute or relative to {@code base}. */
  public static Inventory inventory(String yaml, Path base) {
    return Inventory.of(
        FleetDescription.parse(yaml, "fleet.yaml", base.toAbsolutePath().toString()),
        new Configuration());
  }

  /** The rows of a table, of all scans. */
  public List<Row> rows(ScanTable table) {
    return rows(spark, out, table, "true");
  }

  /** The rows of a table that a condition in SQL holds for. */
  public List<Row> rows(ScanTable table, String condition) {
    return rows(spark, out, table, condition);
  }

  /** The rows of a table that a condition in SQL holds for, of whichever scans. */
  public static List<Row> rows(SparkSession spark, Path out, ScanTable table, String condition) {
    return spark
        .read()
        .parquet(out.resolve(table.tableName()).toString())
        .where(condition)
        .collectAsList();
  }

  /** A rank as the scan's summary gives it. */
  public RankResult rank(String engine, int rank) {
    return summary.files().ranks().stream()
        .filter(result -> result.engine().equals(engine) && result.rank() == rank)
        .findFirst()
        .orElseThrow();
  }

  /** An engine as the scan's summary gives it. */
  public EngineResult engine(String name) {
    return summary.files().engines().stream()
        .filter(result -> result.engine().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The Parquet files below a directory, as paths relative to it. */
  public static List<String> parquetFiles(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".parquet"))
          .map(file -> directory.relativize(file).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
