package io.shardsum.source;

import io.shardsum.source.sums.Sum;
import io.shardsum.source.sums.SumsDifferException;
import io.shardsum.text.ForeignText;
import java.util.List;
import java.util.Optional;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * A chunk of which the CPU has the sum, too.
 *
 * @param sums those of a GPU of its pieces
 * @param expected what they add up to on the CPU
 * @param chunk its number within the tensor
 */
record SumCheck(
    List<Sum> sums, long expected, int chunk, String tensor, String file, Placement placement) {

  private static final int MESSAGE_CODE_POINTS = 2_000;

  SumCheck {
    sums = List.copyOf(sums);
  }

  /**
   * Compares.
   *
   * @throws SumsDifferException if they differ
   */
  void require() {
    long found = sums.stream().mapToLong(Sum::value).sum();
    if (found != expected) {
      throw new SumsDifferException(
          ForeignText.shown(
              "Cannot trust GPU %s of host %s (executor %s): chunk %s of tensor %s in %s: expected sum %s, as the CPU has it, found %s"
                  .formatted(
                      Optional.ofNullable(placement.gpu())
                          .map(UTF8String::toString)
                          .orElse("of unknown address"),
                      placement.host(),
                      placement.executor(),
                      Integer.toString(chunk),
                      tensor,
                      file,
                      Long.toString(expected),
                      Long.toString(found)),
              MESSAGE_CODE_POINTS),
          null);
    }
  }
}
