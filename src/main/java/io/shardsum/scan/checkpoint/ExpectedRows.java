package io.shardsum.scan.checkpoint;

import io.shardsum.expect.HashedRank;
import io.shardsum.expect.model.Refusal;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.Parallelism;
import io.shardsum.fleet.ShardFile;
import io.shardsum.fleet.WeightSource;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.NamedRow;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.TensorStatus;
import io.shardsum.verdict.RankStatus;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** What is expected of an engine as rows of the tables: one replica, which stands for all. */
final class ExpectedRows {

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

  private Row tensor(int rank, HashedRank.HashedTensor hashed) {
    return tensor(rank, hashed.tensor().name(), TensorStatus.HASHED)
        .with("dtype", hashed.tensor().recipe().dtype().name())
        .with("shape", hashed.tensor().recipe().shape())
        .with("bytes", hashed.tensor().recipe().lengthBytes())
        .with("checksum", hashed.digests().checksum())
        .with("sha256", hashed.digests().sha256())
        .with("chunk_sums", hashed.digests().checksum().map(any -> hashed.digests().chunkSums()))
        .row();
  }

  private Row refused(int rank, Refusal refusal) {
    return tensor(rank, refusal.tensor(), TensorStatus.UNKNOWN)
        .with("reason", refusal.reason())
        .row();
  }

  private NamedRow tensor(int rank, String name, TensorStatus status) {
    return NamedRow.of(ScanTable.TENSORS.schema())
        .with("engine", engine)
        .with("source", EXPECTED)
        .with("rank", rank)
        .with("role", ShardFile.TARGET)
        .with("tensor", name)
        .with("key", name)
        .with("status", status.name());
  }

  List<Row> ranks() {
    Parallelism sizes = model.parallelism();
    List<Row> rows = new ArrayList<>();
    for (HashedRank rank : ranks) {
      rows.add(
          NamedRow.of(ScanTable.RANKS.schema())
              .with("engine", engine)
              .with("source", EXPECTED)
              .with("rank", rank.rank())
              .with("tp_rank", sizes.tpRankOf(rank.rank()))
              .with("tp_size", sizes.tp())
              .with("pp_rank", sizes.ppRankOf(rank.rank()))
              .with("pp_size", sizes.pp())
              .with("dp_rank", 0)
              .with("dp_size", sizes.dp())
              .with("digest", mergedBy().word())
              .with(
                  "status",
                  (rank.checksum().isPresent() ? RankStatus.COMPLETE : RankStatus.PARTIAL).name())
              .with("checksum", rank.checksum())
              .with("tensors", (long) rank.tensors().size())
              .with("skipped", 0L)
              .with("bytes", rank.bytes())
              .with(
                  "reason",
                  rank.refused().isEmpty()
                      ? null
                      : "%s tensors are refused".formatted(rank.refused().size()))
              .row());
    }
    return rows;
  }

  Row engine() {
    long complete = ranks.stream().filter(rank -> rank.checksum().isPresent()).count();
    return NamedRow.of(ScanTable.ENGINES.schema())
        .with("engine", engine)
        .with("source", EXPECTED)
        .with("model", model.model())
        .with("revision", model.revision())
        .with("comparison_group", model.group())
        .with("digest", mergedBy().word())
        .with("expected_ranks", ranks.size())
        .with("hashed_ranks", (int) complete)
        .with("missing_ranks", 0)
        .with("status", EngineResult.Status.of(result.hashed().checksum()).name())
        .with("checksum", result.hashed().checksum())
        .with("bytes", ranks.stream().mapToLong(HashedRank::bytes).sum())
        .with("host", model.checkpoint().directory())
        .with("engine_version", model.spec().runtime())
        .row();
  }

  private Digest mergedBy() {
    return model.digest() == Digest.SHA256 ? Digest.SHA256 : Digest.SGLANG;
  }
}
