package io.shardsum.scan.judge;

import io.shardsum.checksum.ZeroBytes;
import io.shardsum.tables.Query;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.RankCopy;
import io.shardsum.verdict.RankOfEngine;
import io.shardsum.verdict.TensorName;
import io.shardsum.verdict.ZeroFindings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;

/** Tensors that are entirely zero in all copies: equal, and no weights. */
public final class ZeroTensors {

  private final Map<RankOfEngine, Map<TensorName, Long>> bytes = new HashMap<>();

  /** Takes rows of {@link #ofFiles} or {@link #ofEngines}. */
  public ZeroTensors(List<Row> rows) {
    for (Row row : rows) {
      bytes
          .computeIfAbsent(
              new RankOfEngine(row.getAs("engine"), row.<Integer>getAs("rank")),
              any -> new TreeMap<>())
          .put(new TensorName(row.getAs("role"), row.getAs("tensor")), row.<Long>getAs("bytes"));
    }
  }

  /** Looks for tensors of files that are zero. */
  public static List<Row> ofFiles(Dataset<Row> tensors) {
    SparkSession session = tensors.sparkSession();
    UDF2<Long, Long, String> checksum = ZeroBytes::sglang;
    session.udf().register("zero_checksum", checksum, DataTypes.StringType);
    registerSha256(session);
    return Query.of("evidence/zeros").with("tensors", tensors).in(session).collectAsList();
  }

  /** Looks for tensors of running engines that are zero, of lengths that their files tell. */
  public static List<Row> ofEngines(Dataset<Row> liveTensors, Dataset<Row> fileTensors) {
    SparkSession session = liveTensors.sparkSession();
    UDF1<Long, String> digest = ZeroBytes::sglang;
    session.udf().register("zero_digest", digest, DataTypes.StringType);
    registerSha256(session);
    return Query.of("live/zeros")
        .with("live_tensors", liveTensors)
        .with("file_tensors", fileTensors)
        .in(session)
        .collectAsList();
  }

  private static void registerSha256(SparkSession session) {
    UDF1<Long, String> sha256 = ZeroBytes::sha256;
    session.udf().register("zero_sha256", sha256, DataTypes.StringType);
  }

  /** One finding for each rank in which tensors are zero that are so in all copies. */
  public List<Finding> findings(List<ComparedGroup> groups, List<RankResult> ranks) {
    if (bytes.isEmpty()) {
      return List.of();
    }
    Map<RankOfEngine, Long> bytesOfRanks = new HashMap<>();
    ranks.forEach(r -> bytesOfRanks.put(new RankOfEngine(r.engine(), r.rank()), r.bytes()));
    return findings(groups, bytesOfRanks);
  }

  /** As {@link #findings(List, List)}, of running engines: they do not say lengths. */
  public List<Finding> findings(List<ComparedGroup> groups) {
    return findings(groups, Map.of());
  }

  private List<Finding> findings(List<ComparedGroup> groups, Map<RankOfEngine, Long> bytesOfRanks) {
    List<Finding> findings = new ArrayList<>();
    for (ComparedGroup group : groups) {
      findings.addAll(
          new ZeroFindings(
                  group.copies(),
                  this::zerosOf,
                  copy -> Optional.ofNullable(bytesOfRanks.get(key(copy))))
              .findings());
    }
    return findings;
  }

  private Map<TensorName, Long> zerosOf(RankCopy copy) {
    return bytes.getOrDefault(key(copy), Map.of());
  }

  private static RankOfEngine key(RankCopy copy) {
    return new RankOfEngine(copy.engine(), copy.rank());
  }
}
