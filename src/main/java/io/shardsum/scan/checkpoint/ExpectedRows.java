package io.shardsum.scan.checkpoint;

import io.shardsum.expect.HashedRank;
import io.shardsum.expect.HashedTensor;
import io.shardsum.expect.model.Refusal;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.Parallelism;
import io.shardsum.fleet.ShardFile;
import io.shardsum.fleet.WeightSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** What is expected of an engine as rows of the tables: one replica, which stands for all. */
final class ExpectedRows {

  static final StructType TENSORS =
      StructType.fromDDL(
          "engine STRING, source STRING, rank INT, role STRING, tensor STRING, key STRING,"
              + " dtype STRING, shape ARRAY<BIGINT>, bytes BIGINT, status STRING, reason STRING,"
              + " checksum STRING, sha256 STRING, chunk_sums ARRAY<BIGINT>");

  static final StructType RANKS =
      StructType.fromDDL(
          "engine STRING, source STRING, rank INT, tp_rank INT, tp_size INT, pp_rank INT,"
              + " pp_size INT, dp_rank INT, dp_size INT, digest STRING, status STRING,"
              + " checksum STRING, tensors BIGINT, skipped BIGINT, bytes BIGINT, reason STRING");

  static final StructType ENGINES =
      StructType.fromDDL(
          "engine STRING, source STRING, model STRING, revision STRING, comparison_group STRING,"
              + " digest STRING, expected_ranks INT, hashed_ranks INT, missing_ranks INT,"
              + " status STRING, checksum STRING, bytes BIGINT, host STRING, engine_version STRING");

  private static final String EXPECTED = WeightSource.EXPECTED.name();

  private final String engine;
  private final ExpectedModel model;
  private final List<HashedRank> ranks;
  private final ExpectedResult result;

  ExpectedRows(String engine, ExpectedResult result) {
    this.engine = engine;
    this.model = result.model();
    this.ranks = result.hashed().ranks();
    this.result = result;
  }

  List<Row> tensors() {
    List<Row> rows = new ArrayList<>();
    for (HashedRank rank : ranks) {
      rank.tensors().forEach(tensor -> rows.add(tensor(rank.rank(), tensor)));
      rank.refused().forEach(refusal -> rows.add(refused(rank.rank(), refusal)));
    }
    return rows;
  }

  private Row tensor(int rank, HashedTensor hashed) {
    String name = hashed.tensor().name();
    return RowFactory.create(
        engine,
        EXPECTED,
        rank,
        ShardFile.TARGET,
        name,
        name,
        hashed.tensor().recipe().dtype().name(),
        hashed.tensor().recipe().shape().toArray(),
        hashed.tensor().recipe().lengthBytes(),
        "HASHED",
        null,
        hashed.digests().checksum().orElse(null),
        hashed.digests().sha256().orElse(null),
        hashed.digests().checksum().isPresent() ? hashed.digests().chunkSums().toArray() : null);
  }

  private Row refused(int rank, Refusal refusal) {
    return RowFactory.create(
        engine,
        EXPECTED,
        rank,
        ShardFile.TARGET,
        refusal.tensor(),
        refusal.tensor(),
        null,
        null,
        null,
        "UNKNOWN",
        refusal.reason(),
        null,
        null,
        null);
  }

  List<Row> ranks() {
    Parallelism sizes = model.parallelism();
    List<Row> rows = new ArrayList<>();
    for (HashedRank rank : ranks) {
      rows.add(
          RowFactory.create(
              engine,
              EXPECTED,
              rank.rank(),
              rank.rank() % sizes.tp(),
              sizes.tp(),
              rank.rank() / sizes.tp(),
              sizes.pp(),
              0,
              sizes.dp(),
              mergedBy().word(),
              rank.checksum().isPresent() ? "COMPLETE" : "PARTIAL",
              rank.checksum().orElse(null),
              (long) rank.tensors().size(),
              0L,
              rank.bytes(),
              rank.refused().isEmpty()
                  ? null
                  : "%s tensors are refused".formatted(rank.refused().size())));
    }
    return rows;
  }

  Row engine() {
    long complete = ranks.stream().filter(rank -> rank.checksum().isPresent()).count();
    return RowFactory.create(
        engine,
        EXPECTED,
        model.model().orElse(null),
        model.revision().orElse(null),
        model.group(),
        mergedBy().word(),
        ranks.size(),
        (int) complete,
        0,
        complete == ranks.size() ? "COMPLETE" : "INCOMPLETE",
        result.hashed().checksum().orElse(null),
        ranks.stream().mapToLong(HashedRank::bytes).sum(),
        model.checkpoint().directory(),
        model.spec().runtime());
  }

  private Digest mergedBy() {
    return model.digest() == Digest.SHA256 ? Digest.SHA256 : Digest.SGLANG;
  }
}
