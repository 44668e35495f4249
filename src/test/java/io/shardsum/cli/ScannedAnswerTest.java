package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --format sglang}: what engines would answer, from their files. */
@ExtendWith(LocalSpark.class)
class ScannedAnswerTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();

  @TempDir static Path root;

  /** The commands take the session that is there. */
  @BeforeAll
  static void scan(SparkSession session) throws IOException {
    assertThat(session).isNotNull();
    Path fp8 = GOLDEN.resolve("engines/tp2-fp8");
    Path draft = GOLDEN.resolve("engines/tp2-draft");
    Path vllm = GOLDEN.resolve("vllm/qwen3/tp1");
    String fleet =
        fleet(
            engine("draft", "tp: 2", draft, "draft: { shards: %s/draft }".formatted(draft)),
            engine("fp8", "tp: 2", fp8, ""),
            engine("tp12", "tp: 12", GOLDEN.resolve("engines/tp12"), ""),
            engine("tied", "tp: 2", GOLDEN.resolve("sglang/llama-tied/tp2"), ""),
            engine("qwen3-fp8", "tp: 2", GOLDEN.resolve("sglang/qwen3-fp8/tp2"), ""),
            engine("replicas", "tp: 2, dp: 2", fp8, ""),
            engine("part", "tp: 3", fp8, ""),
            engine("vllm", "tp: 1", vllm, "profile: vllm-0.32"),
            engine("sha256", "tp: 1", vllm, "digest: sha256"));
    CommandRun run = CommandRun.fleetScan("--fleet", fleet, "--out", out(), "--scan-id", "first");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({
    "draft, engines/tp2-draft",
    "fp8, engines/tp2-fp8",
    "tp12, engines/tp12",
    "tied, sglang/llama-tied/tp2",
    "qwen3-fp8, sglang/qwen3-fp8/tp2"
  })
  void printsWhatTheEngineAnswers(String engine, String golden) throws IOException {
    CommandRun run = answer(engine);

    assertThat(JSON.readTree(run.out()))
        .as(run.err())
        .isEqualTo(JSON.readTree(GOLDEN.resolve(golden).resolve("weights_checker.json").toFile()));
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void printsTheAnswerInsteadOfTheSummaryWhereItScans(@TempDir Path other) throws IOException {
    String fleet = fleet(engine("fp8", "tp: 2", GOLDEN.resolve("engines/tp2-fp8"), ""));

    CommandRun run =
        CommandRun.fleetScan(
            "--fleet", fleet, "--engine", "fp8", "--out", other.toString(), "--format", "sglang");

    assertThat(run).isEqualTo(new CommandRun(4, answer("fp8").out(), ""));
  }

  @Test
  void standsInForAnEndpoint(@TempDir Path other) throws IOException {
    Path engine = GOLDEN.resolve("engines/tp2-fp8");
    List<String> engines = new ArrayList<>();
    for (String name : List.of("fp8", "replicas")) {
      Path saved = Files.writeString(other.resolve(name + ".json"), answer(name).out());
      String sizes = name.equals("fp8") ? "tp: 2" : "tp: 2, dp: 2";
      engines.add(engine(name, sizes, engine, "endpoint: { file: %s }".formatted(saved)));
    }

    CommandRun run =
        CommandRun.fleetScan(
            "--fleet",
            fleet(engines.toArray(String[]::new)),
            "--out",
            other.resolve("tables").toString(),
            "--format",
            "json");

    JsonNode summary = JSON.readTree(run.out());
    assertThat(summary.at("/live/engines"))
        .as(run.err())
        .hasSize(2)
        .allSatisfy(
            live -> {
              assertThat(live.path("checksum").textValue()).hasSize(64);
              assertThat(live.path("checksum")).isEqualTo(live.path("reported"));
            });
    assertThat(summary.path("findings"))
        .isNotEmpty()
        .noneMatch(finding -> finding.path("source").asText().equals("LIVE"));
  }

  @Test
  void answersForEachReplicaInTurn() throws IOException {
    JsonNode answer = JSON.readTree(answer("replicas").out());

    assertThat(answer.path("message").textValue()).isEqualTo("Success. | Success.");
    List<String> places = new ArrayList<>();
    for (JsonNode rank : answer.path("ranks")) {
      JsonNode info = rank.path("parallelism_info").path(0);
      places.add(
          "dp %s of %s, tp %s of %s, rank %s of %s"
              .formatted(
                  info.path("dp_rank"),
                  info.path("dp_size"),
                  info.path("tp_rank"),
                  info.path("tp_size"),
                  info.path("rank"),
                  info.path("size")));
    }
    assertThat(places)
        .containsExactly(
            "dp 0 of 1, tp 0 of 2, rank 0 of 2",
            "dp 0 of 1, tp 1 of 2, rank 1 of 2",
            "dp 1 of 1, tp 0 of 2, rank 0 of 2",
            "dp 1 of 1, tp 1 of 2, rank 1 of 2");
    assertThat(answer.at("/ranks/2/checksums")).isEqualTo(answer.at("/ranks/0/checksums"));
  }

  @Test
  void neverPassesAPartOffAsTheWhole() {
    assertThat(answer("part"))
        .isEqualTo(
            new CommandRun(
                4,
                "",
                "fleet-scan: engine part has no checksum in scan first: 2 of 3 ranks were hashed;"
                    + " rank 2 is MISSING: no file of rank 2 in file:%s: found ranks 0 and 1%n"
                        .formatted(GOLDEN.resolve("engines/tp2-fp8"))));
  }

  @Test
  void refusesWhatNoScannedEngineOfSglangIs() {
    assertThat(answer("nobody"))
        .isEqualTo(
            refused(
                "--engine: no files of engine nobody in scan first; it has those of: draft, fp8,"
                    + " part, qwen3-fp8, replicas, sha256 and 3 more"));
    assertThat(answer("vllm"))
        .isEqualTo(
            refused(
                "--format sglang: engine vllm is one of vLLM: expected a profile of SGLang, found"
                    + " 'sglang vllm-0.32'"));
    assertThat(answer("sha256"))
        .isEqualTo(
            refused(
                "--format sglang: scan first has only SHA-256 of engine sha256: expected --digest"
                    + " sglang or both"));
    assertThat(answer("fp8", "--scan-id", "none"))
        .isEqualTo(refused("No finished scan none in " + out()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --out T                       | --format sglang: expected exactly one --engine NAME
          --out T --engine a b          | --format sglang: expected exactly one --engine NAME
          --engine a                    | --format sglang needs --out DIR: where the tables are
          --out T --engine a --dry-run  | --format sglang of a finished scan takes only --engine, --out and --scan-id
          --demo                        | --demo takes no other option but --demo-dir and --nights
          """)
  void refusesOptionsThatItWouldIgnore(String options, String message) {
    List<String> all = new ArrayList<>(List.of("--format", "sglang"));
    all.addAll(List.of(options.replace("T", out()).split(" +")));

    assertThat(CommandRun.fleetScan(all.toArray(String[]::new))).isEqualTo(refused(message));
  }

  private static CommandRun refused(String message) {
    return new CommandRun(2, "", "fleet-scan: " + message + System.lineSeparator());
  }

  private static CommandRun answer(String engine, String... more) {
    List<String> all = new ArrayList<>(List.of("--engine", engine, "--out", out()));
    all.addAll(List.of("--format", "sglang"));
    all.addAll(List.of(more));
    return CommandRun.fleetScan(all.toArray(String[]::new));
  }

  private static String out() {
    return root.resolve("tables").toString();
  }

  private static String engine(String name, String parallelism, Path shards, String more) {
    return "- { name: %s, parallelism: { %s }, shards: %s%s }\n"
        .formatted(name, parallelism, shards, more.isEmpty() ? "" : ", " + more);
  }

  private static String fleet(String... engines) throws IOException {
    Path file = Files.createTempFile(root, "fleet", ".yaml");
    Files.writeString(file, "fleet: f\nengines:\n" + String.join("", engines));
    return file.toString();
  }
}
