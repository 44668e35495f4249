package io.shardsum.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanClaimTest {

  private static final Instant STARTED_AT = Instant.parse("2026-11-23T04:05:06Z");

  @TempDir Path out;

  private ScanTables tables() {
    return new ScanTables(
        new org.apache.hadoop.fs.Path(out.toString()),
        LocalDate.parse("2026-11-23"),
        new ScanId("n"));
  }

  private ScanClaim take(TakeOver takeOver) {
    return ScanClaim.take(tables(), STARTED_AT, takeOver, new Configuration(false));
  }

  private ScanClaim takeGatherings() {
    return ScanClaim.ofGatherings(tables(), STARTED_AT, new Configuration(false));
  }

  private Path file() {
    return out.resolve("_running-n");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(out)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void refusesTheNameOfAScanThatRunsAndSaysWhoseItIs() throws IOException {
    try (ScanClaim first = take(TakeOver.OF_THE_DEAD)) {
      assertThatThrownBy(() -> take(TakeOver.OF_THE_DEAD))
          .isInstanceOf(ClaimedScanException.class)
          .hasMessageStartingWith("Cannot scan as n: a scan of that name is running on host ")
          .hasMessageContaining(
              "process %s, since 2026-11-23T04:05:06Z", ProcessHandle.current().pid())
          .hasMessageEndingWith("if it is dead, add --replace");
      first.requireHeld();
    }
    assertThat(names()).isEmpty();
    take(TakeOver.OF_THE_DEAD).close();
  }

  @Test
  void oneProcessGathersWhileScansRun() throws IOException {
    try (ScanClaim scan = take(TakeOver.OF_THE_DEAD);
        ScanClaim first = takeGatherings()) {
      assertThatThrownBy(this::takeGatherings)
          .isInstanceOf(ClaimedScanException.class)
          .hasMessageStartingWith("Cannot gather scans: another process is gathering them on host ")
          .hasMessageEndingWith("since 2026-11-23T04:05:06Z: wait for its end");
      first.requireHeld();
      scan.requireHeld();
      assertThat(names()).containsExactlyInAnyOrder("_running-n", "_gathering");
    }
    takeGatherings().close();
    assertThat(names()).isEmpty();
  }

  @Test
  void givesTheNameToOneOfManyThatAskAtOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    List<Future<ScanClaim>> asked = new ArrayList<>();
    for (int number = 0; number < 8; number++) {
      asked.add(pool.submit(() -> take(TakeOver.OF_THE_DEAD)));
    }
    List<ScanClaim> taken = new ArrayList<>();
    for (Future<ScanClaim> claim : asked) {
      try {
        taken.add(claim.get());
      } catch (ExecutionException e) {
        assertThat(e.getCause()).isInstanceOf(ClaimedScanException.class);
      }
    }
    pool.shutdown();
    assertThat(taken).hasSize(1);
    taken.get(0).close();
  }

  @Test
  void takesTheNameOfAProcessThatIsGone() throws IOException {
    ScanClaim here = take(TakeOver.OF_THE_DEAD);
    String text = Files.readString(file());
    here.close();
    String pid = Long.toString(ProcessHandle.current().pid());
    Files.writeString(
        file(),
        text.replace("\"process\":\"" + pid + "\"", "\"process\":\"999999999\"")
            .replaceFirst("\"token\":\"[^\"]*\"", "\"token\":\"another\""));

    try (ScanClaim claim = take(TakeOver.OF_THE_DEAD)) {
      claim.requireHeld();
      assertThat(names()).containsExactly("_running-n");
    }
  }

  @Test
  void takesTheNameOfAScanElsewhereOnlyAfterLongSilence() throws IOException {
    String elsewhere =
        "{\"host\":\"elsewhere\",\"process\":\"7\",\"started_at\":\"2026-11-23T01:00:00Z\",\"token\":\"t\"}";
    Files.writeString(file(), elsewhere);
    assertThatThrownBy(() -> take(TakeOver.OF_THE_DEAD))
        .hasMessageContaining(
            "is running on host elsewhere, process 7, since 2026-11-23T01:00:00Z");

    Files.setLastModifiedTime(file(), FileTime.from(Instant.now().minus(Duration.ofMinutes(11))));
    take(TakeOver.OF_THE_DEAD).close();
    assertThat(names()).isEmpty();
  }

  @Test
  void takesAnyNameWhereThatIsAskedForAndTheOtherSeesIt() throws IOException {
    ScanClaim first = take(TakeOver.OF_THE_DEAD);
    try (ScanClaim second = take(TakeOver.ALWAYS)) {
      second.requireHeld();
      assertThatThrownBy(first::requireHeld)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("scan n was taken over by another scan on host");
      first.close();
      second.requireHeld();
    }
  }

  @Test
  void aFileThatSaysNothingYetIsAClaim() throws IOException {
    Files.writeString(file(), "");
    assertThatThrownBy(() -> take(TakeOver.OF_THE_DEAD))
        .isInstanceOf(ClaimedScanException.class)
        .hasMessageContaining("on host unknown");
  }
}
