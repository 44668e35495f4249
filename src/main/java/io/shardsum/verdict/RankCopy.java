package io.shardsum.verdict;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An expected copy of a rank: that of an engine, or of a data-parallel replica within one.
 *
 * @param rank the world rank
 * @param rankInReplica the rank within its replica: copies of one place should be equal
 * @param status COMPLETE, MISSING, UNREADABLE, DUPLICATE or NOT_CHECKED
 * @param content present where the status is COMPLETE
 * @param storages where the files lie, by role: copies with the same storage are one
 * @param tensors how many tensors were hashed
 */
public record RankCopy(
    String engine,
    int rank,
    int rankInReplica,
    RankStatus status,
    Optional<RankContent> content,
    Map<String, String> storages,
    long tensors) {

  /** Copies the map. */
  public RankCopy {
    storages = new TreeMap<>(storages);
  }

  /**
   * The same copy, equal to no other as a whole: it holds something else than its checksum says.
   */
  RankCopy readOtherwise() {
    return new RankCopy(
        engine,
        rank,
        rankInReplica,
        status,
        content.map(
            c -> new RankContent(c.checksum(), c.metadata() + " but " + engine + "/" + rank)),
        storages,
        tensors);
  }

  /** The same copy, of which only a part is compared. */
  public RankCopy with(RankContent compared, long comparedTensors) {
    return new RankCopy(
        engine, rank, rankInReplica, status, Optional.of(compared), storages, comparedTensors);
  }

  /** The same copy, of which all is compared. */
  public RankCopy withWhole(Optional<RankContent> whole) {
    return new RankCopy(engine, rank, rankInReplica, status, whole, storages, tensors);
  }

  /** Whether it was read, and no tensor was hashed; not, if only a part of it is compared. */
  boolean isEmpty() {
    return tensors == 0 && content.map(whole -> !whole.checksum().isEmpty()).orElse(false);
  }

  String storage() {
    return storages.toString();
  }

  String storage(String role) {
    return storages.getOrDefault(role, storage());
  }

  /** Where it stands in the tables of this scan. */
  public RankHolder holder() {
    return RankHolder.now(engine, rank);
  }
}
