package io.shardsum.fleet;

import java.io.Serializable;
import java.util.Locale;

/**
 * How many ranks an engine has. World rank = dp rank × (tp × pp) + pp rank × tp + tp rank.
 *
 * @param tp tensor-parallel size
 * @param pp pipeline stages
 * @param dp data-parallel replicas
 * @param ep how many parts of the tensor-parallel ranks have experts of their own
 * @param attentionDp how many parts of the tensor-parallel ranks each have all of the attention
 */
public record Parallelism(int tp, int pp, int dp, int ep, int attentionDp) implements Serializable {
  /** The largest world size that is believed. */
  static final int MAX_RANKS = 65_536;

  /** One rank. */
  public static final Parallelism SINGLE = new Parallelism(1, 1, 1);

  /**
   * Checks the sizes.
   *
   * @throws FleetException if one is below 1 or all together are more than 65,536 ranks
   */
  public Parallelism {
    requireSize("tp", tp);
    requireSize("pp", pp);
    requireSize("dp", dp);
    requireSize("ep", ep);
    requireSize("attn-dp", attentionDp);
    if ((long) tp * pp * dp > MAX_RANKS) {
      throw new FleetException(
          String.format(
              Locale.ROOT,
              "tp %d × pp %d × dp %d is %d ranks; allowed: at most %d",
              tp,
              pp,
              dp,
              (long) tp * pp * dp,
              MAX_RANKS));
    }
  }

  /** Ranks that share experts and attention as they share the rest. */
  public Parallelism(int tp, int pp, int dp) {
    this(tp, pp, dp, 1, 1);
  }

  private static void requireSize(String name, int size) {
    if (size < 1 || size > MAX_RANKS) {
      throw new FleetException(name + " is " + size + "; allowed: 1 to " + MAX_RANKS);
    }
  }

  /** The ranks of one data-parallel replica. */
  public int replicaSize() {
    return tp * pp;
  }

  /** The ranks of all replicas. */
  public int worldSize() {
    return tp * pp * dp;
  }

  /** The rank within its replica: ranks with the same one are copies of each other. */
  public int rankInReplica(int worldRank) {
    return worldRank % replicaSize();
  }

  /** The tensor-parallel rank of a rank. */
  public int tpRankOf(int worldRank) {
    return worldRank % tp;
  }

  /** The pipeline stage of a rank. */
  public int ppRankOf(int worldRank) {
    return worldRank / tp % pp;
  }

  /** The data-parallel replica of a rank. */
  public int dpRankOf(int worldRank) {
    return worldRank / replicaSize();
  }

  @Override
  public String toString() {
    String inside =
        (ep == 1 ? "" : " ep" + ep) + (attentionDp == 1 ? "" : " attn-dp" + attentionDp);
    return "tp" + tp + " pp" + pp + " dp" + dp + inside;
  }
}
