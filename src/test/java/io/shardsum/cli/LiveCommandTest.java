package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.live.PlayedServer;
import io.shardsum.testing.LocalSpark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Running engines as the command shows them. */
@ExtendWith(LocalSpark.class)
class LiveCommandTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();
  private static final Path DRAFT = GOLDEN.resolve("engines/tp2-draft");

  /** Its value is a key; the tests' environment is set where they are started. */
  private static final String KEY_VARIABLE = "SHARDSUM_TEST_API_KEY";

  private static SparkSession spark;

  @TempDir Path root;

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
            RUNNING  RANKS  CHECKSUM (START)  ITS FILES      RUNNING ALIKE
            a        2/2    6f4f4eff14405e36  no difference  -
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

    JsonNode engine = new ObjectMapper().readTree(run.out()).at("/live/engines/0");
    assertThat(engine.path("engine").asText()).isEqualTo("a");
    assertThat(engine.path("checksum").asText())
        .hasSize(64)
        .isEqualTo(engine.path("reported").asText());
    assertThat(engine.path("host").asText())
        .isEqualTo("file:" + DRAFT.resolve("weights_checker.json"));
    assertThat(engine.path("ranks")).hasSize(2);
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
