package io.shardsum.scan.judge;

import io.shardsum.fleet.Authority;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.RankInventory;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.RankContent;
import io.shardsum.verdict.RankCopy;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/** The engines of a scan by comparison group, with what their ranks hold. */
final class ComparedGroups {

  /** A rank of the inventory. */
  private record Key(String engine, int rank) {}

  private final Map<Key, RankResult> results = new HashMap<>();
  private final Map<Key, RankMetadata> metadataByRank = new HashMap<>();
  private final Map<String, BaselineReference> baselines;

  /**
   * Takes the results of a scan.
   *
   * @param baselines by comparison group
   */
  ComparedGroups(
      List<RankResult> ranks, List<Row> formRows, Map<String, BaselineReference> baselines) {
    ranks.forEach(rank -> results.put(new Key(rank.engine(), rank.rank()), rank));
    for (Row row : formRows) {
      if (row.getAs("skipped_because") == null) {
        metadataByRank.put(new Key(row.getAs("engine"), row.getAs("rank")), RankMetadata.of(row));
      }
    }
    this.baselines = baselines;
  }

  /** The groups, in the order of the description. */
  List<ComparedGroup> groups(Inventory inventory) {
    Map<String, List<EngineInventory>> byGroup =
        inventory.engines().stream()
            .collect(
                Collectors.groupingBy(
                    EngineInventory::group, LinkedHashMap::new, Collectors.toList()));
    return byGroup.values().stream().map(this::group).toList();
  }

  private ComparedGroup group(List<EngineInventory> engines) {
    EngineInventory first = engines.get(0);
    Optional<BaselineReference> baseline = Optional.ofNullable(baselines.get(first.group()));
    Set<Integer> oneDigest = placesWithOneDigest(engines, baseline);
    List<RankCopy> copies = new ArrayList<>();
    for (EngineInventory engine : engines) {
      engine.ranks().forEach(rank -> copies.add(copy(engine, rank, oneDigest)));
    }
    Optional<Reference> reference =
        baseline
            .map(b -> b.reference(rankInReplica -> !oneDigest.contains(rankInReplica)))
            .or(() -> trusted(engines, copies));
    return new ComparedGroup(
        first.group(), first.family(), first.spec().revision(), copies, reference);
  }

  private Set<Integer> placesWithOneDigest(
      List<EngineInventory> engines, Optional<BaselineReference> baseline) {
    Set<Integer> ranksInReplica = new HashSet<>();
    baseline.ifPresent(b -> ranksInReplica.addAll(b.placesWithOneDigest()));
    for (EngineInventory engine : engines) {
      for (RankInventory rank : engine.ranks()) {
        RankMetadata metadata = metadataByRank.get(new Key(engine.spec().name(), rank.rank()));
        if (metadata != null && metadata.sha256().isEmpty()) {
          ranksInReplica.add(rankInReplicaOf(engine, rank));
        }
      }
    }
    return ranksInReplica;
  }

  private static int rankInReplicaOf(EngineInventory engine, RankInventory rank) {
    return engine.spec().parallelism().rankInReplica(rank.rank());
  }

  private RankCopy copy(EngineInventory engine, RankInventory rank, Set<Integer> oneDigest) {
    Key key = new Key(engine.spec().name(), rank.rank());
    RankResult result = results.get(key);
    int rankInReplica = rankInReplicaOf(engine, rank);
    Optional<RankContent> content =
        result
            .checksum()
            .map(
                checksum ->
                    metadataByRank
                        .getOrDefault(key, RankMetadata.EMPTY)
                        .content(checksum, !oneDigest.contains(rankInReplica)));
    return new RankCopy(
        key.engine(),
        key.rank(),
        rankInReplica,
        result.status(),
        content,
        engine.storages(rank),
        result.tensors());
  }

  private static Optional<Reference> trusted(List<EngineInventory> engines, List<RankCopy> copies) {
    List<String> names =
        engines.stream()
            .filter(engine -> engine.spec().authority() == Authority.REFERENCE)
            .map(engine -> engine.spec().name())
            .toList();
    if (names.isEmpty()) {
      return Optional.empty();
    }
    Map<Integer, Reference.Rank> ranks = new HashMap<>();
    for (RankCopy copy : copies) {
      if (names.contains(copy.engine()) && copy.content().isPresent()) {
        Reference.Rank rank =
            new Reference.Rank(
                RankHolder.now(copy.engine(), copy.rank()), copy.content().orElseThrow());
        ranks.putIfAbsent(copy.rankInReplica(), rank);
      }
    }
    String name =
        names.size() == 1
            ? "engine " + names.get(0) + " (trusted)"
            : "engines " + String.join(", ", names) + " (trusted)";
    return Optional.of(
        new Reference(
            name, names.size() == 1 ? Optional.of(names.get(0)) : Optional.empty(), ranks));
  }
}
