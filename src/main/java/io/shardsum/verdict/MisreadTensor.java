package io.shardsum.verdict;

import java.util.List;

/**
 * A tensor of a file that came out otherwise when it was read again, since its running engine holds
 * something else.
 *
 * @param first what the scan has read
 * @param again what the second reading gave
 * @param expected what the engine holds: where that is what the second reading gave, it is proven
 * @param firstBy what has read it in the scan
 * @param againBy what has read it again
 */
public record MisreadTensor(
    RankHolder holder,
    TensorName name,
    Content first,
    Content again,
    Content expected,
    ReadBy firstBy,
    ReadBy againBy) {

  SuspectTensor.CopiedTensor copy() {
    return new SuspectTensor.CopiedTensor(holder, name);
  }

  Readings readings() {
    Readings readings = new Readings(new Readings.Reading(held(first), firstBy));
    readings.add(new Readings.Reading(held(again), againBy));
    if (!again.equals(expected)) {
      readings.assume(held(expected));
    }
    return readings;
  }

  private static HeldTensor held(Content content) {
    return new HeldTensor(content, List.of());
  }
}
