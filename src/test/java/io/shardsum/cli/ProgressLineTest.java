package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressLineTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0             | read 0 B of 4.00 GB, 0.00 GB/s, time left unknown
          1000000000    | read 1.00 GB of 4.00 GB, 0.50 GB/s, 6 s left
          3999999999    | read 4.00 GB of 4.00 GB, 2.00 GB/s, finishing
          4000000000    | read 4.00 GB, writing tables
          """)
  void saysHowFarTheScanIsAndNeverThatNoTimeIsLeft(long readBytes, String line) {
    assertThat(ProgressLine.line(readBytes, 4_000_000_000L, 2)).isEqualTo(line);
  }
}
