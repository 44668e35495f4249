package io.shardsum.scan.plan;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.SparkConf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScanSettingsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spark.shardsum.reread.bytes | 2gg | bytes as in 64m, found 2gg",
        "spark.shardsum.reread.bytes | -1 | bytes as in 64m, found -1",
        "spark.shardsum.expect.rehash.days | x | a whole number of days from 0 to 99999, found x",
        "spark.sql.files.maxPartitionBytes | 2gg | bytes as in 64m, found 2gg",
        "spark.sql.files.maxPartitionBytes | 0 | bytes as in 64m, from 1, found 0",
        "spark.sql.files.openCostInBytes | a few | bytes as in 64m, found a few",
        "spark.shardsum.reread.byte | 1g | one of spark.shardsum.reread.bytes, spark.shardsum.reread.file.bytes,"
            + " spark.shardsum.expect.rehash.days, spark.shardsum.wave.bytes, found a key not known"
      })
  void refusesWhatDoesNotParse(String key, String value, String message) {
    assertThatThrownBy(() -> ScanSettings.check(new SparkConf(false).set(key, value)))
        .isInstanceOf(SettingException.class)
        .hasMessage("Invalid setting %s: expected %s".formatted(key, message));
  }

  @ParameterizedTest
  @CsvSource({"spark.sql.shuffle.partitions, many", "spark.sql.adaptive.enabled, perhaps"})
  void refusesWhatSparkWouldRefuseLater(String key, String value) {
    assertThatThrownBy(() -> ScanSettings.check(new SparkConf(false).set(key, value)))
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith(
            "Invalid setting %s: expected what Spark takes, found %s (".formatted(key, value));
  }

  @ParameterizedTest
  @CsvSource({
    "spark.shardsum.reread.bytes, 4g",
    "spark.shardsum.expect.rehash.days, 7",
    "spark.sql.files.maxPartitionBytes, 64m",
    "spark.sql.shuffle.partitions, 4",
    "spark.sql.catalog.mine, org.example.Mine"
  })
  void takesTheOthers(String key, String value) {
    assertThatCode(() -> ScanSettings.check(new SparkConf(false).set(key, value)))
        .doesNotThrowAnyException();
  }
}
