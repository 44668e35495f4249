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
import io.shardsum.tables.EngineResult;
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
import java.nio.file.StandardCopyOption;
import java.sql.Timestamp;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Running engines in a scan, beside their files and beside each other. One scan has all cases, each
 * a model of its own; its engines are named after it.
 */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LiveScanTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();
  private static final Path DRAFT = GOLDEN.resolve("engines/tp2-draft");
  private static final Path FP8 = GOLDEN.resolve("engines/tp2-fp8");
  private static final Path VLLM = GOLDEN.resolve("vllm/qwen3/tp1/weight_checker.json");
  private static final String NORM = "model.layers.0.input_layernorm.weight";
  private static final String PROJECTION = "model.layers.0.self_attn.o_proj.weight";
  private static final String BUFFER = "model.layers.0.self_attn.attn._k_scale";
  private static final String OTHER = "00000000000000aa";

  /** The digest of zero bytes on the CPU. */
  private static final String OF_NOTHING = "e3b0c44298fc1c14";

  private static final List<String> SGLANG_SETUPS =
      List.of("engines/tp12", "engines/tp2-fp8", "sglang/llama-tied/tp2", "sglang/qwen3-fp8/tp2");
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

  private SparkSession spark;
  private Path answers;
  private Landed sums;
  private Landed scan;
  private List<Row> coverage;

  @TempDir Path root;

  @BeforeAll
  void scanAllCases(SparkSession session, @TempDir Path shared) throws IOException {
    spark = session;
    answers = shared;
    sums =
        scanWith(
            shared.resolve("sums"),
            "both",
            "- { name: e, parallelism: { tp: 2 }, %s }\n".formatted(files(DRAFT)),
            "- { name: fp8, parallelism: { tp: 2 }, shards: %s }\n".formatted(FP8));
    scan = scanWith(shared.resolve("tables"), "sglang", cases().toArray(String[]::new));
    coverage =
        EarlierScans.open(spark, scan.out().toString())
            .view("coverage")
            .where("source = 'LIVE'")
            .collectAsList();
  }

  private List<String> cases() throws IOException {
    Path before = DRAFT.resolve("weights_checker-0.5.13.json");
    Path now = DRAFT.resolve("weights_checker.json");
    List<String> cases = new ArrayList<>();
    cases.add(engine("forms-now", files(DRAFT), copied(now)));
    cases.add(engine("forms-before", files(DRAFT), copied(before)));

    cases.add(engine("target-before", "shards: " + DRAFT + ",", copied(before)));
    cases.add(engine("target-now", "shards: " + DRAFT + ",", copied(now)));
    JsonNode otherDraft = JSON.readTree(before.toFile());
    ((ObjectNode) otherDraft.at("/ranks/0/checksums")).put("draft.model.fc.weight", OTHER);
    cases.add(engine("draft-e", "shards: " + DRAFT + ",", "file: " + write(otherDraft)));

    cases.add(engine("nothing-e", files(DRAFT), answer(json -> put(json, 1, NORM, OF_NOTHING))));
    cases.add(
        engine(
            "empty-e",
            files(DRAFT),
            answer(json -> put(json, 0, "model.layers.1.mlp.empty", OF_NOTHING))));
    cases.add(engine("tensor-e", files(DRAFT), answer(json -> put(json, 1, NORM, OTHER))));
    cases.add(
        engine(
            "sides-e",
            files(DRAFT),
            answer(
                json -> {
                  put(json, 0, "model.more.weight", OTHER);
                  lack(json, NORM);
                })));
    cases.add(
        engine(
            "rank-e",
            files(DRAFT),
            answer(
                json ->
                    json.at("/ranks/1/checksums")
                        .properties()
                        .forEach(entry -> put(json, 1, entry.getKey(), OTHER)))));
    cases.add(engine("model-e", files(DRAFT), answer(LiveScanTest::renameAll)));

    for (String setup : SGLANG_SETUPS) {
      Path directory = GOLDEN.resolve(setup);
      cases.add(
          "- { name: golden-%s, parallelism: { tp: %s }, shards: %s, endpoint: { %s } }\n"
              .formatted(
                  setup,
                  setup.contains("tp12") ? "12" : "2",
                  directory,
                  copied(directory.resolve("weights_checker.json"))));
    }
    for (String setup : VLLM_SETUPS) {
      Path directory = GOLDEN.resolve("vllm").resolve(setup);
      cases.add(
          "- { name: vllm-%s, parallelism: { tp: %s, pp: %s }, shards: %s, profile: vllm-0.32, digest: sha256, endpoint: { kind: vllm, %s } }\n"
              .formatted(
                  setup,
                  setup.contains("tp4") ? "4" : setup.contains("tp2") ? "2" : "1",
                  setup.contains("pp2") ? "2" : "1",
                  directory,
                  copied(directory.resolve("weight_checker.json"))));
    }
    cases.add(vllm("kinds-e", "shards: " + VLLM.getParent() + ", profile: none,", copied(VLLM)));

    Path repacked = GOLDEN.resolve("vllm/repacked-answer.json");
    cases.add(engine("repacked-a", "", "kind: vllm, " + copied(repacked)));
    cases.add(engine("repacked-b", "", "kind: vllm, " + copied(repacked)));
    cases.add(engine("votes-a", "", answerOfNoEmptyTensor(json -> {})));
    cases.add(engine("votes-b", "", answerOfNoEmptyTensor(json -> {})));
    cases.add(engine("votes-c", "", answerOfNoEmptyTensor(json -> put(json, 1, NORM, OTHER))));
    cases.add(engine("two-a", "", answerOfNoEmptyTensor(json -> {})));
    cases.add(engine("two-b", "", answerOfNoEmptyTensor(json -> put(json, 0, NORM, OTHER))));
    JsonNode withoutNorm = JSON.readTree(VLLM.toFile());
    ((ObjectNode) withoutNorm.path("checksums"))
        .put(
            "dp0:pp0:pcp0:tp0:model.norm.weight",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    cases.add(vllm("all-a", "", copied(VLLM)));
    cases.add(vllm("all-b", "", "file: " + write(withoutNorm)));

    cases.add(engine("files-a", files(DRAFT), answer(json -> {})));
    cases.add(engine("files-b", files(DRAFT), answer(json -> put(json, 1, NORM, OTHER))));
    cases.add(engine("cpu-a", files(DRAFT), answer(json -> {})));
    cases.add(engine("cpu-b", files(DRAFT), answer(json -> offload(json, "e"))));
    cases.add(engine("lacks-a", files(DRAFT), answer(json -> {})));
    cases.add(engine("lacks-b", files(DRAFT), answer(json -> lack(json, NORM))));
    cases.add(engine("lone-a", "", answerOfNoEmptyTensor(json -> {})));
    cases.add(engine("lone-b", "", answerOfNoEmptyTensor(json -> lack(json, NORM))));
    cases.add(
        engine("replicas-e", "", answerOfNoEmptyTensor(LiveScanTest::addAReplica))
            .replace("tp: 2", "tp: 2, dp: 2"));
    String same = answerOfNoEmptyTensor(json -> {});
    cases.add(engine("address-a", "", same));
    cases.add(engine("address-b", "", same));
    cases.add(engine("beside-e", "", answerOfNoEmptyTensor(json -> {})));

    cases.add(engine("norm-e", "skip: [norm], " + files(DRAFT), copied(before)));
    cases.add(
        engine(
            "skip-a",
            "skip: [layers.0.input_lay], " + files(DRAFT),
            answer(json -> put(json, 1, NORM, OTHER))));
    cases.add(
        engine("skip-b", "skip: [layers.0.input_lay], " + files(DRAFT), "")
            .replace("endpoint: {  }", ""));
    cases.add(engine("everything-e", "skip: [model],", answerOfNoEmptyTensor(json -> {})));
    JsonNode withBuffer = JSON.readTree(VLLM.toFile());
    ((ObjectNode) withBuffer.path("checksums")).put("dp0:pp0:pcp0:tp0:" + BUFFER, "a".repeat(64));
    String profile = "profile: vllm-0.32, digest: sha256,";
    cases.add(
        vllm(
            "buffer-a",
            profile + " shards: " + VLLM.getParent() + ",",
            "file: " + write(withBuffer)));
    cases.add(vllm("buffer-b", profile, copied(VLLM)));

    Consumer<JsonNode> zero = json -> put(json, 0, PROJECTION, ZeroBytes.sglang(lengthBytes()));
    cases.add(engine("zero-a", files(DRAFT), "").replace("endpoint: {  }", ""));
    cases.add(engine("zero-b", "", answerOfNoEmptyTensor(zero)));
    cases.add(engine("zero-c", "", answerOfNoEmptyTensor(zero)));
    cases.add(engine("absent-e", "", "file: " + answers.resolve("nothing")));
    return cases;
  }

  private static long lengthBytes() {
    return TensorBytes.of(DRAFT.resolve("model-rank-0-part-0.safetensors"), PROJECTION)
        .lengthBytes();
  }

  @Test
  void findsAnEngineEqualToItsFilesInBothFormsOfItsAnswer() {
    assertThat(live("forms")).isEmpty();
    List<Row> engines = rows(ScanTable.ENGINES, "forms", "true");
    assertThat(engines)
        .extracting(row -> row.getAs("source"), row -> row.getAs("engine_version"))
        .containsExactlyInAnyOrder(
            tuple("FILES", null),
            tuple("FILES", null),
            tuple("LIVE", "0.5.23 or newer"),
            tuple("LIVE", "0.5.13 to 0.5.22"));
    assertThat(engines).extracting(row -> row.<String>getAs("checksum")).doesNotContainNull();
    assertThat(engines.stream().map(row -> row.<String>getAs("checksum")).distinct()).hasSize(1);
    assertThat(tensorsOf("forms-now"))
        .containsExactlyInAnyOrderElementsOf(tensorsOf("forms-before"))
        .hasSize(44);
  }

  private List<List<Object>> tensorsOf(String engine) {
    return rows(ScanTable.TENSORS, engine, "source = 'LIVE'").stream()
        .map(LiveScanTest::tensor)
        .toList();
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
  @ValueSource(strings = {"target-before", "target-now"})
  void leavesOutModelsThatItDidNotAskFor(String engine) {
    assertThat(live(engine)).isEmpty();
    assertThat(rows(ScanTable.TENSORS, engine, "source = 'LIVE' AND status = 'SKIPPED'"))
        .hasSize(4)
        .allMatch(row -> row.getAs("role").equals("draft"))
        .allMatch(row -> row.getAs("checksum") == null)
        .allMatch(row -> row.getAs("reason").equals("not asked for: selector target"));
    assertThat(checksums(engine)).hasSize(1);
  }

  @Test
  void recomputesDigestsOverModelsThatItDidNotAskFor() {
    assertThat(live("draft")).extracting(Finding::kind).containsExactly("ENGINE_DIGEST_WRONG");
    assertThat(verdict("draft")).isEqualTo(Verdict.DIFFERENT);
    assertThat(states("draft")).containsEntry("VERIFIED", 1L).containsEntry("DIFFERENT", 1L);
  }

  /** What is not read a second time may lie in the memory of the CPU. */
  @Test
  void leavesOpenWhatIsNotReadASecondTime() throws IOException {
    String file = answer(json -> put(json, 1, NORM, OTHER));
    spark.conf().set(RereadLimits.BYTES, "1b");
    try {
      Landed alone = scanHere("sglang", engine("e", files(DRAFT), file));

      assertThat(alone.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
      assertThat(live(alone))
          .extracting(Finding::kind, f -> f.rank().orElseThrow(), Finding::detail)
          .containsExactly(
              tuple(
                  "NOT_CHECKED",
                  1,
                  "1 tensor has another checksum than its file: the bytes differ, or the engine keeps"
                      + " it in CPU memory (scan with --digest both to decide; a scan reads at most 1 bytes a"
                      + " second time (spark.shardsum.reread.bytes)): "
                      + NORM));
    } finally {
      spark.conf().unset(RereadLimits.BYTES);
    }
  }

  @Test
  void takesTheDigestOfNothingOnTheCpuForNone() {
    assertThat(verdict("nothing")).isEqualTo(Verdict.INCOMPLETE);
    assertThat(live("nothing"))
        .extracting(Finding::kind, f -> f.rank().orElseThrow(), Finding::detail)
        .containsExactly(
            tuple(
                "NOT_CHECKED",
                1,
                "1 of 22 tensors: the digest of zero bytes, and no file shows that the tensor is"
                    + " empty"));
  }

  @Test
  void takesAnEmptyTensorOnTheCpuForEmpty() {
    assertThat(live("empty")).isEmpty();
  }

  @Test
  void keepsHostAndTimeOfAnAnswer() throws IOException {
    Row row = rows(ScanTable.ENGINES, "beside", "true").get(0);

    Path file = Path.of(row.<String>getAs("host").replaceFirst("^file:", ""));
    assertThat(file).hasParent(answers);
    assertThat(row.<Timestamp>getAs("fetched_at").toInstant())
        .isEqualTo(Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.MICROS));
    assertThat(row.<String>getAs("reported"))
        .isEqualTo(JSON.readTree(file.toFile()).path("per_engine_checksum").asText());
  }

  @Test
  void saysWhichTensorAnEngineHoldsOtherwiseThanItsFile() {
    assertThat(verdict("tensor")).isEqualTo(Verdict.DIFFERENT);
    assertThat(live("tensor")).hasSize(1);
    Finding finding = live("tensor").get(0);
    assertThat(finding.kind()).isEqualTo("LIVE_DIFFERS");
    assertThat(finding.rank()).hasValue(1);
    assertThat(finding.tensor().orElseThrow().key()).isEqualTo(NORM);
    assertThat(finding.comparison().actual()).hasValue(OTHER);
    assertThat(finding.comparison().expected())
        .hasValue(
            rows(
                    ScanTable.TENSORS,
                    "tensor",
                    "source = 'FILES' AND rank = 1 AND key = '" + NORM + "'")
                .get(0)
                .getAs("checksum"));
    assertThat(finding.detail()).isEqualTo("1 tensor differs between the engine and its files");
    assertThat(finding.cause())
        .hasValue("changed in memory, or files that the engine has not loaded");
  }

  @Test
  void namesTensorsThatOnlyOneSideHas() {
    assertThat(live("sides"))
        .extracting(Finding::kind, f -> f.rank().orElse(-1), Finding::detail)
        .containsExactlyInAnyOrder(
            tuple("LIVE_DIFFERS", 0, "1 tensor is in the engine, and not in its files"),
            tuple("NOT_CHECKED", 1, "1 tensor of its files is not in the answer: " + NORM));
  }

  /** Without SHA-256 of all files, those that seem to differ are read a second time. */
  @ParameterizedTest
  @ValueSource(strings = {"both", "sglang"})
  void takesTheDigestOfWhatLiesInTheMemoryOfTheCpu(String digest) throws IOException {
    JsonNode ofFp8 = JSON.readTree(FP8.resolve("weights_checker.json").toFile());
    offload(ofFp8, "fp8");

    Landed offloaded =
        scanHere(
            digest,
            engine("e", files(DRAFT), answer(json -> offload(json, "e"))),
            engine("fp8", "shards: " + FP8 + ",", "file: " + write(ofFp8)));

    assertThat(live(offloaded)).isEmpty();
    assertThat(states(offloaded.summary().live().coverage())).containsOnlyKeys("VERIFIED");
  }

  /** As if all tensors of rank 0 that are not empty lay there. */
  private void offload(JsonNode answer, String engine) {
    sums.rows(
            ScanTable.TENSORS,
            "engine = '%s' AND rank = 0 AND status = 'HASHED' AND bytes > 0".formatted(engine))
        .forEach(
            row -> put(answer, 0, row.getAs("key"), row.<String>getAs("sha256").substring(0, 16)));
  }

  @Test
  void saysWhatDiffersThoughItLooksAtMuchASecondTime() {
    assertThat(live("rank"))
        .extracting(Finding::kind, f -> f.rank().orElseThrow())
        .containsExactly(tuple("LIVE_DIFFERS", 1));
    assertThat(live("rank").get(0).detail())
        .startsWith("22 tensors differ between the engine and its files: ");
    assertThat(live("rank").get(0).tensors()).hasSize(22).contains(NORM);
  }

  @Test
  void findsSglangEnginesEqualToTheirFiles() {
    assertThat(live("golden")).isEmpty();
    assertThat(engines("golden"))
        .hasSize(SGLANG_SETUPS.size())
        .allSatisfy(
            live ->
                assertThat(live.checksum())
                    .isEqualTo(scan.engine(live.engine()).checksum())
                    .isEqualTo(live.reported())
                    .isPresent());
    assertThat(states("golden")).containsOnlyKeys("VERIFIED");
  }

  @Test
  void findsAnEngineUnlikeAFileWhoseScaleWasDamaged() throws IOException {
    Path damaged = Files.createDirectory(root.resolve("damaged"));
    try (Stream<Path> files = Files.list(FP8)) {
      for (Path file : files.toList()) {
        Files.copy(file, damaged.resolve(file.getFileName()));
      }
    }
    Row scale =
        sums.rows(ScanTable.TENSORS, "engine = 'fp8' AND status = 'PAIRED' AND rank = 1").get(0);
    Path file = damaged.resolve(Path.of(scale.<String>getAs("file")).getFileName());
    byte[] bytes = Files.readAllBytes(file);
    bytes[Math.toIntExact(scale.<Long>getAs("file_offset_bytes")) + 2] ^= 0x40;
    Files.write(file, bytes);

    Landed alone =
        scanHere(
            "sglang",
            engine(
                "e", "shards: " + damaged + ",", "file: " + FP8.resolve("weights_checker.json")));

    assertThat(live(alone))
        .extracting(
            Finding::kind,
            f -> f.rank().orElseThrow(),
            f -> f.tensor().orElseThrow().tensor() + "_scale_inv")
        .containsExactly(tuple("LIVE_DIFFERS", 1, scale.<String>getAs("tensor")));
  }

  @Test
  void doesNotCompareDigestsOfDifferentKinds() {
    assertThat(live("kinds")).extracting(Finding::kind).containsExactly("NOT_CHECKED");
    assertThat(live("kinds").get(0).detail())
        .contains(
            "are not compared with files: the engine and its files use different digests (scan"
                + " with --digest both): ");
  }

  @Test
  void findsVllmEnginesEqualToTheirExports() {
    assertThat(live("vllm")).isEmpty();
    assertThat(engines("vllm"))
        .hasSize(VLLM_SETUPS.size())
        .allSatisfy(
            live ->
                assertThat(live.checksum())
                    .isEqualTo(scan.engine(live.engine()).checksum())
                    .isPresent());
    assertThat(states("vllm")).containsOnlyKeys("VERIFIED");
  }

  @Test
  void countsNothingOfWhatNobodyLookedAtThoughAllEnginesAgree() {
    assertThat(verdict("repacked")).isEqualTo(Verdict.INCOMPLETE);
    assertThat(live("repacked"))
        .extracting(Finding::kind)
        .containsExactly("NOT_CHECKED", "NOT_CHECKED", "NOT_CHECKED", "NOT_CHECKED");
    assertThat(live("repacked").get(0).detail())
        .matches(
            "[0-9]+ of 27 tensors: the digest of zero bytes, and no file shows that the tensor is"
                + " empty");
    assertThat(rows(ScanTable.TENSORS, "repacked", "status = 'NOT_CHECKED'"))
        .isNotEmpty()
        .allMatch(row -> row.getAs("sha256") == null && row.getAs("checksum") == null);
    assertThat(rows(ScanTable.RANKS, "repacked", "true"))
        .allMatch(row -> row.getAs("status").equals("PARTIAL") && row.getAs("checksum") == null);
    assertThat(states("repacked")).containsOnlyKeys("HASHED_ONLY");
  }

  @Test
  void votesAmongRunningEngines() {
    assertThat(verdict("votes")).isEqualTo(Verdict.DIFFERENT);
    assertThat(live("votes"))
        .extracting(
            f -> f.engine().orElseThrow(),
            Finding::kind,
            f -> f.rank().orElseThrow(),
            Finding::detail)
        .containsExactly(
            tuple(
                "votes-c",
                "DAMAGED",
                1,
                "its bytes differ from the majority (2 of 3 copies agree)"));
    assertThat(states("votes")).containsEntry("VERIFIED", 5L).containsEntry("DIFFERENT", 1L);
  }

  @Test
  void blamesNobodyOfTwoRunningEngines() {
    assertThat(live("two")).extracting(Finding::kind).containsExactly("UNDECIDED");
    assertThat(live("two").get(0).source()).isEqualTo(WeightSource.LIVE);
  }

  @Test
  void comparesWhatAllOfThemLookedAt() {
    assertThat(verdict("all")).isEqualTo(Verdict.INCOMPLETE);
    assertThat(live("all"))
        .extracting(f -> f.engine().orElseThrow(), Finding::kind)
        .containsExactly(tuple("all-b", "NOT_CHECKED"));
  }

  /** Its LIVE_DIFFERS says it all: the others are equal to their files. */
  @Test
  void doesNotDoubtEnginesThatAreEqualToTheirFiles() {
    assertThat(live("files"))
        .extracting(f -> f.engine().orElseThrow(), Finding::kind, f -> f.rank().orElseThrow())
        .containsExactly(tuple("files-b", "LIVE_DIFFERS", 1));
    assertThat(states("files")).containsEntry("VERIFIED", 3L).containsEntry("DIFFERENT", 1L);
  }

  @Test
  void doesNotCompareWhatLiesInTheMemoryOfTheCpuWithAGpu() {
    assertThat(live("cpu")).isEmpty();
    assertThat(states("cpu")).containsOnlyKeys("VERIFIED");
  }

  @Test
  void blamesNobodyForATensorThatAnAnswerLacks() {
    assertThat(live("lacks"))
        .extracting(f -> f.engine().orElseThrow(), Finding::kind, f -> f.rank().orElseThrow())
        .containsExactly(tuple("lacks-b", "NOT_CHECKED", 1));
    assertThat(states("lacks")).containsEntry("VERIFIED", 3L).containsEntry("HASHED_ONLY", 1L);
  }

  @Test
  void comparesNothingWithATensorThatAnAnswerLacks() {
    assertThat(verdict("lone")).isEqualTo(Verdict.INCOMPLETE);
    assertThat(live("lone"))
        .extracting(f -> f.engine().orElseThrow(), Finding::kind, Finding::detail)
        .containsExactly(
            tuple(
                "lone-a",
                "NOT_CHECKED",
                "1 tensor is in the answer of no other running engine: not compared: " + NORM),
            tuple(
                "lone-b",
                "NOT_CHECKED",
                "1 tensor of other running engines is not in the answer: " + NORM));
  }

  @Test
  void namesTheReplicasOfAnEngineThatDoNotAgree() {
    assertThat(live("replicas")).extracting(Finding::kind).containsExactly("UNDECIDED");
    assertThat(live("replicas").get(0).detail())
        .contains("replicas-e replica 0")
        .contains("replicas-e replica 1");
  }

  @Test
  void saysThatEnginesHaveTheSameAddress() {
    assertThat(live("address"))
        .extracting(f -> f.engine().orElseThrow(), Finding::kind, Finding::detail)
        .containsExactly(
            tuple(
                "address-a",
                "UNVERIFIED",
                "no files, and the same address as address-b: compared with nothing"),
            tuple(
                "address-b",
                "UNVERIFIED",
                "no files, and the same address as address-a: compared with nothing"));
  }

  @Test
  void saysThatARunningEngineHasNothingBesideIt() {
    assertThat(verdict("beside")).isEqualTo(Verdict.INCOMPLETE);
    assertThat(live("beside")).extracting(Finding::kind).containsExactly("UNVERIFIED");
    assertThat(live("beside").get(0).detail())
        .isEqualTo("no files and no other running engine: compared with nothing");
  }

  @Test
  void goesOnWhereAnEngineGivesNoAnswer() throws IOException {
    try (PlayedServer server = PlayedServer.of(PlayedServer.text(500, "oops"))) {
      Landed some =
          scanHere(
              "sglang",
              engine("down", files(DRAFT), "url: '" + server.url() + "'"),
              engine("html", "", "file: " + Files.writeString(root.resolve("x"), "<html>")),
              engine("up", files(DRAFT), answer(json -> {})));

      assertThat(some.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
      assertThat(live(some))
          .extracting(f -> f.engine().orElseThrow(), Finding::kind)
          .containsExactly(tuple("down", "UNREACHABLE"), tuple("html", "MALFORMED_ANSWER"));
      assertThat(some.rows(ScanTable.ENGINES, "source = 'LIVE'"))
          .extracting(row -> row.getAs("engine"), row -> row.getAs("status"))
          .containsExactlyInAnyOrder(
              tuple("down", "INCOMPLETE"), tuple("html", "INCOMPLETE"), tuple("up", "COMPLETE"));
      assertThat(some.rows(ScanTable.RANKS, "source = 'LIVE' AND engine = 'down'"))
          .hasSize(2)
          .allMatch(row -> row.getAs("status").equals("UNKNOWN"))
          .allMatch(
              row -> row.getAs("reason").equals("/weights_checker answered with status 500: oops"));
    }
  }

  @Test
  void leavesOutWhatIsToBeSkippedWhereTheEngineDidNot() {
    assertThat(live("norm")).isEmpty();
    assertThat(rows(ScanTable.TENSORS, "norm", "source = 'LIVE' AND status = 'SKIPPED'"))
        .isNotEmpty()
        .allMatch(row -> row.getAs("reason").equals("name contains norm"));
    assertThat(checksums("norm")).hasSize(1);
  }

  /** An answer that was saved without the list, or of an engine that does not know it. */
  @Test
  void skipsOnBothSidesWhatTheDescriptionSkips() {
    assertThat(live("skip")).isEmpty();
    assertThat(rows(ScanTable.TENSORS, "skip", "source = 'LIVE' AND status = 'SKIPPED'"))
        .extracting(
            row -> row.getAs("rank"),
            row -> row.getAs("key"),
            row -> row.getAs("reason"),
            row -> row.getAs("checksum"))
        .contains(tuple(1, NORM, "name contains layers.0.input_lay", null));
    assertThat(states("skip")).containsOnlyKeys("SKIPPED", "VERIFIED");
    assertThat(coverage("skip"))
        .extracting(row -> row.<String>getAs("skipped_because"))
        .contains("name contains layers.0.input_lay");
    SourceResult.WithFiles withFiles = scan.summary().live().withFiles().get("skip-a");
    assertThat(withFiles.comparedTensors()).isLessThan(withFiles.tensors());
    assertThat(withFiles.isWhole()).isFalse();
  }

  @Test
  void doesNotCheckARankOfWhichEverythingIsSkipped() {
    assertThat(verdict("everything")).isEqualTo(Verdict.INCOMPLETE);
    assertThat(live("everything"))
        .filteredOn(finding -> finding.kind().equals("NOT_CHECKED"))
        .hasSize(2)
        .allMatch(finding -> finding.detail().endsWith("tensors are skipped: nothing is left"));
  }

  /** Its files are not hashed for it; nor does the other engine report it. */
  @Test
  void doesNotCheckABufferThatTheProfileLeavesOutAndOneEngineReports() {
    assertThat(live("buffer"))
        .extracting(f -> f.engine().orElseThrow(), Finding::kind, Finding::detail)
        .containsExactly(
            tuple(
                "buffer-a",
                "NOT_CHECKED",
                "1 tensor is in the answer, but its profile leaves it out: not compared: "
                    + BUFFER));
    assertThat(verdict("buffer")).isEqualTo(Verdict.INCOMPLETE);
    assertThat(states("buffer")).containsEntry("HASHED_ONLY", 1L).containsEntry("VERIFIED", 1L);
    assertThat(scan.summary().live().withFiles().get("buffer-a").isWhole()).isFalse();
  }

  @Test
  void saysInOneFindingThatAnAnswerIsOfAnotherModel() {
    assertThat(verdict("model")).isEqualTo(Verdict.DIFFERENT);
    assertThat(live("model"))
        .filteredOn(f -> f.kind().equals("LIVE_DIFFERS"))
        .hasSize(2)
        .allMatch(
            f -> f.detail().startsWith("the answer and the files have no tensor in common: "));
  }

  @Test
  void countsTheSameCoverageInTheViewAndInTheSummary() {
    assertThat(states(""))
        .isEqualTo(states(scan.summary().live().coverage()))
        .containsOnlyKeys("DIFFERENT", "HASHED_ONLY", "SKIPPED", "UNKNOWN", "VERIFIED");
  }

  private static Map<String, Long> states(Coverage coverage) {
    Map<String, Long> states = new TreeMap<>();
    coverage.parts().forEach(part -> states.merge(part.state().name(), part.ranks(), Long::sum));
    return states;
  }

  @Test
  void warnsOfWeightsThatAreZeroInAllRunningEngines() {
    assertThat(live("zero"))
        .filteredOn(finding -> finding.is(FindingKind.ALL_ZERO))
        .extracting(f -> f.engine().orElseThrow(), f -> f.rank().orElseThrow(), Finding::tensors)
        .containsExactly(
            tuple("zero-b", 0, List.of(PROJECTION)), tuple("zero-c", 0, List.of(PROJECTION)));
    assertThat(verdict("zero")).isEqualTo(Verdict.INCOMPLETE);
  }

  private static List<Finding> live(Landed landed) {
    return landed.summary().findings().stream()
        .filter(finding -> finding.source() == WeightSource.LIVE)
        .toList();
  }

  private List<Finding> live(String model) {
    return live(scan).stream().filter(finding -> isOf(model, finding)).toList();
  }

  private static boolean isOf(String model, Finding finding) {
    return finding
        .engine()
        .map(engine -> engine.startsWith(model))
        .orElseGet(() -> finding.location().orElse("").startsWith(model));
  }

  /** What a scan of this case alone would say. */
  private Verdict verdict(String model) {
    return Verdict.of(
        scan.summary().findings().stream().filter(finding -> isOf(model, finding)).toList());
  }

  private List<Row> rows(ScanTable table, String model, String condition) {
    return scan.rows(table, "startswith(engine, '%s') AND %s".formatted(model, condition));
  }

  private Set<String> checksums(String model) {
    return rows(ScanTable.ENGINES, model, "true").stream()
        .map(row -> row.<String>getAs("checksum"))
        .collect(Collectors.toSet());
  }

  private List<EngineResult> engines(String model) {
    return scan.summary().live().engines().stream()
        .filter(engine -> engine.engine().startsWith(model))
        .toList();
  }

  private List<Row> coverage(String model) {
    return coverage.stream().filter(row -> row.<String>getAs("engine").startsWith(model)).toList();
  }

  private Map<String, Long> states(String model) {
    Map<String, Long> states = new TreeMap<>();
    coverage(model)
        .forEach(row -> states.merge(row.getAs("state"), row.<Long>getAs("ranks"), Long::sum));
    return states;
  }

  /** Scans some engines by themselves. */
  private Landed scanHere(String digest, String... engines) {
    return scanWith(root.resolve("tables"), digest, engines);
  }

  private Landed scanWith(Path out, String digest, String... engines) {
    String yaml =
        "fleet: f\ndefaults: { digest: %s }\nengines:\n".formatted(digest)
            + String.join("", engines);
    return Landed.of(spark, Landed.inventory(yaml, answers), out);
  }

  private static String engine(String name, String files, String endpoint) {
    return "- { name: %s, model: %s, parallelism: { tp: 2 }, %s endpoint: { %s } }\n"
        .formatted(name, model(name), files, endpoint);
  }

  /** One of a rank, of vLLM. */
  private static String vllm(String name, String files, String endpoint) {
    return "- { name: %s, model: %s, parallelism: { tp: 1 }, %s endpoint: { kind: vllm, %s } }\n"
        .formatted(name, model(name), files, endpoint);
  }

  private static String model(String engine) {
    return engine.replaceFirst("-.*", "");
  }

  private static String files(Path directory) {
    return "shards: %1$s, draft: { shards: %1$s/draft },".formatted(directory);
  }

  /** A file of one's own: engines of the same address are one. */
  private String copied(Path answer) throws IOException {
    Path file = Files.createTempFile(answers, "answer", ".json");
    return "file: " + Files.copy(answer, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void lack(JsonNode answer, String key) {
    ((ObjectNode) answer.at("/ranks/1/checksums")).remove(key);
    sign(answer);
  }

  private static void renameAll(JsonNode answer) {
    for (JsonNode rank : answer.path("ranks")) {
      ObjectNode checksums = (ObjectNode) rank.path("checksums");
      List<String> names = new ArrayList<>();
      checksums.fieldNames().forEachRemaining(names::add);
      names.forEach(name -> checksums.set("other." + name, checksums.remove(name)));
    }
    sign(answer);
  }

  /** A second replica, a tensor of which is another. */
  private static void addAReplica(JsonNode answer) {
    ArrayNode ranks = (ArrayNode) answer.path("ranks");
    for (int rank = 0; rank < 2; rank++) {
      JsonNode copy = ranks.get(rank).deepCopy();
      copy.path("parallelism_info").forEach(info -> ((ObjectNode) info).put("dp_rank", 1));
      ranks.add(copy);
    }
    put(answer, 3, NORM, OTHER);
  }

  /** The answer of the golden engine, changed; its digests follow. */
  private String answer(Consumer<JsonNode> change) throws IOException {
    JsonNode json = JSON.readTree(DRAFT.resolve("weights_checker.json").toFile());
    change.accept(json);
    return "file: " + write(json);
  }

  /** The same without the tensor that is empty, which nothing but a file can show. */
  private String answerOfNoEmptyTensor(Consumer<JsonNode> change) throws IOException {
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
    Path file = Files.createTempFile(answers, "answer", ".json");
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
