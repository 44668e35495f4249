package io.shardsum.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRateTest {

  @ParameterizedTest
  @CsvSource({
    "2GB/s, 2000000000, 2GB/s",
    "500MB/s, 500000000, 500MB/s",
    "500MB, 500000000, 500MB/s",
    "1.5GB/s, 1500000000, 1500MB/s",
    "64KB, 64000, 64KB/s",
    "1000000B/s, 1000000, 1MB/s",
    "0.0015KB, 1, 1B/s",
    "3TB, 3000000000000, 3TB/s",
    "9000000TB, 9000000000000000000, 9000000TB/s",
  })
  void isReadAndWritten(String text, long bytesPerSecond, String written) {
    ByteRate rate = ByteRate.parse(text);

    assertThat(rate).isEqualTo(new ByteRate(bytesPerSecond)).hasToString(written);
    assertThat(ByteRate.parse(written)).isEqualTo(rate);
    assertThat(rate.isUnlimited()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "0MB/s",
        "0.0001KB",
        "-5MB/s",
        "5",
        "MB/s",
        "5MiB/s",
        "5mb",
        "5 MB/s",
        "5Mbit/s",
        "5MB/m",
        "1e3MB",
        "NaN",
        "fast",
        "9300000TB",
        "99999999999999999999GB"
      })
  void isRefusedWithWhatIsExpected(String text) {
    assertThatThrownBy(() -> ByteRate.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected bytes a second as in 500MB/s or 1.5GB/s, more than 0, found " + text);
  }

  @Test
  void isUnlimitedByDefault() {
    assertThat(ReadSettings.USUAL.maxRate().isUnlimited()).isTrue();
    assertThat(ReadSettings.USUAL.options()).isEmpty();
  }
}
