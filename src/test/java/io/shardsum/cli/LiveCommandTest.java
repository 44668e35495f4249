package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardsum.live.PlayedServer;
import io.shardsum.testing.JsonKeys;
import io.shardsum.testing.LocalSpark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.SparkFirehoseListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.JsonProtocol;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Running engines as the command shows them. */
@ExtendWith(LocalSpark.class)
class LiveCommandTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();
  private static final Path DRAFT = GOLDEN.resolve("engines/tp2-draft");

  /** Its value is a key; the tests' environment is set where they are started. */
  private static final String KEY_VARIABLE = "SHARDSUM_TEST_API_KEY";

  private static SparkSession spark;

  private static final String NORM = "model.layers.0.input_layernorm.weight";

  @TempDir Path root;

  private final CountDownLatch hanging = new CountDownLatch(1);

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  @Test
  void showsRunningEnginesBesideTheirFiles() throws IOException {
    String fleet =
        fleet(
            engine("a", "file: " + DRAFT.resolve("weights_checker.json")),
            engine("b", "file: " + root.resolve("nothing.json")));

    CommandRun run = CommandRun.fleetScan("--fleet", fleet, "--out", out());

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.out())
        .contains(
            """
            RUNNING  RANKS  CHECKSUM (START)  ITS FILES      AGREES WITH
            a        2/2    6f4f4eff14405e36  no difference  no other complete answer to compare with
            b        0/2    INCOMPLETE        unknown        -
            """)
        .contains(
            "  b (live): UNREACHABLE: the saved answer %s cannot be read: no such file\n"
                .formatted(root.resolve("nothing.json")))
        .contains("COVERAGE, LIVE  ENGINES  RANKS  TENSORS  BYTES\n");
  }

  @Test
  void printsThemAsJson() throws IOException {
    String fleet = fleet(engine("a", "file: " + DRAFT.resolve("weights_checker.json")));

    CommandRun run = CommandRun.fleetScan("--fleet", fleet, "--out", out(), "--format", "json");

    JsonNode live = new ObjectMapper().readTree(run.out()).path("live");
    assertThat(JsonKeys.of(live))
        .isEqualTo(
            """
            .: engines coverage
            engines: engine comparison_group status checksum reported compared_with_files agrees_with same_address compared_with_reference agreement host engine_version fetched_at ranks
            engines.compared_with_files: compared_ranks ranks compared_tensors tensors
            engines.ranks: rank status checksum reported tensors skipped reason
            coverage: states last_verified
            coverage.states: state skipped_because engines ranks tensors bytes expected_bytes
            coverage.last_verified: engine last_verified_at verified_within
            """);
    JsonNode engine = live.at("/engines/0");
    assertThat(engine.path("engine").asText()).isEqualTo("a");
    assertThat(engine.path("checksum").asText())
        .hasSize(64)
        .isEqualTo(engine.path("reported").asText());
    assertThat(engine.path("host").asText())
        .isEqualTo("file:" + DRAFT.resolve("weights_checker.json"));
    assertThat(engine.path("ranks")).hasSize(2);
  }

  @Test
  void saysHowMuchWasComparedWithFiles() throws IOException {
    String golden = Files.readString(DRAFT.resolve("weights_checker.json"));
    Path lacking = root.resolve("lacking.json");
    Files.writeString(lacking, golden.replaceFirst("\"" + NORM + "\": \"[0-9a-f]{16}\",?", ""));
    Path one = root.resolve("one.json");
    ObjectNode ofOne = (ObjectNode) new ObjectMapper().readTree(golden);
    ((ArrayNode) ofOne.path("ranks")).remove(1);
    new ObjectMapper().writeValue(one.toFile(), ofOne);
    String fleet =
        fleet(
            engine("lacking", "file: " + lacking),
            engine("one", "file: " + one),
            ("- { name: other, parallelism: { tp: 1 }, shards: %1$s, profile: none,"
                    + " endpoint: { kind: vllm, file: %1$s/weight_checker.json } }\n")
                .formatted(GOLDEN.resolve("vllm/qwen3/tp1")));

    CommandRun run = CommandRun.fleetScan("--fleet", fleet, "--out", out());
    CommandRun json = CommandRun.fleetScan("--fleet", fleet, "--out", out(), "--format", "json");

    assertThat(run.out())
        .containsPattern("(?m)^lacking +2/2 .* partly: 43 of 44 tensors +")
        .containsPattern("(?m)^one +1/2 .* partly: 1 of 2 ranks +")
        .containsPattern("(?m)^other +1/1 .* not compared +");
    assertThat(new ObjectMapper().readTree(json.out()).at("/live/engines/0/compared_with_files"))
        .hasToString("{\"compared_ranks\":2,\"ranks\":2,\"compared_tensors\":43,\"tensors\":44}");
  }

  @Test
  void saysWhatIsWrongWhereAnEnginesOwnDigestIs() throws IOException {
    String golden = Files.readString(DRAFT.resolve("weights_checker.json"));
    Path wrong = root.resolve("wrong.json");
    Files.writeString(
        wrong,
        golden.replaceFirst("(per_engine_checksum\": \")[0-9a-f]{64}", "$1" + "0".repeat(64)));

    CommandRun run =
        CommandRun.fleetScan("--fleet", fleet(engine("a", "file: " + wrong)), "--out", out());

    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    assertThat(run.out())
        .contains("Wrong\n  a (live): ENGINE_DIGEST_WRONG: ")
        .contains(
            "DIFFERENT: an engine reports a digest that does not match the tensors it reports.\n");
  }

  @Test
  void endsWith4WhereNobodyLookedAtTheWeights() throws IOException {
    Path answer = GOLDEN.resolve("vllm/repacked-answer.json");
    Path same = Files.copy(answer, root.resolve("same.json"));
    String engine =
        "- { name: %s, model: m, parallelism: { tp: 2 }, endpoint: { kind: vllm, file: %s } }\n";
    String fleet = fleet(engine.formatted("a", answer), engine.formatted("b", same));

    CommandRun run = CommandRun.fleetScan("--fleet", fleet, "--out", out());

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.out())
        .contains("a, b (live), ranks 0 and 1: NOT_CHECKED: 12 of 27 tensors: ")
        .contains("b (live), ranks 0 and 1: NOT_CHECKED: 12 of 27 tensors: ");
  }

  /** Each becomes a finding of its own engine, and the others are compared all the same. */
  @ParameterizedTest
  @CsvSource({"false, 4", "true, 3"})
  void goesOnWhateverEnginesAnswer(boolean different, int exitCode) throws IOException {
    String whole = Files.readString(DRAFT.resolve("weights_checker.json"));
    String other = whole.replaceFirst("(weight\": \")[0-9a-f]{4}", "$1beef");
    Map<String, PlayedServer.Play> plays = new TreeMap<>();
    plays.put("c400", PlayedServer.text(400, whole.replaceFirst("true", "false")));
    plays.put("c401", PlayedServer.text(401, "{\"error\":\"Unauthorized\"}"));
    plays.put("c500", PlayedServer.text(500, "oops"));
    plays.put("cut", PlayedServer.text(200, whole.substring(0, 1_000)));
    plays.put("html", PlayedServer.text(200, "<html>Welcome</html>"));
    plays.put("redirect", PlayedServer.text(302, ""));
    plays.put("slow", exchange -> hang());
    plays.put(
        "twice", PlayedServer.text(200, whole.replaceFirst("\"ranks\": \\[", "\"ranks\": [], $0")));
    plays.put("types", PlayedServer.text(200, whole.replaceFirst("\"[0-9a-f]{16}\"", "17")));
    List<String> engines = new ArrayList<>();
    List<PlayedServer> servers = new ArrayList<>();
    try {
      for (Map.Entry<String, PlayedServer.Play> play : plays.entrySet()) {
        PlayedServer server = PlayedServer.of(play.getValue());
        servers.add(server);
        engines.add(
            engine(play.getKey(), "url: '%s', timeout: 2s, retries: 0".formatted(server.url())));
      }
      PlayedServer good = PlayedServer.of(PlayedServer.text(200, different ? other : whole));
      servers.add(good);
      engines.add(engine("good", "url: '%s'".formatted(good.url())));

      CommandRun run =
          CommandRun.fleetScan(
              "--fleet", fleet(engines.toArray(String[]::new)), "--out", out(), "--format", "json");

      assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
      Map<String, String> found = new TreeMap<>();
      for (JsonNode finding : new ObjectMapper().readTree(run.out()).path("findings")) {
        if (finding.path("source").asText().equals("LIVE")) {
          found.merge(
              finding.path("engine").asText(),
              finding.path("kind").asText(),
              (a, b) -> a + "," + b);
        }
      }
      Map<String, String> expected = new TreeMap<>();
      plays.keySet().forEach(name -> expected.put(name, "UNREACHABLE"));
      List.of("cut", "html", "twice", "types")
          .forEach(name -> expected.put(name, "MALFORMED_ANSWER"));
      if (different) {
        expected.put("good", "ENGINE_DIGEST_WRONG,LIVE_DIFFERS");
      }
      assertThat(found).isEqualTo(expected);
    } finally {
      hanging.countDown();
      servers.forEach(PlayedServer::close);
    }
  }

  private void hang() {
    try {
      hanging.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void explainsWhatRunningEnginesTold() throws IOException {
    String golden = Files.readString(DRAFT.resolve("weights_checker.json"));
    Path other = root.resolve("other.json");
    Files.writeString(
        other,
        golden.replaceFirst("(" + NORM + "\": \")[0-9a-f]{16}", "$1" + "0".repeat(14) + "aa"));
    String fleet =
        fleet(
            engine("a", "file: " + DRAFT.resolve("weights_checker.json")),
            engine("b", "file: " + other),
            "- { name: c, model: m, parallelism: { tp: 2 }, draft: { shards: %1$s/draft }, shards: %1$s, endpoint: { file: %2$s } }\n"
                .formatted(DRAFT, Files.copy(other, root.resolve("copy.json"))),
            "- { name: only, parallelism: { tp: 2 }, endpoint: { file: %s } }\n".formatted(other));
    CommandRun.fleetScan("--fleet", fleet, "--out", out(), "--scan-id", "first");

    CommandRun engine = CommandRun.fleetScan("--explain", "b", "--out", out());
    CommandRun rank = CommandRun.fleetScan("--explain", "b/0", "--out", out());
    CommandRun tensor = CommandRun.fleetScan("--explain", "b/0/" + NORM, "--out", out());
    CommandRun only = CommandRun.fleetScan("--explain", "only/1", "--out", out());

    assertThat(engine.exitCode()).as(engine.err()).isZero();
    assertThat(engine.out())
        .containsPattern("(?m)^Engine b of m tp2 pp1 dp1 sglang-0.5.20: 6f4f4eff")
        .containsPattern("(?m)^Running engine b of m .* live sglang all: [0-9a-f]{64}$")
        .contains("b (live), rank 0, " + NORM + ": LIVE_DIFFERS");
    assertThat(rank.out()).contains(NORM + ": 2 contents in 3 copies");
    assertThat(tensor.out())
        .containsPattern("(?m)^a +0 +[A-Z0-9]+ \\[[0-9, ]+\\] [0-9a-f]{16} +1 of 1 +file:")
        .containsPattern("(?m)^a +0 +[0-9a-f]{16} +1 of 3 +file:.*weights_checker.json +- +-$")
        .containsPattern("(?m)^b +0 +00000000000000aa +2 of 3 +file:.*other.json +- +-$");
    assertThat(only.exitCode()).as(only.err()).isZero();
    assertThat(only.out()).containsPattern("(?m)^only +1 +[A-Z]+ ").doesNotContain("Engine only");
  }

  @Test
  void asksNobodyInADryRun() throws IOException {
    try (PlayedServer server = PlayedServer.of(PlayedServer.text(500, ""))) {
      String fleet = fleet(engine("a", "url: '%s'".formatted(server.url())));

      CommandRun run = CommandRun.fleetScan("--fleet", fleet, "--dry-run");

      assertThat(run.exitCode()).isZero();
      assertThat(run.out())
          .contains("RUNNING  RANKS  KIND    WOULD BE ASKED AT\n")
          .contains("a        2      sglang  " + server.url() + "/weights_checker\n");
      assertThat(server.asked()).isEmpty();
    }
  }

  @Test
  void showsTheKeyNowhere() throws IOException {
    String key = System.getenv(KEY_VARIABLE);
    assertThat(key).as(KEY_VARIABLE).isNotBlank();
    List<String> logged = new ArrayList<>();
    Queue<String> eventLog = new ConcurrentLinkedQueue<>();
    SparkFirehoseListener events =
        new SparkFirehoseListener() {
          @Override
          public void onEvent(SparkListenerEvent event) {
            eventLog.add(JsonProtocol.sparkEventToJsonString(event));
          }
        };
    spark.sparkContext().addSparkListener(events);
    try (PlayedServer server =
        PlayedServer.of(
            exchange ->
                PlayedServer.text(
                        403,
                        "{\"success\": false, \"message\": \"no: %s\"}"
                            .formatted(exchange.getRequestHeaders().getFirst("Authorization")))
                    .answer(exchange))) {
      String fleet =
          fleet(engine("a", "url: '%s', api_key_env: %s".formatted(server.url(), KEY_VARIABLE)));

      String shown =
          logging(
              logged,
              () -> {
                StringBuilder all = new StringBuilder();
                for (List<String> arguments :
                    List.of(
                        List.of("--fleet", fleet, "--out", out()),
                        List.of("--fleet", fleet, "--out", out(), "--format", "json"),
                        List.of("--explain", "a", "--out", out()))) {
                  CommandRun run = CommandRun.fleetScan(arguments.toArray(String[]::new));
                  all.append(run.out()).append(run.err());
                }
                return all.toString();
              });

      assertThat(server.asked())
          .hasSize(2)
          .allMatch(asked -> asked.authorization().equals("Bearer " + key));
      assertThat(shown).contains("no: Bearer ***").doesNotContain(key);
      assertThat(logged).isNotEmpty().noneMatch(line -> line.contains(key));
      assertThat(eventLog).isNotEmpty().noneMatch(line -> line.contains(key));
      for (String table : List.of("scans", "engines", "ranks", "tensors", "findings")) {
        List<Row> rows = spark.read().parquet(out() + "/" + table).collectAsList();
        assertThat(rows).as(table).isNotEmpty().noneMatch(row -> row.mkString("|").contains(key));
      }
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
              .as(file.toString())
              .doesNotContain(key);
        }
      }
    } finally {
      spark.sparkContext().removeSparkListener(events);
    }
  }

  @FunctionalInterface
  private interface Shown {
    String run();
  }

  /** Runs something, with everything that is logged meanwhile, of any level, kept. */
  private static String logging(List<String> logged, Shown shown) {
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    AbstractAppender appender =
        new AbstractAppender("kept", null, null, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            synchronized (logged) {
              logged.add(event.getMessage().getFormattedMessage() + " " + event.getThrown());
            }
          }
        };
    appender.start();
    Level before = context.getRootLogger().getLevel();
    context.getRootLogger().addAppender(appender);
    context.getRootLogger().setLevel(Level.DEBUG);
    try {
      return shown.run();
    } finally {
      context.getRootLogger().setLevel(before);
      context.getRootLogger().removeAppender(appender);
    }
  }

  private String out() {
    return root.resolve("tables").toString();
  }

  private String fleet(String... engines) throws IOException {
    Path file = root.resolve("fleet.yaml");
    Files.writeString(file, "fleet: f\nengines:\n" + String.join("", engines));
    return file.toString();
  }

  private static String engine(String name, String endpoint) {
    return "- { name: %1$s, model: m, parallelism: { tp: 2 }, shards: %2$s, draft: { shards: %2$s/draft }, endpoint: { %3$s } }\n"
        .formatted(name, DRAFT, endpoint);
  }
}
