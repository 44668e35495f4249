package io.shardsum.scan.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadingExecutorsTest {

  private static final ReadingExecutors THREE =
      new ReadingExecutors(Map.of("1", "west", "2", "east", "3", "east"));

  @Test
  void takesExecutorsThatHaveReadNeitherCopy() {
    assertThat(THREE.besides(List.of("1"), List.of("2"))).containsExactly("executor_east_3");
    assertThat(THREE.besides(List.of("1"), List.of("1")))
        .containsExactly("executor_east_2", "executor_east_3");
  }

  @Test
  void takesOneThatHasReadTheOtherCopyRatherThanTheSuspectOne() {
    assertThat(THREE.besides(List.of("1", "2"), List.of("3"))).containsExactly("executor_east_3");
  }

  @Test
  void takesAnyWhereAllHaveReadTheSuspectCopy() {
    assertThat(THREE.besides(List.of("1", "2", "3"), List.of("1"))).isEmpty();
    assertThat(new ReadingExecutors(Map.of("driver", "here")).besides(List.of("driver"), List.of()))
        .isEmpty();
  }
}
