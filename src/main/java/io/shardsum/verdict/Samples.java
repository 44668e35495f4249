package io.shardsum.verdict;

import io.shardsum.damage.Damage;
import io.shardsum.damage.DamagePattern;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What looks at bytes have shown of copies that may hold other weights. */
final class Samples {

  /** One in so many bytes differs at least, where weights are others. */
  private static final long ONE_IN = 4;

  /** Nothing was looked at. */
  static final Samples NONE = new Samples();

  private final Set<SuspectTensor.CopiedTensor> damaged = new HashSet<>();
  private final Map<RankHolder, Integer> looked = new HashMap<>();
  private final Map<RankHolder, Integer> withPattern = new HashMap<>();
  private final Set<RankHolder> misread = new HashSet<>();

  private Samples() {}

  /** Takes what second looks have shown so far. */
  static Samples of(
      Map<SuspectTensor, SecondLook> looks, Map<SuspectTensor.CopiedTensor, Readings> readings) {
    Samples samples = new Samples();
    looks.forEach(
        (suspect, look) -> {
          if (look instanceof SecondLook.Compared compared) {
            compared.damage().ifPresent(damage -> samples.add(suspect.copy(), damage));
          }
        });
    readings.forEach(
        (copy, of) -> {
          if (!of.wrong().isEmpty()) {
            samples.misread.add(copy.holder());
          }
        });
    return samples;
  }

  private void add(SuspectTensor.CopiedTensor copy, Damage damage) {
    looked.merge(copy.holder(), 1, Integer::sum);
    if (!isLikeOtherWeights(damage)) {
      damaged.add(copy);
      withPattern.merge(copy.holder(), 1, Integer::sum);
    }
  }

  private static boolean isLikeOtherWeights(Damage damage) {
    return damage.pattern() == DamagePattern.RANDOM
        && ONE_IN * damage.differingBytes() >= damage.comparedBytes();
  }

  /** Whether a tensor's bytes differ in a way that other weights do not. */
  boolean isDamaged(SuspectTensor.CopiedTensor copy) {
    return damaged.contains(copy);
  }

  /**
   * Whether nothing that was looked at shows that a copy holds the same weights, and is damaged.
   */
  boolean allowOtherWeights(RankHolder copy) {
    return !misread.contains(copy)
        && 2 * withPattern.getOrDefault(copy, 0) <= looked.getOrDefault(copy, 0);
  }
}
