package io.shardsum.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.checksum.SglangChecksum;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegisterTest {

  @Test
  void finishesTensorsAsTheCpuDoes() {
    long[] sums = new Random(5).longs(100).toArray();
    sums[0] = 0;
    sums[1] = -1;
    PlainOperations operations = new PlainOperations();

    try (Register<PlainColumn> register =
        new Register<>(operations, operations.column(Long.SIZE, 100, row -> sums[row]))) {
      register.splitmix();

      for (int row = 0; row < sums.length; row++) {
        assertThat(HexFormat.of().toHexDigits(register.column().at(row)))
            .isEqualTo(SglangChecksum.finish(sums[row]));
      }
    }
    assertThat(operations.open()).isEmpty();
  }
}
