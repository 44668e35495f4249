package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.scan.plan.ReadingPace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressLineTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0             | read 0 B of 4.00 GB
          1000000000    | read 1.00 GB of 4.00 GB, 500.00 MB/s, 6 s left
          3999999999    | read 4.00 GB of 4.00 GB, 2.00 GB/s, finishing
          4000000000    | read 4.00 GB, writing tables
          5000000000    | read 4.00 GB, writing tables
          50000000      | read 50.00 MB of 4.00 GB, 25.00 MB/s, 3 min left
          1000000       | read 1.00 MB of 4.00 GB, 500.00 kB/s, 2 h 13 min left
          """)
  void saysHowFarTheScanIsAndNeverThatNoTimeIsLeft(long readBytes, String line) {
    assertThat(ProgressLine.line(new ReadingPace(readBytes, 4_000_000_000L, 2))).isEqualTo(line);
  }

  @Test
  void saysHowManyEnginesAreDone() {
    assertThat(ProgressLine.engines(0, 1)).isEqualTo(", 0 of 1 engine done");
    assertThat(ProgressLine.engines(2, 1_500)).isEqualTo(", 2 of 1,500 engines done");
  }
}
