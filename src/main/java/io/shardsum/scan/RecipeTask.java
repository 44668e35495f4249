package io.shardsum.scan;

import io.shardsum.expect.HashedRecipe;
import io.shardsum.expect.OpenCheckpoint;
import io.shardsum.expect.RecipeGroup;
import io.shardsum.expect.TensorDigests;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.ShardFile;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Some of the recipes of a checkpoint, for an executor to hash.
 *
 * @param numbers of the groups
 * @param files of the checkpoint
 */
record RecipeTask(
    List<Integer> numbers, List<RecipeGroup> groups, List<ShardFile> files, Digest digest)
    implements Serializable {

  /** A row for each recipe: group, position in it, checksum, sums, SHA-256, refusal. */
  List<Row> run(Configuration conf) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (OpenCheckpoint checkpoint = new OpenCheckpoint(files, conf)) {
      for (int index = 0; index < groups.size(); index++) {
        int position = 0;
        for (HashedRecipe recipe : groups.get(index).hash(checkpoint, digest)) {
          rows.add(row(numbers.get(index), position++, recipe));
        }
      }
    }
    return rows;
  }

  private static Row row(int group, int position, HashedRecipe recipe) {
    Optional<TensorDigests> digests = recipe.digests();
    return RowFactory.create(
        group,
        position,
        digests.flatMap(TensorDigests::checksum).orElse(null),
        digests
            .map(of -> of.chunkSums().stream().mapToLong(Long::longValue).toArray())
            .orElse(null),
        digests.flatMap(TensorDigests::sha256).orElse(null),
        recipe.refusal());
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
