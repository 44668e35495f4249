package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.testing.JsonKeys;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class VersionsCommandTest {

  private static final String HOSTILE = "chat-\u001b[31m";

  @TempDir static Path out;
  @TempDir Path empty;

  @BeforeAll
  static void tables(SparkSession spark) {
    Engine b = Engine.of(HOSTILE, "acme/chat", "1", "w");
    new Nights()
        .scan("prod", "day-1", at(1), List.of(a("w"), a("w").running(), b))
        .scan("prod", "day-2", at(2), List.of(a("x"), a("w").running().without(0), b))
        .write(spark, out);
  }

  private static Engine a(String word) {
    return Engine.of("a", "acme/chat", "1", word);
  }

  private static Instant at(int day) {
    return Instant.parse("2025-11-0%sT02:00:00Z".formatted(Integer.toString(day)));
  }

  private static CommandRun versions(String... more) {
    String[] arguments = new String[more.length + 2];
    arguments[0] = "--out";
    arguments[1] = out.toString();
    System.arraycopy(more, 0, arguments, 2, more.length);
    return CommandRun.of("versions", arguments);
  }

  @Test
  void printsFilesAndTheRunningEngineBesideEachOther() {
    CommandRun run = versions("--engine", "a");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out().replaceAll("[0-9a-f]{16}", "DIGEST").replaceAll(" +", " "))
        .isEqualTo(
            """
            Fleet prod

            ENGINE HOST RANKS CONTENT (START) REVISION DESCRIBED FROM (UTC) TO (UTC) SCANS CHANGE EVIDENCE
            a - 0 DIGEST 1 1 2025-11-01 02:00 2025-11-01 02:00 1 FIRST COMPUTED
            a (live) - 0 DIGEST 1 1 2025-11-01 02:00 2025-11-01 02:00 1 FIRST -
            a - 0 DIGEST 1 1 2025-11-02 02:00 now 1 UNPLANNED COMPUTED
            a (live) - 0 INCOMPLETE - 1 2025-11-02 02:00 now 1 - -

            """);
  }

  @Test
  void printsJson() throws IOException {
    JsonNode json = new ObjectMapper().readTree(versions("--format", "json").out());

    assertThat(JsonKeys.of(json))
        .isEqualTo(
            """
            .: fleets
            fleets: fleet versions left_out
            fleets.versions: engine source host ranks status content revision described_revision seen_from seen_to scans change evidence
            """);
    assertThat(json.at("/fleets/0/versions")).hasSize(5);
    JsonNode last = json.at("/fleets/0/versions/4");
    assertThat(last.path("engine").textValue()).isEqualTo(HOSTILE);
    assertThat(last.path("seen_to").isNull()).isTrue();
    assertThat(last.path("content").textValue()).hasSize(64);
    assertThat(last.path("scans").intValue()).isEqualTo(2);
  }

  @Test
  void refusesAnEngineThatNoScanHas() {
    CommandRun run = versions("--engine", "c");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "versions: --engine: no engine 'c' in these tables: they have a, chat-\\u001b[31m\n");
  }

  @Test
  void refusesADirectoryWithoutScans() {
    CommandRun run = CommandRun.of("versions", "--out", empty.toString());

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("versions: No finished scan in ");
  }
}
