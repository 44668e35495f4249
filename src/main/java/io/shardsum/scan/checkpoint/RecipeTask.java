package io.shardsum.scan.checkpoint;

import io.shardsum.expect.model.OpenCheckpoint;
import io.shardsum.expect.recipe.HashedRecipe;
import io.shardsum.expect.recipe.RecipeGroup;
import io.shardsum.expect.recipe.TensorDigests;
import io.shardsum.fleet.Digest;
import io.shardsum.hosts.ExecutorHost;
import io.shardsum.io.ListedFile;
import io.shardsum.io.ReadCounts;
import io.shardsum.io.ReadSettings;
import io.shardsum.io.Retries;
import io.shardsum.io.ShardOpener;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.CollectionAccumulator;

/**
 * Some of the recipes of a checkpoint, for an executor to hash.
 *
 * @param numbers of the groups
 * @param files of the checkpoint
 */
record RecipeTask(
    List<Integer> numbers,
    List<RecipeGroup> groups,
    List<ListedFile> files,
    Digest digest,
    ReadSettings reading)
    implements Serializable {

  /**
   * A row for each recipe: group, position in it, checksum, sums, SHA-256, refusal, whether the
   * refusal is that the checkpoint could not be read, and the host that has read it.
   *
   * @param throughCache takes directories that are read through the page cache, and should not be
   * @throws IOException only if Spark wants the task to stop
   */
  List<Row> run(Configuration conf, CollectionAccumulator<String> throughCache) throws IOException {
    ReadCounts counts = new ReadCounts();
    try {
      return rows(new ShardOpener(conf, reading, counts));
    } finally {
      counts.directoriesThroughCache().forEach(throughCache::add);
    }
  }

  private List<Row> rows(ShardOpener opener) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (OpenCheckpoint checkpoint = new OpenCheckpoint(files, opener)) {
      for (int index = 0; index < groups.size(); index++) {
        rows.addAll(rows(index, checkpoint));
      }
      checkpoint.checkUnchanged();
      return rows;
    } catch (IOException e) {
      requireNoInterrupt(e);
      List<Row> unread = new ArrayList<>();
      for (int index = 0; index < groups.size(); index++) {
        unread.addAll(unread(index, e));
      }
      return unread;
    }
  }

  private List<Row> rows(int index, OpenCheckpoint checkpoint) throws IOException {
    List<HashedRecipe> recipes;
    try {
      recipes = groups.get(index).hash(checkpoint, digest);
    } catch (IOException e) {
      requireNoInterrupt(e);
      return unread(index, e);
    }
    List<Row> rows = new ArrayList<>();
    for (HashedRecipe recipe : recipes) {
      rows.add(row(numbers.get(index), rows.size(), recipe, false));
    }
    return rows;
  }

  private List<Row> unread(int index, IOException why) {
    HashedRecipe refused = HashedRecipe.refused(String.valueOf(why.getMessage()));
    List<Row> rows = new ArrayList<>();
    while (rows.size() < groups.get(index).recipes().size()) {
      rows.add(row(numbers.get(index), rows.size(), refused, true));
    }
    return rows;
  }

  private static void requireNoInterrupt(IOException e) throws IOException {
    if (Retries.isInterrupt(e)) {
      throw e;
    }
  }

  private static Row row(int group, int position, HashedRecipe recipe, boolean unread) {
    Optional<TensorDigests> digests = recipe.digests();
    return RowFactory.create(
        group,
        position,
        digests.flatMap(TensorDigests::checksum).orElse(null),
        digests
            .map(of -> of.chunkSums().stream().mapToLong(Long::longValue).toArray())
            .orElse(null),
        digests.flatMap(TensorDigests::sha256).orElse(null),
        recipe.refusal(),
        unread,
        ExecutorHost.sparkName());
  }

  /** Whether a row says that the checkpoint could not be read. */
  static boolean isUnread(Row row) {
    return row.getBoolean(6);
  }

  /** The host that has made a row. */
  static String host(Row row) {
    return row.getString(7);
  }

  /** What a row says. */
  static HashedRecipe result(Row row) {
    if (row.isNullAt(3)) {
      return new HashedRecipe(Optional.empty(), row.getString(5));
    }
    List<Long> sums = new ArrayList<>();
    for (long sum : (long[]) row.get(3)) {
      sums.add(sum);
    }
    return new HashedRecipe(
        Optional.of(
            new TensorDigests(
                Optional.ofNullable(row.getString(2)),
                sums,
                Optional.ofNullable(row.getString(4)))),
        row.getString(5));
  }
}
