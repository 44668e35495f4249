package io.shardsum.expect.model;

/**
 * How the ranks of one engine share its work. World rank = tp * stage + tensor-parallel rank;
 * experts and attention are shared inside the tensor-parallel group.
 *
 * @param tp tensor-parallel size
 * @param pp pipeline stages
 * @param ep expert-parallel size
 * @param attentionDp how many groups of the tensor-parallel ranks each hold all of the attention
 */
public record Topology(int tp, int pp, int ep, int attentionDp) {
  private static final int MAX_RANKS = 65_536;

  /**
   * Checks the sizes.
   *
   * @throws ExpectException if they do not fit together
   */
  public Topology {
    requireSize("tp", tp);
    requireSize("pp", pp);
    requireSize("ep", ep);
    requireSize("attn-dp", attentionDp);
    if ((long) tp * pp > MAX_RANKS) {
      throw new ExpectException(
          "tp %s with pp %s is %s ranks; allowed: at most %s"
              .formatted(tp, pp, (long) tp * pp, MAX_RANKS));
    }
    requireDivides("ep", ep, tp);
    requireDivides("attn-dp", attentionDp, tp);
  }

  private static void requireSize(String name, int size) {
    if (size < 1 || size > MAX_RANKS) {
      throw new ExpectException(name + " is " + size + "; allowed: 1 to " + MAX_RANKS);
    }
  }

  private static void requireDivides(String name, int size, int tp) {
    if (tp % size != 0) {
      throw new ExpectException(
          "%s is %s; expected a divisor of tp, which is %s".formatted(name, size, tp));
    }
  }

  /** With every tensor-parallel rank holding experts of its own. */
  public Topology withExpertsOnAllRanks() {
    return new Topology(tp, pp, tp, attentionDp);
  }

  /** The ranks of the engine. */
  public int worldSize() {
    return tp * pp;
  }

  /** Which pipeline stage a rank is in. */
  public int stageOf(int rank) {
    return rank / tp;
  }

  /** The rank's place in its tensor-parallel group. */
  public int tpRankOf(int rank) {
    return rank % tp;
  }

  /** Which of the groups that each hold all of the attention a rank is in. */
  public int attentionDpRankOf(int rank) {
    return tpRankOf(rank) / (tp / attentionDp);
  }

  public Share tensorShare(int rank) {
    return new Share(tp, tpRankOf(rank));
  }

  public Share attentionShare(int rank) {
    int size = tp / attentionDp;
    return new Share(size, tpRankOf(rank) % size);
  }

  /** Which of the experts. */
  public Share expertShare(int rank) {
    return new Share(ep, tpRankOf(rank) / (tp / ep));
  }

  /** Which part of each of its experts. */
  public Share insideExpertShare(int rank) {
    int size = tp / ep;
    return new Share(size, tpRankOf(rank) % size);
  }
}
