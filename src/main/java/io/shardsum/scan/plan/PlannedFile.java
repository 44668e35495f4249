package io.shardsum.scan.plan;

import io.shardsum.checksum.Fp8Rule;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.FileDigest;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.NameRule;
import io.shardsum.fleet.NameRules;
import io.shardsum.fleet.RankInventory;
import io.shardsum.fleet.RankState;
import io.shardsum.fleet.ShardFile;
import io.shardsum.io.ListedFile;
import io.shardsum.source.ScannedFile;
import io.shardsum.source.sglang.ShardGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A file to be read, and whose it is.
 *
 * @param engine empty for a canary
 * @param skip tensors whose name contains one of these are not hashed
 * @param group the files of the same rank and role
 * @param place how Spark calls the host that it must be read on; empty: any
 * @param fileDigest what is computed of the file as a whole
 */
public record PlannedFile(
    Optional<String> engine,
    int rank,
    Digest digest,
    List<String> skip,
    ShardFile file,
    ShardGroup group,
    String place,
    FileDigest fileDigest) {

  /** A file that may be read anywhere. */
  public PlannedFile(
      Optional<String> engine,
      int rank,
      Digest digest,
      List<String> skip,
      ShardFile file,
      ShardGroup group) {
    this(engine, rank, digest, skip, file, group, "", FileDigest.NONE);
  }

  public static List<PlannedFile> of(Inventory inventory) {
    List<PlannedFile> files = new ArrayList<>();
    for (EngineInventory engine : inventory.engines()) {
      List<String> skip =
          Stream.concat(engine.spec().skip().stream(), engine.spec().profile().patterns().stream())
              .toList();
      for (RankInventory rank : engine.ranks()) {
        if (rank.state() == RankState.FOUND) {
          Map<String, ShardGroup> groups = groups(engine, rank);
          for (ShardFile file : rank.files()) {
            files.add(
                new PlannedFile(
                    Optional.of(engine.spec().name()),
                    rank.rank(),
                    engine.spec().digest(),
                    skip,
                    file,
                    groups.get(file.role()),
                    place(file.listed(), inventory),
                    engine.spec().fileDigest()));
          }
        }
      }
    }
    return files;
  }

  private static String place(ListedFile file, Inventory inventory) {
    return file.host().map(host -> inventory.places().getOrDefault(host, host)).orElse("");
  }

  /** By role. A checkpoint's names are no engine's: its tensors are hashed as they are stored. */
  private static Map<String, ShardGroup> groups(EngineInventory engine, RankInventory rank) {
    Map<String, List<ListedFile>> byRole = new HashMap<>();
    for (ShardFile file : rank.files()) {
      byRole.computeIfAbsent(file.role(), any -> new ArrayList<>()).add(file.listed());
    }
    Fp8Rule fp8 =
        switch (engine.spec().layout()) {
          case SHARDED -> engine.spec().profile().fp8();
          case CHECKPOINT -> Fp8Rule.AS_STORED;
        };
    Map<String, ShardGroup> groups = new HashMap<>();
    byRole.forEach(
        (role, files) -> groups.put(role, group(fp8, NameRules.of(engine.spec(), role), files)));
    return groups;
  }

  private static ShardGroup group(Fp8Rule fp8, List<NameRule> names, List<ListedFile> files) {
    if (!fp8.dequantizes() && names.isEmpty()) {
      return ShardGroup.NONE;
    }
    return new ShardGroup(fp8, names, files.size() == 1 ? List.of() : files);
  }

  public static long bytes(List<PlannedFile> files) {
    return files.stream().mapToLong(planned -> planned.file().lengthBytes()).sum();
  }

  public boolean isCanary() {
    return engine.isEmpty();
  }

  public ScannedFile scanned() {
    return new ScannedFile(file.listed(), skip, group, place);
  }
}
