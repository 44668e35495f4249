package io.shardsum.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThisHostTest {

  @ParameterizedTest
  @CsvSource({
    "gpu-17, gpu-17, true",
    "GPU-17, gpu-17, true",
    "gpu-17.example.com, gpu-17, true",
    "gpu-17, gpu-17.example.com, true",
    "gpu-17.example.com, gpu-17.example.org, false",
    "gpu-17, gpu-1, false",
    "10.0.0.17, 10.0.0.17, true",
    "10.0.0.17, 10.0.0.18, false",
    "10.0.0.17, 10, false"
  })
  void isKnownByItsNames(String name, String wanted, boolean same) {
    assertThat(new ThisHost(Set.of("other", name)).is(wanted)).isEqualTo(same);
  }
}
