package io.shardsum.scan.reread;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.damage.ByteComparison;
import io.shardsum.damage.Damage;
import io.shardsum.damage.DamagedRange;
import io.shardsum.damage.TensorSite;
import io.shardsum.expect.model.OpenCheckpoint;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.RecipeReader;
import io.shardsum.expect.recipe.SourceRows;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.hosts.ExecutorHost;
import io.shardsum.hosts.PlacedWork;
import io.shardsum.io.ListedFile;
import io.shardsum.io.ReadCounts;
import io.shardsum.io.ReadSettings;
import io.shardsum.io.ShardOpener;
import io.shardsum.tables.DamageColumns;
import io.shardsum.tables.NamedRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * A suspect tensor whose bytes are to be compared with what its recipe gives, on an executor.
 *
 * @param tensor in {@code file}, which it calls file 0
 * @param chunks that are compared
 * @param checkpoint the files of the recipe
 */
record RecipeComparison(
    int number,
    ListedFile file,
    SourceTensor tensor,
    TensorSite site,
    List<Integer> chunks,
    Recipe recipe,
    List<ListedFile> checkpoint,
    int rangesKept,
    ReadSettings reading)
    implements PlacedWork.Work<Row> {

  private static final int CHUNK_BYTES = 1 << 20;

  static final StructType SCHEMA =
      StructType.fromDDL(
          "number INT, error STRING, sums ARRAY<BIGINT>, sha256 STRING,"
              + " expected_sums ARRAY<BIGINT>, expected_sha256 STRING, origin STRING, host STRING, executor STRING, "
              + DamageColumns.DDL);

  /** Copies the lists, since not every list travels. */
  RecipeComparison {
    chunks = List.copyOf(chunks);
    checkpoint = List.copyOf(checkpoint);
  }

  /** A row of {@link #SCHEMA}. */
  @Override
  public Row run(Configuration conf) {
    ShardOpener opener = new ShardOpener(conf, reading, new ReadCounts(), ExecutorHost.names());
    try (OpenCheckpoint ours = new OpenCheckpoint(List.of(file), opener);
        OpenCheckpoint published = new OpenCheckpoint(checkpoint, opener)) {
      ByteComparison comparison = new ByteComparison(site, rangesKept);
      RecipeReader expected = recipe.open(published);
      SglangChecksum checksum = new SglangChecksum();
      List<Long> sums = new ArrayList<>();
      List<Long> expectedSums = new ArrayList<>();
      MessageDigest sha256 = DigestUtils.getSha256Digest();
      MessageDigest expectedSha256 = DigestUtils.getSha256Digest();
      for (int chunk : chunks) {
        long offset = (long) chunk * CHUNK_BYTES;
        int length = (int) Math.min(CHUNK_BYTES, site.lengthBytes() - offset);
        byte[] bad = new byte[length];
        byte[] good = new byte[length];
        ours.read(tensor, offset, ByteBuffer.wrap(bad));
        expected.read(offset, ByteBuffer.wrap(good));
        comparison.add(offset, bad, good);
        sums.add(checksum.sum(ByteBuffer.wrap(bad), offset / Integer.BYTES, site.lengthBytes()));
        expectedSums.add(
            checksum.sum(ByteBuffer.wrap(good), offset / Integer.BYTES, site.lengthBytes()));
        sha256.update(bad);
        expectedSha256.update(good);
      }
      ours.checkUnchanged();
      published.checkUnchanged();
      Optional<Damage> damage = comparison.damage();
      NamedRow row =
          row()
              .with("sums", sums)
              .with("sha256", Hex.encodeHexString(sha256.digest()))
              .with("expected_sums", expectedSums)
              .with("expected_sha256", Hex.encodeHexString(expectedSha256.digest()))
              .with("origin", damage.map(this::origin));
      damage.ifPresent(found -> DamageColumns.set(row, found));
      return row.row();
    } catch (IOException | UnpredictableException e) {
      return row().with("error", String.valueOf(e.getMessage())).row();
    }
  }

  private NamedRow row() {
    return NamedRow.of(SCHEMA)
        .with("number", number)
        .with("host", file.host().orElse(ExecutorHost.sparkName()))
        .with("executor", SparkEnv.get().executorId());
  }

  /** What the ranges that differ should have come from. */
  private String origin(Damage damage) {
    int elementBytes = recipe.dtype().bits() / Byte.SIZE;
    List<SourceRows> sources = new ArrayList<>();
    for (DamagedRange range : damage.ranges()) {
      long end = range.offsetBytes() + range.lengthBytes();
      sources.addAll(
          recipe.sources(
              range.offsetBytes() / elementBytes, (end + elementBytes - 1) / elementBytes));
    }
    return sources.isEmpty()
        ? "zeros"
        : SourceRows.merged(sources).stream()
            .map(SourceRows::toString)
            .collect(Collectors.joining(", "));
  }
}
