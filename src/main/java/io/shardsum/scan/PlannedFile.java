package io.shardsum.scan;

import io.shardsum.fleet.Digest;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.RankInventory;
import io.shardsum.fleet.RankState;
import io.shardsum.fleet.ShardFile;
import io.shardsum.source.ListedFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A file to be read, and whose it is.
 *
 * @param engine empty for a canary
 * @param skip tensors whose name contains one of these are not hashed
 */
record PlannedFile(
    Optional<String> engine, int rank, Digest digest, List<String> skip, ShardFile file) {

  static List<PlannedFile> of(Inventory inventory) {
    List<PlannedFile> files = new ArrayList<>();
    for (EngineInventory engine : inventory.engines()) {
      List<String> skip =
          Stream.concat(engine.spec().skip().stream(), engine.spec().profile().patterns().stream())
              .toList();
      for (RankInventory rank : engine.ranks()) {
        if (rank.state() == RankState.FOUND) {
          for (ShardFile file : rank.files()) {
            files.add(
                new PlannedFile(
                    Optional.of(engine.spec().name()),
                    rank.rank(),
                    engine.spec().digest(),
                    skip,
                    file));
          }
        }
      }
    }
    return files;
  }

  static long bytes(List<PlannedFile> files) {
    return files.stream().mapToLong(planned -> planned.file().lengthBytes()).sum();
  }

  boolean isCanary() {
    return engine.isEmpty();
  }

  ListedFile listed() {
    return new ListedFile(file.path(), file.lengthBytes(), file.modifiedAtMillis(), skip);
  }
}
