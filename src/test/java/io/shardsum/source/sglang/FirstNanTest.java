package io.shardsum.source.sglang;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.source.sums.Sum;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FirstNanTest {

  /** Rows of one weight: without NaN, with two, with another one, and without. */
  @Test
  void isNamedByEveryRowFromTheFirstThatHasOneOn() {
    FirstNan nan = new FirstNan();

    assertThat(nan.of(List.of(Sum.of(1), Sum.of(2)))).isEmpty();
    assertThat(nan.of(List.of(at(5), at(7)))).hasValue(5);
    assertThat(nan.of(List.of(at(1_048_580)))).hasValue(5);
    assertThat(nan.of(List.of(Sum.of(3)))).hasValue(5);
  }

  private static Sum at(long element) {
    return Sum.of(0, OptionalLong.of(element));
  }
}
