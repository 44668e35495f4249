package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardsum.checksum.WeightDigest;
import io.shardsum.checksum.ZeroBytes;
import io.shardsum.fleet.WeightSource;
import io.shardsum.live.PlayedServer;
import io.shardsum.scan.judge.SourceResult;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.tables.EarlierScans;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.Verdict;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.TensorBytes;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Running engines in a scan, beside their files and beside each other. */
@ExtendWith(LocalSpark.class)
class LiveScanTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();
  private static final Path DRAFT = GOLDEN.resolve("engines/tp2-draft");
  private static final String NORM = "model.layers.0.input_layernorm.weight";
  private static final String OTHER = "00000000000000aa";
  private static final List<String> VLLM_SETUPS =
      List.of(
          "llama-tied/tp2",
          "qwen2-bias/tp2",
          "qwen3/tp1",
          "qwen3/tp2",
          "qwen3/tp4",
          "qwen3/pp2",
          "qwen3/tp2-pp2",
          "qwen3-moe/tp2");

  private static SparkSession spark;

  @TempDir Path root;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  @Test
  void findsAnEngineEqualToItsFilesInBothFormsOfItsAnswer() {
    Landed scan =
        scan(
            engine("now", files(DRAFT), "file: " + DRAFT.resolve("weights_checker.json")),
            engine(
                "before", files(DRAFT), "file: " + DRAFT.resolve("weights_checker-0.5.13.json")));

    assertThat(live(scan)).isEmpty();
    List<Row> engines = scan.rows(ScanTable.ENGINES, "engine IN ('now', 'before')");
    assertThat(engines)
        .extracting(row -> row.getAs("source"), row -> row.getAs("engine_version"))
        .containsExactlyInAnyOrder(
            tuple("FILES", null),
            tuple("FILES", null),
            tuple("LIVE", "0.5.23 or newer"),
            tuple("LIVE", "0.5.13 to 0.5.22"));
    assertThat(engines).extracting(row -> row.<String>getAs("checksum")).doesNotContainNull();
    assertThat(engines.stream().map(row -> row.<String>getAs("checksum")).distinct()).hasSize(1);
    assertThat(
            scan.rows(ScanTable.TENSORS, "engine = 'now' AND source = 'LIVE'").stream()
                .map(LiveScanTest::tensor))
        .containsExactlyInAnyOrderElementsOf(
            scan.rows(ScanTable.TENSORS, "engine = 'before' AND source = 'LIVE'").stream()
                .map(LiveScanTest::tensor)
                .toList())
        .hasSize(44);
  }

  private static List<Object> tensor(Row row) {
    return List.of(
        row.getAs("rank"),
        row.getAs("role"),
        row.getAs("tensor"),
        row.getAs("key"),
        row.getAs("status"),
        row.getAs("checksum"));
  }

  /** Releases before 0.5.23 do not know selectors, and tell their drafts, too. */
  @ParameterizedTest
  @ValueSource(strings = {"weights_checker-0.5.13.json", "weights_checker.json"})
  void leavesOutModelsThatItDidNotAskFor(String answer) {
    Landed scan = scan(engine("e", "shards: " + DRAFT + ",", "file: " + DRAFT.resolve(answer)));

    assertThat(live(scan)).isEmpty();
    assertThat(scan.rows(ScanTable.TENSORS, "source = 'LIVE' AND status = 'SKIPPED'"))
        .hasSize(4)
        .allMatch(row -> row.getAs("role").equals("draft"))
        .allMatch(row -> row.getAs("checksum") == null)
        .allMatch(row -> row.getAs("reason").equals("not asked for: selector target"));
    assertThat(
            scan.rows(ScanTable.ENGINES).stream()
                .map(row -> row.<String>getAs("checksum"))
                .distinct())
        .hasSize(1);
  }

  @Test
  void recomputesDigestsOverModelsThatItDidNotAskFor() throws IOException {
    JsonNode json = JSON.readTree(DRAFT.resolve("weights_checker-0.5.13.json").toFile());
    ((ObjectNode) json.at("/ranks/0/checksums")).put("draft.model.fc.weight", OTHER);

    Landed scan = scan(engine("e", "shards: " + DRAFT + ",", "file: " + write(json)));

    assertThat(live(scan)).extracting(Finding::kind).containsExactly("ENGINE_DIGEST_WRONG");
    assertThat(scan.summary().verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(states(scan.summary().live().coverage()))
        .containsEntry("VERIFIED", 1L)
        .containsEntry("DIFFERENT", 1L);
  }

  /** What is not read a second time may lie in the memory of the CPU. */
  @Test
  void leavesOpenWhatIsNotReadASecondTime() throws IOException {
    Path file = answer(json -> put(json, 1, NORM, OTHER));
    spark.conf().set(RereadLimits.BYTES, "1b");
    try {
      Landed scan = scan(engine("e", files(DRAFT), "file: " + file));

      assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
      assertThat(live(scan))
          .extracting(Finding::kind, f -> f.rank().orElseThrow(), Finding::detail)
          .containsExactly(
              tuple(
                  "NOT_CHECKED",
                  1,
                  "1 tensor has another checksum than its file: the bytes differ, or the engine keeps"
                      + " it in CPU memory (--digest both decides it; a scan reads at most 1 bytes a"
                      + " second time (spark.shardsum.reread.bytes)): "
                      + NORM));
    } finally {
      spark.conf().unset(RereadLimits.BYTES);
    }
  }

  @Test
  void takesTheDigestOfNothingOnTheCpuForNone() throws IOException {
    Path file = answer(json -> put(json, 1, NORM, "e3b0c44298fc1c14"));

    Landed scan = scan(engine("e", files(DRAFT), "file: " + file));

    assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(live(scan))
        .extracting(Finding::kind, f -> f.rank().orElseThrow(), Finding::detail)
        .containsExactly(
            tuple(
                "NOT_CHECKED",
                1,
                "1 of 22 tensors: the digest of zero bytes, and no file shows that the tensor is"
                    + " empty"));
  }

  @Test
  void takesAnEmptyTensorOnTheCpuForEmpty() throws IOException {
    Path file = answer(json -> put(json, 0, "model.layers.1.mlp.empty", "e3b0c44298fc1c14"));

    assertThat(live(scan(engine("e", files(DRAFT), "file: " + file)))).isEmpty();
  }

  @Test
  void keepsHostAndTimeOfAnAnswer() throws IOException {
    Path file = answerOfNoEmptyTensor(json -> {});

    Landed scan = scan(engine("e", "", "file: " + file));

    Row row = scan.rows(ScanTable.ENGINES).get(0);
    assertThat(row.<String>getAs("host")).isEqualTo("file:" + file);
    assertThat(row.<Timestamp>getAs("fetched_at").toInstant())
        .isEqualTo(Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.MICROS));
    assertThat(row.<String>getAs("reported"))
        .isEqualTo(JSON.readTree(file.toFile()).path("per_engine_checksum").asText());
  }

  @Test
  void saysWhichTensorAnEngineHoldsOtherwiseThanItsFile() throws IOException {
    Path file = answer(json -> put(json, 1, NORM, OTHER));

    Landed scan = scan(engine("e", files(DRAFT), "file: " + file));

    assertThat(scan.summary().verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(live(scan)).hasSize(1);
    Finding finding = live(scan).get(0);
    assertThat(finding.kind()).isEqualTo("LIVE_DIFFERS");
    assertThat(finding.rank()).hasValue(1);
    assertThat(finding.tensor().orElseThrow().key()).isEqualTo(NORM);
    assertThat(finding.comparison().actual()).hasValue(OTHER);
    assertThat(finding.comparison().expected())
        .hasValue(
            scan.rows(ScanTable.TENSORS, "source = 'FILES' AND rank = 1 AND key = '" + NORM + "'")
                .get(0)
                .getAs("checksum"));
    assertThat(finding.detail())
        .isEqualTo("1 tensor has other bytes in the engine than in its files");
    assertThat(finding.cause())
        .hasValue("changed in memory, or files that the engine has not loaded");
  }

  @Test
  void namesTensorsThatOnlyOneSideHas() throws IOException {
    Path file =
        answer(
            json -> {
              put(json, 0, "model.more.weight", OTHER);
              ((ObjectNode) json.at("/ranks/1/checksums")).remove(NORM);
              sign(json);
            });

    Landed scan = scan(engine("e", files(DRAFT), "file: " + file));

    assertThat(live(scan))
        .extracting(Finding::kind, f -> f.rank().orElse(-1), Finding::detail)
        .containsExactlyInAnyOrder(
            tuple("LIVE_DIFFERS", 0, "1 tensor is in the engine, and not in its files"),
            tuple("NOT_CHECKED", 1, "1 tensor of its files is not in the answer: " + NORM));
  }

  /** Without SHA-256 of all files, those that seem to differ are read a second time. */
  @ParameterizedTest
  @ValueSource(strings = {"both", "sglang"})
  void takesTheDigestOfWhatLiesInTheMemoryOfTheCpu(String digest) throws IOException {
    Path fp8 = GOLDEN.resolve("engines/tp2-fp8");
    Landed sums =
        scanWith(
            "both",
            "- { name: e, parallelism: { tp: 2 }, %s }\n".formatted(files(DRAFT)),
            "- { name: fp8, parallelism: { tp: 2 }, shards: %s }\n".formatted(fp8));
    Path offloaded = answer(json -> offload(json, "e", sums));
    JsonNode ofFp8 = JSON.readTree(fp8.resolve("weights_checker.json").toFile());
    offload(ofFp8, "fp8", sums);

    Landed scan =
        scanWith(
            digest,
            engine("e", files(DRAFT), "file: " + offloaded),
            engine("fp8", "shards: " + fp8 + ",", "file: " + write(ofFp8)));

    assertThat(live(scan)).isEmpty();
    assertThat(states(scan.summary().live().coverage())).containsOnlyKeys("VERIFIED");
  }

  /** As if all tensors of rank 0 that are not empty lay there. */
  private static void offload(JsonNode answer, String engine, Landed sums) {
    sums.rows(
            ScanTable.TENSORS,
            "engine = '%s' AND rank = 0 AND status = 'HASHED' AND bytes > 0".formatted(engine))
        .forEach(
            row -> put(answer, 0, row.getAs("key"), row.<String>getAs("sha256").substring(0, 16)));
  }

  @Test
  void saysWhatDiffersThoughItLooksAtMuchASecondTime() throws IOException {
    Path file =
        answer(
            json ->
                json.at("/ranks/1/checksums")
                    .properties()
                    .forEach(entry -> put(json, 1, entry.getKey(), OTHER)));

    Landed scan = scan(engine("e", files(DRAFT), "file: " + file));

    assertThat(live(scan))
        .extracting(Finding::kind, f -> f.rank().orElseThrow())
        .containsExactly(tuple("LIVE_DIFFERS", 1));
    assertThat(live(scan).get(0).detail())
        .startsWith("22 tensors have other bytes in the engine than in its files: ");
    assertThat(live(scan).get(0).tensors()).hasSize(22).contains(NORM);
  }

  @Test
  void findsSglangEnginesEqualToTheirFiles() {
    List<String> engines = new ArrayList<>();
    for (String setup :
        List.of(
            "engines/tp12", "engines/tp2-fp8", "sglang/llama-tied/tp2", "sglang/qwen3-fp8/tp2")) {
      Path directory = GOLDEN.resolve(setup);
      engines.add(
          "- { name: %s, parallelism: { tp: %s }, shards: %s, endpoint: { file: %s } }\n"
              .formatted(
                  setup,
                  setup.contains("tp12") ? "12" : "2",
                  directory,
                  directory.resolve("weights_checker.json")));
    }

    Landed scan = scan(engines.toArray(String[]::new));

    assertThat(live(scan)).isEmpty();
    assertThat(scan.summary().live().engines())
        .hasSize(4)
        .allSatisfy(
            live ->
                assertThat(live.checksum())
                    .isEqualTo(scan.engine(live.engine()).checksum())
                    .isEqualTo(live.reported())
                    .isPresent());
    assertThat(states(scan.summary().live().coverage())).containsOnlyKeys("VERIFIED");
  }

  @Test
  void findsAnEngineUnlikeAFileWhoseScaleWasDamaged() throws IOException {
    Path golden = GOLDEN.resolve("engines/tp2-fp8");
    Path damaged = Files.createDirectory(root.resolve("damaged"));
    try (Stream<Path> files = Files.list(golden)) {
      for (Path file : files.toList()) {
        Files.copy(file, damaged.resolve(file.getFileName()));
      }
    }
    Row scale =
        scan("- { name: e, parallelism: { tp: 2 }, shards: %s }\n".formatted(golden))
            .rows(ScanTable.TENSORS, "status = 'PAIRED' AND rank = 1")
            .get(0);
    Path file = damaged.resolve(Path.of(scale.<String>getAs("file")).getFileName());
    byte[] bytes = Files.readAllBytes(file);
    bytes[Math.toIntExact(scale.<Long>getAs("file_offset_bytes")) + 2] ^= 0x40;
    Files.write(file, bytes);

    Landed scan =
        scan(
            engine(
                "e",
                "shards: " + damaged + ",",
                "file: " + golden.resolve("weights_checker.json")));

    assertThat(live(scan))
        .extracting(
            Finding::kind,
            f -> f.rank().orElseThrow(),
            f -> f.tensor().orElseThrow().tensor() + "_scale_inv")
        .containsExactly(tuple("LIVE_DIFFERS", 1, scale.<String>getAs("tensor")));
  }

  @Test
  void doesNotCompareDigestsOfDifferentKinds() {
    Path answer = GOLDEN.resolve("vllm/qwen3/tp1/weight_checker.json");

    Landed scan =
        scanWith(
            "sglang",
            "- { name: e, model: m, parallelism: { tp: 1 }, shards: %s, profile: none, endpoint: { kind: vllm, file: %s } }\n"
                .formatted(GOLDEN.resolve("vllm/qwen3/tp1"), answer));

    assertThat(live(scan)).extracting(Finding::kind).containsExactly("NOT_CHECKED");
    assertThat(live(scan).get(0).detail())
        .contains(
            "are not compared with files: the engine and its files use different digests (--digest"
                + " both computes both of the files): ");
  }

  @Test
  void findsVllmEnginesEqualToTheirExports() {
    List<String> engines = new ArrayList<>();
    for (String setup : VLLM_SETUPS) {
      Path directory = GOLDEN.resolve("vllm").resolve(setup);
      String pp = setup.contains("pp2") ? "2" : "1";
      String tp = setup.contains("tp4") ? "4" : setup.contains("tp2") ? "2" : "1";
      engines.add(
          ("- { name: %s, parallelism: { tp: %s, pp: %s }, shards: %s, profile: vllm-0.32, digest: sha256,"
                  + " endpoint: { kind: vllm, file: %s } }\n")
              .formatted(setup, tp, pp, directory, directory.resolve("weight_checker.json")));
    }

    Landed scan = scanWith("sha256", engines.toArray(String[]::new));

    assertThat(live(scan)).isEmpty();
    assertThat(scan.summary().live().engines())
        .hasSize(VLLM_SETUPS.size())
        .allSatisfy(
            live ->
                assertThat(live.checksum())
                    .isEqualTo(scan.engine(live.engine()).checksum())
                    .isPresent());
    assertThat(states(scan.summary().live().coverage())).containsOnlyKeys("VERIFIED");
  }

  @Test
  void countsNothingOfWhatNobodyLookedAtThoughAllEnginesAgree() throws IOException {
    Path repacked = GOLDEN.resolve("vllm/repacked-answer.json");
    Path copy = Files.copy(repacked, root.resolve("copy.json"));

    Landed scan =
        scan(
            engine("a", "", "kind: vllm, file: " + repacked),
            engine("b", "", "kind: vllm, file: " + copy));

    assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(live(scan))
        .extracting(Finding::kind)
        .containsExactly("NOT_CHECKED", "NOT_CHECKED", "NOT_CHECKED", "NOT_CHECKED");
    assertThat(live(scan).get(0).detail())
        .matches(
            "[0-9]+ of 27 tensors: the digest of zero bytes, and no file shows that the tensor is"
                + " empty");
    assertThat(scan.rows(ScanTable.TENSORS, "status = 'NOT_CHECKED'"))
        .isNotEmpty()
        .allMatch(row -> row.getAs("sha256") == null && row.getAs("checksum") == null);
    assertThat(scan.rows(ScanTable.RANKS))
        .allMatch(row -> row.getAs("status").equals("PARTIAL") && row.getAs("checksum") == null);
    assertThat(states(scan.summary().live().coverage())).containsOnlyKeys("HASHED_ONLY");
  }

  @Test
  void votesAmongRunningEngines() throws IOException {
    Path right = answerOfNoEmptyTensor(json -> {});
    Path same = Files.copy(right, root.resolve("same.json"));
    Path wrong = answerOfNoEmptyTensor(json -> put(json, 1, NORM, OTHER));

    Landed scan =
        scan(
            engine("a", "", "file: " + right),
            engine("b", "", "file: " + same),
            engine("c", "", "file: " + wrong));

    assertThat(scan.summary().verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(live(scan))
        .extracting(
            f -> f.engine().orElseThrow(),
            Finding::kind,
            f -> f.rank().orElseThrow(),
            Finding::detail)
        .containsExactly(
            tuple("c", "DAMAGED", 1, "its bytes differ from the majority (2 of 3 copies agree)"));
    assertThat(states(scan.summary().live().coverage()))
        .containsEntry("VERIFIED", 5L)
        .containsEntry("DIFFERENT", 1L);
  }

  @Test
  void blamesNobodyOfTwoRunningEngines() throws IOException {
    Landed scan =
        scan(
            engine("a", "", "file: " + answerOfNoEmptyTensor(json -> {})),
            engine("b", "", "file: " + answerOfNoEmptyTensor(json -> put(json, 0, NORM, OTHER))));

    assertThat(live(scan)).extracting(Finding::kind).containsExactly("UNDECIDED");
    assertThat(live(scan).get(0).source()).isEqualTo(WeightSource.LIVE);
  }

  @Test
  void comparesWhatAllOfThemLookedAt() throws IOException {
    Path whole = GOLDEN.resolve("vllm/qwen3/tp1/weight_checker.json");
    JsonNode json = JSON.readTree(whole.toFile());
    ((ObjectNode) json.path("checksums"))
        .put(
            "dp0:pp0:pcp0:tp0:model.norm.weight",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    Path part = write(json);

    Landed scan =
        scan(
            "- { name: a, model: m, parallelism: { tp: 1 }, endpoint: { kind: vllm, file: %s } }\n"
                .formatted(whole),
            "- { name: b, model: m, parallelism: { tp: 1 }, endpoint: { kind: vllm, file: %s } }\n"
                .formatted(part));

    assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(live(scan))
        .extracting(f -> f.engine().orElseThrow(), Finding::kind)
        .containsExactly(tuple("b", "NOT_CHECKED"));
  }

  /** Its LIVE_DIFFERS says it all: the others are equal to their files. */
  @Test
  void doesNotDoubtEnginesThatAreEqualToTheirFiles() throws IOException {
    Landed scan =
        scan(
            engine("a", files(DRAFT), "file: " + answer(json -> {})),
            engine("b", files(DRAFT), "file: " + answer(json -> put(json, 1, NORM, OTHER))));

    assertThat(live(scan))
        .extracting(f -> f.engine().orElseThrow(), Finding::kind, f -> f.rank().orElseThrow())
        .containsExactly(tuple("b", "LIVE_DIFFERS", 1));
    assertThat(states(scan.summary().live().coverage()))
        .containsEntry("VERIFIED", 3L)
        .containsEntry("DIFFERENT", 1L);
  }

  @Test
  void doesNotCompareWhatLiesInTheMemoryOfTheCpuWithAGpu() throws IOException {
    Landed sums =
        scanWith("both", "- { name: e, parallelism: { tp: 2 }, %s }\n".formatted(files(DRAFT)));

    Landed scan =
        scan(
            engine("a", files(DRAFT), "file: " + answer(json -> {})),
            engine("b", files(DRAFT), "file: " + answer(json -> offload(json, "e", sums))));

    assertThat(live(scan)).isEmpty();
    assertThat(states(scan.summary().live().coverage())).containsOnlyKeys("VERIFIED");
  }

  @Test
  void blamesNobodyForATensorThatAnAnswerLacks() throws IOException {
    Path lacking =
        answer(
            json -> {
              ((ObjectNode) json.at("/ranks/1/checksums")).remove(NORM);
              sign(json);
            });

    Landed scan =
        scan(
            engine("a", files(DRAFT), "file: " + answer(json -> {})),
            engine("b", files(DRAFT), "file: " + lacking));

    assertThat(live(scan))
        .extracting(f -> f.engine().orElseThrow(), Finding::kind, f -> f.rank().orElseThrow())
        .containsExactly(tuple("b", "NOT_CHECKED", 1));
    assertThat(states(scan.summary().live().coverage()))
        .containsEntry("VERIFIED", 3L)
        .containsEntry("HASHED_ONLY", 1L);
  }

  @Test
  void comparesNothingWithATensorThatAnAnswerLacks() throws IOException {
    Path lacking =
        answerOfNoEmptyTensor(
            json -> {
              ((ObjectNode) json.at("/ranks/1/checksums")).remove(NORM);
              sign(json);
            });

    Landed scan =
        scan(
            engine("a", "", "file: " + answerOfNoEmptyTensor(json -> {})),
            engine("b", "", "file: " + lacking));

    assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(live(scan))
        .extracting(f -> f.engine().orElseThrow(), Finding::kind, Finding::detail)
        .containsExactly(
            tuple(
                "a",
                "NOT_CHECKED",
                "1 tensor is in the answer of no other running engine: not compared: " + NORM),
            tuple(
                "b",
                "NOT_CHECKED",
                "1 tensor of other running engines is not in the answer: " + NORM));
  }

  @Test
  void namesTheReplicasOfAnEngineThatDoNotAgree() throws IOException {
    Path file =
        answerOfNoEmptyTensor(
            json -> {
              ArrayNode ranks = (ArrayNode) json.path("ranks");
              for (int rank = 0; rank < 2; rank++) {
                JsonNode copy = ranks.get(rank).deepCopy();
                copy.path("parallelism_info")
                    .forEach(info -> ((ObjectNode) info).put("dp_rank", 1));
                ranks.add(copy);
              }
              put(json, 3, NORM, OTHER);
            });

    Landed scan =
        scan(
            "- { name: e, model: m, parallelism: { tp: 2, dp: 2 }, endpoint: { file: %s } }\n"
                .formatted(file));

    assertThat(live(scan)).extracting(Finding::kind).containsExactly("UNDECIDED");
    assertThat(live(scan).get(0).detail()).contains("e replica 0").contains("e replica 1");
  }

  @Test
  void saysThatEnginesHaveTheSameAddress() throws IOException {
    Path file = answerOfNoEmptyTensor(json -> {});

    Landed scan = scan(engine("a", "", "file: " + file), engine("b", "", "file: " + file));

    assertThat(live(scan))
        .extracting(f -> f.engine().orElseThrow(), Finding::kind, Finding::detail)
        .containsExactly(
            tuple("a", "UNVERIFIED", "no files, and the same address as b: compared with nothing"),
            tuple("b", "UNVERIFIED", "no files, and the same address as a: compared with nothing"));
  }

  @Test
  void saysThatARunningEngineHasNothingBesideIt() throws IOException {
    Landed scan = scan(engine("e", "", "file: " + answerOfNoEmptyTensor(json -> {})));

    assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(live(scan)).extracting(Finding::kind).containsExactly("UNVERIFIED");
    assertThat(live(scan).get(0).detail())
        .isEqualTo("no files and no other running engine: compared with nothing");
  }

  @Test
  void goesOnWhereAnEngineGivesNoAnswer() throws IOException {
    try (PlayedServer server = PlayedServer.of(PlayedServer.text(500, "oops"))) {
      Landed scan =
          scan(
              engine("down", files(DRAFT), "url: '" + server.url() + "'"),
              engine("html", "", "file: " + Files.writeString(root.resolve("x"), "<html>")),
              engine("up", files(DRAFT), "file: " + answer(json -> {})));

      assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
      assertThat(live(scan))
          .extracting(f -> f.engine().orElseThrow(), Finding::kind)
          .containsExactly(tuple("down", "UNREACHABLE"), tuple("html", "MALFORMED_ANSWER"));
      assertThat(scan.rows(ScanTable.ENGINES, "source = 'LIVE'"))
          .extracting(row -> row.getAs("engine"), row -> row.getAs("status"))
          .containsExactlyInAnyOrder(
              tuple("down", "INCOMPLETE"), tuple("html", "INCOMPLETE"), tuple("up", "COMPLETE"));
      assertThat(scan.rows(ScanTable.RANKS, "source = 'LIVE' AND engine = 'down'"))
          .hasSize(2)
          .allMatch(row -> row.getAs("status").equals("UNKNOWN"))
          .allMatch(
              row -> row.getAs("reason").equals("/weights_checker answered with status 500: oops"));
    }
  }

  @Test
  void leavesOutWhatIsToBeSkippedWhereTheEngineDidNot() throws IOException {
    String engine =
        "- { name: e, model: m, parallelism: { tp: 2 }, skip: [norm], %s endpoint: { file: %s } }\n"
            .formatted(files(DRAFT), DRAFT.resolve("weights_checker-0.5.13.json"));

    Landed scan = scan(engine);

    assertThat(live(scan)).isEmpty();
    assertThat(scan.rows(ScanTable.TENSORS, "source = 'LIVE' AND status = 'SKIPPED'"))
        .isNotEmpty()
        .allMatch(row -> row.getAs("reason").equals("name contains norm"));
    assertThat(
            scan.rows(ScanTable.ENGINES).stream()
                .map(row -> row.<String>getAs("checksum"))
                .distinct())
        .hasSize(1);
  }

  /** An answer that was saved without the list, or of an engine that does not know it. */
  @Test
  void skipsOnBothSidesWhatTheDescriptionSkips() throws IOException {
    Path file = answer(json -> put(json, 1, NORM, OTHER));
    String engine =
        "- { name: %s, model: m, parallelism: { tp: 2 }, skip: [layers.0.input_lay], %s %s }\n";

    Landed scan =
        scan(
            engine.formatted("a", files(DRAFT), "endpoint: { file: %s }".formatted(file)),
            engine.formatted("b", files(DRAFT), ""));

    assertThat(live(scan)).isEmpty();
    assertThat(scan.rows(ScanTable.TENSORS, "source = 'LIVE' AND status = 'SKIPPED'"))
        .extracting(
            row -> row.getAs("rank"),
            row -> row.getAs("key"),
            row -> row.getAs("reason"),
            row -> row.getAs("checksum"))
        .contains(tuple(1, NORM, "name contains layers.0.input_lay", null));
    Coverage coverage = scan.summary().live().coverage();
    assertThat(states(coverage)).containsOnlyKeys("SKIPPED", "VERIFIED");
    assertThat(coverage.parts())
        .extracting(Coverage.Part::skippedBecause)
        .contains(Optional.of("name contains layers.0.input_lay"));
    SourceResult.WithFiles withFiles = scan.summary().live().withFiles().get("a");
    assertThat(withFiles.comparedTensors()).isLessThan(withFiles.tensors());
    assertThat(withFiles.isWhole()).isFalse();
  }

  @Test
  void doesNotCheckARankOfWhichEverythingIsSkipped() throws IOException {
    Landed scan =
        scan(
            "- { name: e, model: m, parallelism: { tp: 2 }, skip: [model], endpoint: { file: %s } }\n"
                .formatted(answerOfNoEmptyTensor(json -> {})));

    assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(live(scan))
        .filteredOn(finding -> finding.kind().equals("NOT_CHECKED"))
        .hasSize(2)
        .allMatch(finding -> finding.detail().endsWith("tensors are skipped: nothing is left"));
  }

  /** Its files are not hashed for it; nor does the other engine report it. */
  @Test
  void doesNotCheckABufferThatTheProfileLeavesOutAndOneEngineReports() throws IOException {
    Path directory = GOLDEN.resolve("vllm/qwen3/tp1");
    Path golden = directory.resolve("weight_checker.json");
    String buffer = "model.layers.0.self_attn.attn._k_scale";
    JsonNode json = JSON.readTree(golden.toFile());
    ((ObjectNode) json.path("checksums")).put("dp0:pp0:pcp0:tp0:" + buffer, "a".repeat(64));
    String engine =
        "- { name: %s, model: m, parallelism: { tp: 1 }, profile: vllm-0.32, %s endpoint: { kind: vllm, file: %s } }\n";

    Landed scan =
        scanWith(
            "sha256",
            engine.formatted("a", "shards: " + directory + ",", write(json)),
            engine.formatted("b", "", golden));

    assertThat(live(scan))
        .extracting(f -> f.engine().orElseThrow(), Finding::kind, Finding::detail)
        .containsExactly(
            tuple(
                "a",
                "NOT_CHECKED",
                "1 tensor is in the answer, but its profile leaves it out: not compared: "
                    + buffer));
    assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(states(scan.summary().live().coverage()))
        .containsEntry("HASHED_ONLY", 1L)
        .containsEntry("VERIFIED", 1L);
    assertThat(scan.summary().live().withFiles().get("a").isWhole()).isFalse();
  }

  @Test
  void saysInOneFindingThatAnAnswerIsOfAnotherModel() throws IOException {
    Path other =
        answer(
            json -> {
              for (JsonNode rank : json.path("ranks")) {
                ObjectNode checksums = (ObjectNode) rank.path("checksums");
                List<String> names = new ArrayList<>();
                checksums.fieldNames().forEachRemaining(names::add);
                names.forEach(name -> checksums.set("other." + name, checksums.remove(name)));
              }
              sign(json);
            });

    Landed scan = scan(engine("e", files(DRAFT), "file: " + other));

    assertThat(scan.summary().verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(live(scan))
        .filteredOn(f -> f.kind().equals("LIVE_DIFFERS"))
        .hasSize(2)
        .allMatch(
            f -> f.detail().startsWith("the answer and the files have no tensor in common: "));
  }

  @Test
  void countsTheSameCoverageInTheViewAndInTheSummary() throws IOException {
    Landed scan =
        scan(
            engine("a", files(DRAFT), "file: " + answer(json -> put(json, 1, NORM, OTHER))),
            engine("b", "", "file: " + root.resolve("nothing")));

    EarlierScans scans = EarlierScans.open(spark, scan.out().toString());
    Map<String, Long> ofView = new TreeMap<>();
    for (Row row : scans.view("coverage").where("source = 'LIVE'").collectAsList()) {
      ofView.merge(row.getAs("state"), row.<Long>getAs("ranks"), Long::sum);
    }
    assertThat(ofView)
        .isEqualTo(states(scan.summary().live().coverage()))
        .containsOnlyKeys("DIFFERENT", "UNKNOWN", "VERIFIED");
  }

  private static Map<String, Long> states(Coverage coverage) {
    Map<String, Long> states = new TreeMap<>();
    coverage.parts().forEach(part -> states.merge(part.state().name(), part.ranks(), Long::sum));
    return states;
  }

  @Test
  void warnsOfWeightsThatAreZeroInAllRunningEngines() throws IOException {
    String key = "model.layers.0.self_attn.o_proj.weight";
    long length =
        TensorBytes.of(DRAFT.resolve("model-rank-0-part-0.safetensors"), key).lengthBytes();
    String zero = ZeroBytes.sglang(length);
    Path answer = answerOfNoEmptyTensor(json -> put(json, 0, key, zero));
    Path same = Files.copy(answer, root.resolve("same.json"));
    String onlyFiles =
        "- { name: a, model: m, parallelism: { tp: 2 }, shards: %1$s, draft: { shards: %1$s/draft } }\n"
            .formatted(DRAFT);

    Landed scan =
        scan(onlyFiles, engine("b", "", "file: " + answer), engine("c", "", "file: " + same));

    assertThat(live(scan))
        .filteredOn(finding -> finding.is(FindingKind.ALL_ZERO))
        .extracting(f -> f.engine().orElseThrow(), f -> f.rank().orElseThrow(), Finding::tensors)
        .containsExactly(tuple("b", 0, List.of(key)), tuple("c", 0, List.of(key)));
    assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
  }

  private static List<Finding> live(Landed scan) {
    return scan.summary().findings().stream()
        .filter(finding -> finding.source() == WeightSource.LIVE)
        .toList();
  }

  private Landed scan(String... engines) {
    return scanWith("sglang", engines);
  }

  private Landed scanWith(String digest, String... engines) {
    String yaml =
        "fleet: f\ndefaults: { digest: %s }\nengines:\n".formatted(digest)
            + String.join("", engines);
    return Landed.of(
        spark, Landed.inventory(yaml, root), root.resolve("tables-" + root.toFile().list().length));
  }

  private static String engine(String name, String files, String endpoint) {
    return "- { name: %s, model: m, parallelism: { tp: 2 }, %s endpoint: { %s } }\n"
        .formatted(name, files, endpoint);
  }

  private static String files(Path directory) {
    return "shards: %1$s, draft: { shards: %1$s/draft },".formatted(directory);
  }

  /** The answer of the golden engine, changed; its digests follow. */
  private Path answer(Consumer<JsonNode> change) throws IOException {
    JsonNode json = JSON.readTree(DRAFT.resolve("weights_checker.json").toFile());
    change.accept(json);
    return write(json);
  }

  /** The same without the tensor that is empty, which nothing but a file can show. */
  private Path answerOfNoEmptyTensor(Consumer<JsonNode> change) throws IOException {
    return answer(
        json -> {
          json.path("ranks")
              .forEach(
                  rank -> ((ObjectNode) rank.path("checksums")).remove("model.layers.1.mlp.empty"));
          sign(json);
          change.accept(json);
        });
  }

  private Path write(JsonNode json) throws IOException {
    Path file = Files.createTempFile(root, "answer", ".json");
    JSON.writeValue(file.toFile(), json);
    return file;
  }

  private static void put(JsonNode answer, int rank, String key, String checksum) {
    ((ObjectNode) answer.path("ranks").path(rank).path("checksums")).put(key, checksum);
    sign(answer);
  }

  private static void sign(JsonNode answer) {
    List<String> digests = new ArrayList<>();
    for (JsonNode rank : answer.path("ranks")) {
      Map<String, String> checksums = new TreeMap<>();
      rank.path("checksums")
          .properties()
          .forEach(entry -> checksums.put(entry.getKey(), entry.getValue().asText()));
      digests.add(WeightDigest.ofRank(checksums));
      ((ObjectNode) rank).put("per_gpu_checksum", digests.get(digests.size() - 1));
    }
    ((ObjectNode) answer).put("per_engine_checksum", WeightDigest.ofEngine(digests));
  }
}
