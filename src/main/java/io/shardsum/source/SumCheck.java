package io.shardsum.source;

import io.shardsum.source.sums.Sum;
import io.shardsum.source.sums.SumsDifferException;
import io.shardsum.text.ForeignText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.unsafe.types.UTF8String;

/** A chunk that a GPU sums, and the CPU, too: as it is stored, or what the engine makes of it. */
final class SumCheck {

  private static final int MESSAGE_CODE_POINTS = 2_000;

  private final String what;
  private final Placement placement;
  private final List<Sum> onGpu = new ArrayList<>(4);
  private final List<Sum> onCpu = new ArrayList<>(4);

  /**
   * Begins with a chunk.
   *
   * @param what which chunk, of what
   * @param placement where it is summed
   */
  SumCheck(String what, Placement placement) {
    this.what = what;
    this.placement = placement;
  }

  /** Adds a piece. */
  void add(Sum ofGpu, Sum ofCpu) {
    onGpu.add(ofGpu);
    onCpu.add(ofCpu);
  }

  /**
   * Compares, once the sums are there.
   *
   * @throws SumsDifferException if they differ
   */
  void require() {
    long found = total(onGpu);
    long expected = total(onCpu);
    boolean bothNan = hasNan(onGpu) && hasNan(onCpu);
    if (bothNan || (found == expected && !hasNan(onGpu) && !hasNan(onCpu))) {
      return;
    }
    throw new SumsDifferException(
        ForeignText.shown(
            "Cannot trust GPU %s of host %s (executor %s): %s: expected sum %s, as the CPU computed it, found %s"
                .formatted(
                    Optional.ofNullable(placement.gpu())
                        .map(UTF8String::toString)
                        .orElse("of unknown address"),
                    placement.host(),
                    placement.executor(),
                    what,
                    Long.toString(expected),
                    Long.toString(found)),
            MESSAGE_CODE_POINTS),
        null);
  }

  private static long total(List<Sum> sums) {
    return sums.stream().mapToLong(Sum::value).sum();
  }

  private static boolean hasNan(List<Sum> sums) {
    return sums.stream().anyMatch(sum -> sum.nan().isPresent());
  }
}
