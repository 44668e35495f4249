package io.shardsum.scan;

import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.RankInventory;
import io.shardsum.fleet.RankState;
import io.shardsum.fleet.ShardFile;
import io.shardsum.source.ListedFile;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A file to be read, and whose it is. */
record PlannedFile(EngineInventory owner, RankInventory ofRank, ShardFile file) {

  static List<PlannedFile> of(Inventory inventory) {
    List<PlannedFile> files = new ArrayList<>();
    for (EngineInventory engine : inventory.engines()) {
      for (RankInventory rank : engine.ranks()) {
        if (rank.state() == RankState.FOUND) {
          rank.files().forEach(file -> files.add(new PlannedFile(engine, rank, file)));
        }
      }
    }
    return files;
  }

  static long bytes(List<PlannedFile> files) {
    return files.stream().mapToLong(planned -> planned.file().lengthBytes()).sum();
  }

  String engine() {
    return owner.spec().name();
  }

  int rank() {
    return ofRank.rank();
  }

  ListedFile listed() {
    List<String> skip =
        Stream.concat(owner.spec().skip().stream(), owner.spec().profile().patterns().stream())
            .toList();
    return new ListedFile(file.path(), file.lengthBytes(), file.modifiedAtMillis(), skip);
  }
}
