package io.shardsum.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.checksum.WeightDigest;
import io.shardsum.fleet.LiveSpec;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers as engines give them, and what is read from them. */
class AnswerReaderTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String A = "00000000000000aa";
  private static final String B = "00000000000000bb";
  private static final String EMPTY =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  @TempDir Path root;

  static Stream<Path> goldenAnswersOfSglang() throws IOException {
    try (Stream<Path> files = Files.walk(Engines.GOLDEN)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("weights_checker"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("goldenAnswersOfSglang")
  void readsEveryRankThatAnEngineListsAndFindsItsDigestsRight(Path file) throws IOException {
    String setup = file.getParent().getFileName().toString();
    int tp = number(setup, "tp([0-9]+)");
    int pp = number(setup, "pp([0-9]+)");
    JsonNode golden = JSON.readTree(file.toFile());

    LiveAnswer answer = Engines.saved("tp: %s, pp: %s".formatted(tp, pp), file);

    assertThat(answer.ranks()).hasSize(tp * pp);
    for (int rank = 0; rank < tp; rank++) {
      LiveRank read = answer.ranks().get(rank);
      JsonNode listed = golden.path("ranks").path(rank);
      assertThat(read.reported()).hasValue(listed.path("per_gpu_checksum").asText());
      assertThat(read.checksum()).isEqualTo(read.reported());
      Map<String, String> checksums = new TreeMap<>();
      read.tensors().forEach(tensor -> checksums.put(tensor.key(), tensor.checksum()));
      assertThat(checksums).isEqualTo(JSON.convertValue(listed.path("checksums"), Map.class));
    }
    assertThat(answer.reported()).hasValue(golden.path("per_engine_checksum").asText());
    if (pp == 1) {
      assertThat(answer.problems()).isEmpty();
      assertThat(answer.checksum()).isPresent();
    } else {
      assertThat(answer.checksum()).isEmpty();
      assertThat(answer.problems())
          .extracting(LiveProblem::kind)
          .containsExactly(LiveProblemKind.NOT_CHECKED);
    }
  }

  private static int number(String setup, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(setup);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 1;
  }

  @Test
  void computesTheEngineDigestOfAttentionDpOverEachRankOnce() {
    LiveAnswer answer =
        Engines.saved(
            "tp: 2", Engines.GOLDEN.resolve("sglang/llama-tied/tp2-dpattn2/weights_checker.json"));

    assertThat(answer.checksum())
        .hasValue(
            WeightDigest.ofEngine(
                answer.ranks().stream().map(rank -> rank.checksum().orElseThrow()).toList()));
    assertThat(answer.reported()).isPresent().isNotEqualTo(answer.checksum());
  }

  @Test
  void readsBothFormsOfABodyAsTheSame() {
    Path engine = Engines.GOLDEN.resolve("engines/tp2-draft");

    LiveAnswer now = Engines.saved("tp: 2", engine.resolve("weights_checker.json"));
    LiveAnswer before = Engines.saved("tp: 2", engine.resolve("weights_checker-0.5.13.json"));

    assertThat(before.ranks()).isEqualTo(now.ranks());
    assertThat(before.checksum()).isEqualTo(now.checksum()).isPresent();
    assertThat(now.release().map(AnsweredRelease::shown)).hasValue("0.5.23 or newer");
    assertThat(before.release().map(AnsweredRelease::shown)).hasValue("0.5.13 to 0.5.22");
    assertThat(now.ranks().get(0).tensors())
        .extracting(LiveTensor::role)
        .contains("target", "draft");
  }

  @Test
  void readsVllmsFlatMapAsRanks() throws IOException {
    try (Stream<Path> files = Files.walk(Engines.GOLDEN.resolve("vllm"))) {
      for (Path file : files.filter(f -> f.endsWith("weight_checker.json")).toList()) {
        String setup = file.getParent().getFileName().toString();
        int tp = number(setup, "tp([0-9]+)");
        int pp = number(setup, "pp([0-9]+)");

        LiveAnswer answer = Engines.saved("tp: %s, pp: %s".formatted(tp, pp), "vllm", file);

        assertThat(answer.problems()).as(file.toString()).isEmpty();
        assertThat(answer.ranks()).hasSize(tp * pp).allMatch(LiveRank::isKnown);
        assertThat(answer.digest()).isEqualTo(TensorDigest.SHA256);
        long listed = JSON.readTree(file.toFile()).path("checksums").size();
        assertThat(answer.ranks().stream().mapToLong(rank -> rank.tensors().size()).sum())
            .isEqualTo(listed);
      }
    }
  }

  @Test
  void keepsColonsInTheNamesOfVllm() {
    LiveAnswer answer =
        vllm(
            "tp: 1", "{\"checksums\": {\"dp0:pp0:pcp0:tp0:a:b.weight\": \"%s\"}}".formatted(EMPTY));

    assertThat(answer.ranks().get(0).tensors())
        .containsExactly(new LiveTensor("target", "a:b.weight", "a:b.weight", EMPTY));
  }

  @Test
  void sortsReplicasThatCameInTheOrderOfTheirArrival() {
    LiveAnswer answer =
        sglang(
            "tp: 1, dp: 2",
            "[%s, %s]".formatted(entry("w", B, info(0, 1, 1, 1)), entry("w", A, info(0, 1, 0, 1))));

    assertThat(answer.problems()).isEmpty();
    assertThat(answer.ranks())
        .extracting(rank -> rank.tensors().get(0).checksum())
        .containsExactly(A, B);
  }

  @Test
  void doesNotTakeRanksOfAPartialAnswer() {
    LiveAnswer answer =
        Engines.answer(
            "tp: 2",
            "sglang",
            400,
            root.resolve("a"),
            body("false", "\"rank 1 failed\"", "[" + entry("w", A, info(0, 2, 0, 1)) + "]", null));

    assertThat(answer.ranks()).noneMatch(LiveRank::isKnown);
    assertThat(answer.checksum()).isEmpty();
    problem(
        answer,
        LiveProblemKind.UNREACHABLE,
        "/weights_checker answered with status 400: rank 1 failed; its answer is not used: 1 rank");
  }

  @Test
  void doesNotTakeAFailureForAnAnswerWhateverItsStatusIs() {
    LiveAnswer answer =
        Engines.answer(
            "tp: 1",
            "sglang",
            200,
            root.resolve("a"),
            body("false", "null", "[" + entry("w", A, info(0, 1, 0, 1)) + "]", null));

    problem(
        answer,
        LiveProblemKind.UNREACHABLE,
        "/weights_checker says that it failed; its answer is not used: 1 rank");
  }

  @Test
  void leavesRanksUnknownWhoseElementIsNull() {
    LiveAnswer answer = sglang("tp: 2", "[" + entry("w", A, info(0, 2, 0, 1)) + ", null]");

    assertThat(answer.ranks()).extracting(LiveRank::isKnown).containsExactly(true, false);
    assertThat(answer.checksum()).isEmpty();
    problem(
        answer,
        LiveProblemKind.NOT_CHECKED,
        "not in the answer: 1 of 2 ranks: the answer does not list them");
    assertThat(answer.problems().get(0).ranks()).containsExactly(1);
  }

  @Test
  void saysThatLaterPipelineStagesDoNotAnswer() {
    LiveAnswer answer =
        Engines.saved(
            "tp: 1, pp: 2", Engines.GOLDEN.resolve("sglang/llama-bias/pp2/weights_checker.json"));

    problem(
        answer,
        LiveProblemKind.NOT_CHECKED,
        "not in the answer: 1 of 2 ranks: SGLang reports only its first pipeline stage");
  }

  @Test
  void saysThatAnEngineDigestDoesNotFollowFromItsRanks() {
    LiveAnswer answer =
        Engines.answer(
            "tp: 1",
            "sglang",
            200,
            root.resolve("a"),
            body("true", "\"\"", "[" + entry("w", A, info(0, 1, 0, 1)) + "]", "0".repeat(64)));

    problem(
        answer,
        LiveProblemKind.ENGINE_DIGEST_WRONG,
        "the engine's own digest does not match those of the 1 rank in its answer");
    assertThat(answer.checksum()).isPresent();
    assertThat(answer.problems().get(0).actual()).hasValue("0".repeat(64));
    assertThat(answer.problems().get(0).expected()).isEqualTo(answer.checksum());
  }

  @Test
  void saysThatARankDigestDoesNotFollowFromItsTensors() {
    String wrong = entry("w", A, info(0, 1, 0, 1)).replace(rankDigest("w", A), "1".repeat(64));

    LiveAnswer answer = sglang("tp: 1", "[" + wrong + "]");

    problem(
        answer,
        LiveProblemKind.ENGINE_DIGEST_WRONG,
        "the rank's own digest does not match the checksums of its 1 tensor");
    assertThat(answer.ranks().get(0).checksum()).hasValue(rankDigest("w", A));
    assertThat(answer.ranks().get(0).reported()).hasValue("1".repeat(64));
  }

  @Test
  void takesARankThatIsListedTwiceWithTheSameChecksumsForOne() {
    String once = entry("w", A, info(0, 1, 0, 1));

    LiveAnswer answer = sglang("tp: 1", "[" + once + ", " + once + "]");

    assertThat(answer.problems()).isEmpty();
    assertThat(answer.ranks().get(0).checksum()).hasValue(rankDigest("w", A));
  }

  @Test
  void doesNotTakeARankThatIsListedTwiceWithOtherChecksums() {
    LiveAnswer answer =
        sglang(
            "tp: 1",
            "[%s, %s]".formatted(entry("w", A, info(0, 1, 0, 1)), entry("w", B, info(0, 1, 0, 1))));

    problem(
        answer,
        LiveProblemKind.MALFORMED_ANSWER,
        "the rank is listed 2 times, with different checksums");
    assertThat(answer.ranks().get(0).isKnown()).isFalse();
  }

  /** 64 replies of attention DP, each with 64 ranks: more tensors than are held of one answer. */
  @Test
  void readsAndDropsTheRepeatedRanksOfAttentionDp() throws IOException {
    int width = 64;
    int names = 1_000;
    Path file = root.resolve("answer.json");
    StringBuilder checksums = new StringBuilder();
    Map<String, String> tensors = new TreeMap<>();
    for (int name = 0; name < names; name++) {
      tensors.put("w" + name, A);
      checksums.append(name == 0 ? "" : ",").append("\"w%s\":\"%s\"".formatted(name, A));
    }
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write("{\"success\": true, \"ranks\": [");
      for (int entry = 0; entry < width * width; entry++) {
        out.write(entry == 0 ? "" : ",");
        out.write("{\"checksums\":{%s},".formatted(checksums));
        out.write("\"parallelism_info\":%s}".formatted(info(entry % width, width, 0, width)));
      }
      out.write("]}");
    }

    LiveAnswer answer = ask("tp: 64", "file: \"%s\"".formatted(file));

    assertThat(Files.size(file)).isGreaterThan(64_000_000);
    assertThat(answer.problems()).isEmpty();
    assertThat(answer.ranks())
        .hasSize(width)
        .allMatch(rank -> rank.checksum().equals(Optional.of(WeightDigest.ofRank(tensors))));
  }

  @Test
  void takesAWorldThatIsLargerThanTheReplica() {
    String info =
        "[{\"role\": \"target\", \"tp_rank\": 1, \"tp_size\": 2, \"rank\": 5, \"size\": 8}]";

    LiveAnswer answer =
        sglang("tp: 2", "[%s, %s]".formatted(entry("w", A, info(0, 2, 0, 1)), entry("w", B, info)));

    assertThat(answer.problems()).isEmpty();
    assertThat(answer.ranks()).allMatch(LiveRank::isKnown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dp0:pp0:pcp0:tp%s:ep%s:",
        "dp0:tp%s:",
        "tp%s:",
        "ep%2$s:tp%1$s:pp0:dp0:",
        "dp0:pp0:pcp0:dcp%2$s:tp%1$s:"
      })
  void understandsTheSegmentsOfVllmsKeysInAnyOrder(String worker) {
    LiveAnswer answer =
        vllm(
            "tp: 2",
            "{\"checksums\": {\"%smodel.norm.weight\": \"%s\", \"%smodel.norm.weight\": \"%s\"}}"
                .formatted(
                    worker.formatted(0, 0),
                    "a".repeat(64),
                    worker.formatted(1, 1),
                    "b".repeat(64)));

    assertThat(answer.problems()).isEmpty();
    assertThat(answer.ranks())
        .extracting(rank -> rank.tensors().get(0).tensor())
        .containsExactly("model.norm.weight", "model.norm.weight");
  }

  @Test
  void refusesKeysOfVllmThatItDoesNotUnderstand() {
    malformed(
        key("dp0:xp0:tp0:w"),
        "Cannot read the answer: checksums.dp0:xp0:tp0:w: unknown segment 'xp0' of a worker:"
            + " expected dp, pp, pcp, dcp, tp and ep");
    malformed(
        key("tp0:tp1:w"),
        "Cannot read the answer: checksums.tp0:tp1:w: the segment 'tp' occurs twice");
    malformed(
        key("model.norm.weight"),
        "Cannot read the answer: checksums.model.norm.weight: expected a key as in"
            + " dp0:pp0:pcp0:tp0:NAME");
    malformed(
        key("dp0:tp0:"),
        "Cannot read the answer: checksums.dp0:tp0:: expected a key as in dp0:pp0:pcp0:tp0:NAME");
    malformed(key("pp0:dp0:w", "tp: 2"), "ranks[0] has no tp_rank");
  }

  @Test
  void doesNotCompareReplicasThatHoldDifferentExperts() {
    malformed(
        vllm(
            "tp: 1, dp: 2",
            "{\"checksums\": {\"dp0:tp0:ep0:w\": \"%1$s\", \"dp1:tp0:ep1:w\": \"%1$s\"}}"
                .formatted("a".repeat(64))),
        "Cannot read the answer: workers of pp0 and tp0 have the expert-parallel ranks 0 and 1: their"
            + " replicas hold different experts, and cannot be compared with each other");
  }

  private LiveAnswer key(String key) {
    return key(key, "tp: 1");
  }

  private LiveAnswer key(String key, String parallelism) {
    return vllm(parallelism, "{\"checksums\": {\"%s\": \"%s\"}}".formatted(key, "a".repeat(64)));
  }

  @Test
  void readsPastAByteOrderMark() {
    LiveAnswer answer =
        text(
            "\uFEFF{\"success\": true, \"ranks\": [%s]}"
                .formatted(entry("w", A, info(0, 1, 0, 1))));

    assertThat(answer.problems()).isEmpty();
  }

  @Test
  void quotesWhatCameInTheWordsOfTheServer() {
    malformed(
        text("{\"detail\":\"Not Found\"}"),
        "Cannot read the answer: it has no checksums: Not Found");
    malformed(
        vllm("tp: 1", "{\"success\": false, \"message\": \"Failed.\"}"),
        "Cannot read the answer: it has no checksums: Failed.");
    malformed(
        text("<!DOCTYPE html><html><head><title>\n Sign\n in </title></head><body>x</body></html>"),
        "Cannot read the answer: expected JSON, found an HTML page: Sign in");
    malformed(text("starting"), "Cannot read the answer: expected JSON, found text: starting");
    failed(503, "starting", ": starting");
    failed(
        502,
        "<html><body><h1>502 Bad Gateway</h1></body></html>",
        ", and an HTML page: 502 Bad Gateway");
    failed(
        500, "{\"error\":{\"message\":\"Duplicate keys: a\",\"code\":500}}", ": Duplicate keys: a");
    failed(500, "{\"error\":\"Unauthorized\"}", ": Unauthorized");
    failed(500, "{\"detail\":[{\"loc\":[\"body\"]}]}", ": {\"detail\":[{\"loc\":[\"body\"]}]}");
    failed(500, "", ", and an empty body");
    failed(
        500,
        "{\"success\": false, \"message\": \"cut",
        ": {\"success\": false, \"message\": \"cut");
    failed(500, "x".repeat(300_000), ": " + "x".repeat(200) + "…");
  }

  private void failed(int status, String body, String said) {
    problem(
        Engines.answer("tp: 1", "sglang", status, root.resolve("a"), body),
        LiveProblemKind.UNREACHABLE,
        "/weights_checker answered with status " + status + said);
  }

  @Test
  void leavesAllRanksUnknownWhereTheListIsEmpty() {
    LiveAnswer answer = sglang("tp: 2", "[]");

    problem(
        answer,
        LiveProblemKind.NOT_CHECKED,
        "not in the answer: 2 of 2 ranks: the answer does not list them");
    assertThat(answer.checksum()).isEmpty();
  }

  private static LiveAnswer ask(String parallelism, String endpoint) {
    LiveSpec engine = Engines.engine(parallelism, endpoint);
    try (EndpointCollector collector = new EndpointCollector(Engines.GOLDEN, name -> null)) {
      return new AnswerReader().read(collector.collect(List.of(engine)).join().get(0));
    }
  }

  @Test
  void doesNotTakeRepliesOfAttentionDpThatContradictEachOther() {
    LiveAnswer answer =
        sglang(
            "tp: 1",
            "[%s, %s]".formatted(entry("w", A, info(0, 1, 0, 2)), entry("w", B, info(0, 1, 0, 2))));

    problem(
        answer,
        LiveProblemKind.MALFORMED_ANSWER,
        "the rank is listed 2 times, with different checksums");
  }

  @Test
  void readsTheFirstReleaseThatHasNoDigests() {
    String entry =
        "{\"checksums\": {\"w\": \"%s\"}, \"parallelism_info\": {\"tp_rank\": 0, \"tp_size\": 2}}"
            .formatted(A);

    LiveAnswer answer = sglang("tp: 2", "[" + entry + "]");

    assertThat(answer.release().map(AnsweredRelease::shown)).hasValue("0.5.12");
    assertThat(answer.ranks().get(0).checksum()).hasValue(rankDigest("w", A));
    assertThat(answer.ranks().get(0).reported()).isEmpty();
    problem(
        answer,
        LiveProblemKind.NOT_CHECKED,
        "not in the answer: 1 of 2 ranks: this release reports only its first rank");
  }

  @Test
  void keepsFieldsThatItDoesNotKnow() {
    String text =
        "{\"success\": true, \"weights_version\": {\"n\": [1, 2]}, \"ranks\": [%s]}"
            .formatted(entry("w", A, info(0, 1, 0, 1)).replace("{\"ch", "{\"gpu\": \"x\", \"ch"));

    LiveAnswer answer = Engines.answer("tp: 1", "sglang", 200, root.resolve("a"), text);

    assertThat(answer.problems()).isEmpty();
    assertThat(answer.otherFields())
        .containsEntry("weights_version", "{\"n\":[1,2]}")
        .containsEntry("ranks[0].gpu", "\"x\"");
  }

  @Test
  void refusesAnEngineOfAnotherShape() {
    malformed(
        sglang("tp: 4", "[" + entry("w", A, info(0, 2, 0, 1)) + "]"),
        "ranks[0] is of an engine with tp 2: the description says 4");
    malformed(
        sglang("tp: 1", "[" + entry("w", A, info(0, 1, 3, 1)) + "]"),
        "ranks[0] has dp_rank 3: the description has 0 to 0");
    malformed(
        sglang(
            "tp: 2",
            "[" + entry("w", A, info(1, 2, 0, 1)).replace("\"rank\": 1", "\"rank\": 0") + "]"),
        "ranks[0] says that it is rank 0, but by its tp_rank and pp_rank it is rank 1");
    malformed(
        sglang("tp: 2", "[{\"checksums\": {\"w\": \"%s\"}}]".formatted(A)),
        "ranks[0] does not say which rank it is");
    malformed(
        vllm("tp: 1", "{\"checksums\": {\"dp0:pp0:pcp0:tp1:w\": \"%s\"}}".formatted(EMPTY)),
        "ranks[0] has tp_rank 1: the description has 0 to 0");
  }

  @Test
  void refusesWhatIsNoAnswer() {
    malformed(text(""), "Cannot read the answer: expected JSON, found nothing");
    malformed(text("[]"), "Cannot read the answer: expected an object, found a list");
    malformed(text("{}"), "Cannot read the answer: it has no checksums: {}");
    malformed(
        text("{\"success\": true}"),
        "the answer lists no ranks: does the engine have a model for selector target?");
    malformed(
        text("{\"success\": true, \"ranks\": {}}"),
        "Cannot read the answer: ranks: expected a list, found an object");
    malformed(
        text("{\"success\": \"yes\"}"),
        "Cannot read the answer: success: expected true or false, found text");
    malformed(
        text("{\"success\": true, \"ranks\": [{\"checksums\": {\"w\": 5}}]}"),
        "Cannot read the answer: ranks[0].checksums.w: expected text, found a number");
    malformed(
        text("{\"success\": true, \"ranks\": [{\"checksums\": {\"w\": \"0AA\"}}]}"),
        "Cannot read the answer: ranks[0].checksums.w: expected 16 lower-case hex digits, found '0AA'");
    malformed(
        text("{\"success\": true, \"ranks\": [{\"parallelism_info\": {\"tp_rank\": -1}}]}"),
        "Cannot read the answer: ranks[0].parallelism_info.tp_rank: expected a whole number, 0 or more,"
            + " found a number");
    malformed(
        text("{\"success\": true, \"success\": true}"),
        "Cannot read the answer: not JSON in success: Duplicate field 'success'");
    malformed(
        text(
            "{\"success\": true, \"ranks\": [{\"checksums\": {\"\\ud800\": \"%s\"}}]}"
                .formatted(A)),
        "Cannot read the answer: ranks[0].checksums.\\ud800: the name has half of a surrogate pair, so it is not valid Unicode");
    malformed(
        text("{\"checksums\": {}}"),
        "Cannot read the answer: checksums: expected SGLang's answer, found vLLM's (the description needs kind: vllm)");
    malformed(
        text("{} {}"), "Cannot read the answer: there is more text after the end of the answer");
  }

  @Test
  void saysNothingOfHowItReadsJson() {
    malformed(
        text("{\"success\": NaN}"),
        "Cannot read the answer: not JSON: a fault in line 1, column 16");
  }

  @Test
  void doesNotKnowARankOfWhichOtherModelsAreListedAlone() {
    String entry =
        "{\"checksums\": {\"draft.w\": \"%s\"}, \"parallelism_info\": {\"tp_rank\": 0, \"tp_size\": 1}}"
            .formatted(A);

    LiveAnswer answer = sglang("tp: 1", "[" + entry + "]");

    problem(
        answer,
        LiveProblemKind.NOT_CHECKED,
        "the rank is listed without any tensor for selector target");
    assertThat(answer.ranks().get(0).isKnown()).isFalse();
  }

  @Test
  void keepsWhatAnEngineSaidAsItCame() {
    LiveAnswer answer =
        Engines.answer(
            "tp: 1",
            "sglang",
            400,
            root.resolve("a"),
            "{\"success\": false, \"message\": \"CUDA\\nerror\"}");

    assertThat(answer.problems().get(0).detail())
        .isEqualTo("/weights_checker answered with status 400: CUDA\nerror");
  }

  @Test
  void refusesHtml() {
    LiveAnswer answer = text("<html><body>Welcome</body></html>");

    assertThat(answer.problems()).hasSize(1);
    assertThat(answer.problems().get(0).detail())
        .isEqualTo("Cannot read the answer: expected JSON, found an HTML page: Welcome");
  }

  @Test
  void refusesWhatIsNotUtf8() throws IOException {
    Path file = root.resolve("latin.json");
    Files.write(file, new byte[] {'{', '"', (byte) 0xE4, '"', ':', '1', '}'});

    malformed(Engines.saved("tp: 1", file), "Cannot read the answer: not UTF-8");
  }

  @Test
  void refusesWhatIsNestedTooDeeply() {
    LiveAnswer answer = text("{\"other\": " + "[".repeat(100_000));

    assertThat(answer.problems().get(0).detail())
        .isEqualTo(
            "Cannot read the answer: not JSON in other: nested deeper, or with a longer text, than any"
                + " known answer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "499999 | expected an object, found nothing",
        "500000 | expected an object, found nothing",
        "500001 | longer than 500kB, which is 'max_answer' of the endpoint",
      })
  void takesAnAnswerThatIsAsLongAsItMayBe(int bytes, String problem) throws IOException {
    Path file = root.resolve("answer.json.gz");
    byte[] spaces = new byte[bytes];
    Arrays.fill(spaces, (byte) ' ');
    Files.write(file, PlayedServer.gzip(spaces));

    assertThat(ask("tp: 1", "file: \"%s\", max_answer: 500kB".formatted(file)).problems())
        .extracting(LiveProblem::detail)
        .containsExactly("Cannot read the answer: " + problem);
  }

  @Test
  void refusesWhatIsPackedAndTooLong() throws IOException {
    Path file = root.resolve("answer.json.gz");
    byte[] spaces = new byte[1 << 20];
    Arrays.fill(spaces, (byte) ' ');
    Files.write(file, PlayedServer.gzip(spaces));

    malformed(
        ask("tp: 1", "file: \"%s\", max_answer: 500kB".formatted(file)),
        "Cannot read the answer: longer than 500kB, which is 'max_answer' of the endpoint");
    assertThat(ask("tp: 1", "file: \"%s\", max_answer: 2MB".formatted(file)).problems())
        .extracting(LiveProblem::detail)
        .containsExactly("Cannot read the answer: expected an object, found nothing");
  }

  private LiveAnswer text(String text) {
    return Engines.answer("tp: 1", "sglang", 200, root.resolve("text"), text);
  }

  private LiveAnswer sglang(String parallelism, String ranks) {
    return Engines.answer(
        parallelism, "sglang", 200, root.resolve("a"), body("true", "\"Success.\"", ranks, null));
  }

  private LiveAnswer vllm(String parallelism, String text) {
    return Engines.answer(parallelism, "vllm", 200, root.resolve("a"), text);
  }

  private static String body(String success, String message, String ranks, String digest) {
    List<String> fields = new ArrayList<>();
    fields.add("\"success\": " + success);
    fields.add("\"message\": " + message);
    fields.add("\"ranks\": " + ranks);
    Optional.ofNullable(digest)
        .ifPresent(text -> fields.add("\"per_engine_checksum\": \"" + text + "\""));
    return "{" + String.join(", ", fields) + "}";
  }

  private static String entry(String name, String checksum, String info) {
    return "{\"checksums\": {\"%s\": \"%s\"}, \"per_gpu_checksum\": \"%s\", \"parallelism_info\": %s}"
        .formatted(name, checksum, rankDigest(name, checksum), info);
  }

  private static String rankDigest(String name, String checksum) {
    return WeightDigest.ofRank(Map.of(name, checksum));
  }

  private static String info(int tpRank, int tpSize, int dpRank, int dpSize) {
    return ("[{\"role\": \"target\", \"tp_rank\": %s, \"tp_size\": %s, \"dp_rank\": %s,"
            + " \"dp_size\": %s, \"pp_rank\": 0, \"pp_size\": 1, \"rank\": %s, \"size\": %s}]")
        .formatted(tpRank, tpSize, dpRank, dpSize, tpRank, tpSize);
  }

  private static void malformed(LiveAnswer answer, String detail) {
    problem(answer, LiveProblemKind.MALFORMED_ANSWER, detail);
    assertThat(answer.ranks()).noneMatch(LiveRank::isKnown);
    assertThat(answer.checksum()).isEmpty();
  }

  private static void problem(LiveAnswer answer, LiveProblemKind kind, String detail) {
    assertThat(answer.problems()).extracting(LiveProblem::detail).containsExactly(detail);
    assertThat(answer.problems()).extracting(LiveProblem::kind).containsExactly(kind);
  }
}
