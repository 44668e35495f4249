package io.shardsum.source.sglang;

import io.shardsum.source.sums.Sum;
import java.util.List;
import java.util.OptionalLong;

/**
 * The first element of a weight that is NaN, once a row of the weight has met one: every later row
 * names it, too. Rows come in their order.
 */
public final class FirstNan {

  private OptionalLong element = OptionalLong.empty();

  /**
   * What a row of the weight names.
   *
   * @param sums of the row's pieces, in their order
   */
  public OptionalLong of(List<Sum> sums) {
    if (element.isEmpty()) {
      element = sums.stream().map(Sum::nan).flatMapToLong(OptionalLong::stream).findFirst();
    }
    return element;
  }
}
