package io.shardsum.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.io.ByteRate;
import io.shardsum.io.ListedFile;
import io.shardsum.io.LocalReads;
import io.shardsum.io.ReadSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadOptionsTest {

  @Test
  void hasDefaults() {
    assertThat(parse(Map.of()))
        .isEqualTo(
            new ReadOptions(
                List.of(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                RowUnit.CHUNK,
                OnError.FAIL,
                false,
                ChunkSample.NONE,
                ReadSettings.USUAL));
  }

  @Test
  void takesEveryOption() {
    FileListing listing =
        new FileListing(
            List.of(
                new ScannedFile(new ListedFile("/w/c.safetensors", 10, 20), List.of("k_scale"))));
    TaskPlan tasks =
        new TaskPlan(List.of(new TaskPlan.Task(List.of(), List.of(TaskPlan.chunkAt(0, 4096)))));

    assertThat(
            parse(
                Map.ofEntries(
                    Map.entry("path", "/w/a"),
                    Map.entry("paths", "[\"/w/b\", \"/w/c\"]"),
                    Map.entry("listing", listing.toJson()),
                    Map.entry("tasks", tasks.toJson()),
                    Map.entry("recursive", "true"),
                    Map.entry("split-bytes", "1m"),
                    Map.entry("open-cost-bytes", "64k"),
                    Map.entry("rows", "piece"),
                    Map.entry("on-error", "report"),
                    Map.entry("sums", "gpu"),
                    Map.entry("check-one-in", "7"),
                    Map.entry("check-seed", "scan-1"),
                    Map.entry("read-retries", "0"),
                    Map.entry("max-rate", "500MB/s"),
                    Map.entry("direct", "true"))))
        .isEqualTo(
            new ReadOptions(
                List.of("/w/b", "/w/c", "/w/a"),
                Optional.of(listing),
                Optional.of(tasks),
                true,
                Optional.of(1L << 20),
                Optional.of(64L << 10),
                RowUnit.PIECE,
                OnError.REPORT,
                true,
                new ChunkSample(7, "scan-1"),
                new ReadSettings(0, new ByteRate(500_000_000), LocalReads.DIRECT)));
  }

  @Test
  void doesNotMindTheCaseOfAKey() {
    assertThat(parse(Map.of("Split-Bytes", "7")).splitBytes()).contains(7L);
  }

  @Test
  void refusesAnUnknownOptionAndListsTheKnown() {
    assertThatThrownBy(() -> parse(Map.of("split-byte", "1m")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Unknown option of the source safetensors: split-byte; known: path, paths, listing,"
                + " tasks, recursive, split-bytes, open-cost-bytes, rows, on-error, sums,"
                + " check-one-in, check-seed, read-retries, max-rate, direct");
  }

  @Test
  void acceptsWhatTheCatalogAdds() {
    Map<String, String> ofTable =
        Map.of(
            "provider", "safetensors",
            "owner", "me",
            "comment", "of a test",
            "location", "/w",
            "serialization.format", "1",
            "a property", "of TBLPROPERTIES",
            "option.read-retries", "7",
            "read-retries", "7");

    assertThat(parse(ofTable).reading().retries()).isEqualTo(7);
  }

  @Test
  void refusesAnUnknownOptionOfATable() {
    assertThatThrownBy(
            () -> parse(Map.of("provider", "safetensors", "option.retries", "7", "retries", "7")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Unknown option of the source safetensors: retries; known: path,");
  }

  @Test
  void refusesWhatOnlyTheCatalogMayAdd() {
    assertThatThrownBy(() -> parse(Map.of("owner", "me")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Unknown option of the source safetensors: owner; known: path,");
  }

  @Test
  void readsTheLocationOfATableThatHasNoPath() {
    assertThat(parse(Map.of("provider", "safetensors", "location", "/w")).paths())
        .containsExactly("/w");
    assertThat(parse(Map.of("provider", "safetensors", "location", "/w", "path", "/v")).paths())
        .containsExactly("/v");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "recursive       | yes     | expected true or false, found yes",
        "recursive       | TRUE    | expected true or false, found TRUE",
        "split-bytes     | 0       | expected more than 0 bytes, found 0",
        "split-bytes     | -1      | expected bytes as in 64m, found -1",
        "split-bytes     | a lot   | expected bytes as in 64m, found a lot",
        "split-bytes     | 1.5m    | expected bytes as in 64m, found 1.5m",
        "split-bytes     | 9999999p| expected bytes as in 64m, found 9999999p",
        "open-cost-bytes | 0       | expected more than 0 bytes, found 0",
        "open-cost-bytes | 4 mb    | expected bytes as in 64m, found 4 mb",
        "on-error        | ignore  | expected fail or report, found ignore",
        "on-error        | FAIL    | expected fail or report, found FAIL",
        "sums            | GPU     | expected cpu or gpu, found GPU",
        "check-one-in    | 0       | expected a number from 1 to 999999999, found 0",
        "check-one-in    | 1e3     | expected a number from 1 to 999999999, found 1e3",
        "read-retries    | -1      | expected a number from 0 to 9999, found -1",
        "read-retries    | 10000   | expected a number from 0 to 9999, found 10000",
        "read-retries    | three   | expected a number from 0 to 9999, found three",
        "max-rate        | 0       | expected bytes a second as in 500MB/s or 1.5GB/s, more than 0, found 0",
        "max-rate        | 0GB/s   | expected bytes a second as in 500MB/s or 1.5GB/s, more than 0, found 0GB/s",
        "max-rate        | -1GB/s  | expected bytes a second as in 500MB/s or 1.5GB/s, more than 0, found -1GB/s",
        "direct          | yes     | expected true or false, found yes",
        "paths           | /w      | expected a JSON list of strings, found /w",
        "paths           | {}      | expected a JSON list of strings, found {}",
        "paths           | null    | expected a JSON list of strings, found null",
        "paths           | [null]  | expected a JSON list of strings, found [null]",
      })
  void refusesAnInvalidValue(String key, String value, String reason) {
    assertThatThrownBy(() -> parse(Map.of(key, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid option " + key + ": " + reason);
  }

  @Test
  void refusesABrokenListing() {
    assertThatThrownBy(() -> parse(Map.of("listing", "{")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid option listing: expected {");
  }

  @Test
  void refusesToReadNothingInParticular() {
    assertThatThrownBy(() -> parse(Map.of()).withFiles())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot read safetensors: expected a path, as in load(\"/weights\"), found none");
  }

  private static ReadOptions parse(Map<String, String> options) {
    return ReadOptions.parse(new CaseInsensitiveStringMap(options));
  }
}
