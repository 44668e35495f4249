package io.shardsum.verdict;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is looked up in the tables, and only where rank checksums differ. */
public interface Evidence {

  /** The last scan in which every rank of an engine was found right. */
  public record LastVerified(String scanId, Instant startedAt) {}

  /**
   * What ranks held in earlier scans, in any group of the family, where a strict majority of the
   * copies of that time agreed; the newest first. Of the group itself only what at least two copies
   * agreed on: an engine alone may have been wrong then as it is now.
   */
  List<KnownRank> earlier(String family, String group);

  /**
   * The tensors that are not the same in all holders of a place.
   *
   * @param holders by place; those of one place are compared with each other
   * @return a value for each place
   */
  Map<Integer, ReplicaRankContents> differing(Map<Integer, Set<RankHolder>> holders);

  /**
   * Where the copies of a group hold bytes of these digests in this scan. A digest that very many
   * names have may be left out.
   */
  List<Whereabouts> whereabouts(ComparedGroup group, Set<Digests> digests);

  /** When an engine was last right in an earlier scan. */
  Optional<LastVerified> lastVerified(String engine);
}
