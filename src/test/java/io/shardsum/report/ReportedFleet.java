package io.shardsum.report;

import static io.shardsum.testing.SmallFleet.TARGET;

import io.shardsum.history.FleetHistory;
import io.shardsum.history.History;
import io.shardsum.history.ScanRange;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.testing.Landed;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/**
 * Six engines of three ranks: in one a tensor is damaged in the last of its MiBs, and a tensor of
 * each hostile name, two in each rank, so that each has a finding; in one a rank is missing; the
 * names of others would like to be markup.
 */
final class ReportedFleet {

  static final String DAMAGED_ENGINE = "chat-b";
  static final String SHORT_ENGINE = "chat-c";
  static final String LARGE_TENSOR = "model.layers.0.mlp.experts.weight";
  static final long LARGE_BYTES = (5 << 20) + 1000;

  private static final int RANKS = 3;
  private static final int RANK_OF_LARGE_TENSOR = 1;

  static final Instant BEFORE = Landed.STARTED_AT.minus(Duration.ofDays(2));

  /** Names as only an attacker would choose them. */
  static final List<String> HOSTILE =
      List.of(
          "<script>window.hacked = 1</script>",
          "</script><script>window.hacked = 2</script>",
          "\"><img src=x onerror=\"window.hacked = 3\">",
          "'-->&lt;b>${window.hacked = 4}{{ 7 * 7 }}",
          "user\u202egnp.exe \u2066x",
          "long-" + "n".repeat(10_000) + "-end");

  private ReportedFleet() {}

  /** Scans the fleet before and after the damage: {@code before} and {@code test}. */
  static Landed scan(SparkSession spark, Path directory) {
    SmallFleet fleet = SmallFleet.of(directory.resolve("weights"), RANKS, 1);
    fleet.engine("chat-a").engine(DAMAGED_ENGINE).engine(SHORT_ENGINE);
    HOSTILE.subList(0, 3).forEach(fleet::engine);
    for (String engine : fleet.engines()) {
      for (int rank = 0; rank < RANKS; rank++) {
        writeOthers(fleet.shard(engine, rank, 0), rank);
      }
    }
    Path tables = directory.resolve("tables");
    Landed.of(spark, fleet.inventory(), tables, "before", BEFORE);
    for (int rank = 0; rank < RANKS; rank++) {
      Path damaged = fleet.shard(DAMAGED_ENGINE, rank, 0);
      hostileNames(rank).forEach(name -> SmallFleet.flipBit(damaged, name));
    }
    flipLastByte(fleet.shard(DAMAGED_ENGINE, RANK_OF_LARGE_TENSOR, 0));
    try {
      Files.delete(fleet.shard(SHORT_ENGINE, 0, 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Landed.of(spark, fleet.inventory(), tables);
  }

  /** The report of its last scan. */
  static HtmlReport report(Landed landed) {
    return report(landed.spark(), landed.out());
  }

  /** The report of the last scan of the only fleet of tables. */
  static HtmlReport report(SparkSession spark, Path out) {
    List<FleetHistory> fleets =
        new History(spark, out.toString()).histories(Optional.empty(), new ScanRange.Last(30));
    return HtmlReport.of(spark, out.toString(), fleets.get(0));
  }

  private static List<String> hostileNames(int rank) {
    return HOSTILE.subList(2 * rank, 2 * rank + 2);
  }

  private static void writeOthers(Path shard, int rank) {
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>(SmallFleet.tensors(TARGET, rank, 0));
    for (String name : hostileNames(rank)) {
      TensorSpec spec = new TensorSpec(name, DType.U8, List.of(64L));
      tensors.put(spec, SmallFleet.bytes(spec, 1));
    }
    if (rank == RANK_OF_LARGE_TENSOR) {
      TensorSpec large = new TensorSpec(LARGE_TENSOR, DType.U8, List.of(LARGE_BYTES));
      tensors.put(large, SmallFleet.bytes(large, 1));
    }
    SmallFleet.write(shard, tensors);
  }

  /** The large tensor is the last one of its file. */
  private static void flipLastByte(Path shard) {
    try {
      byte[] bytes = Files.readAllBytes(shard);
      bytes[bytes.length - 1] ^= 1;
      Files.write(shard, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
