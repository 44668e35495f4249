package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.fleet.Inventory;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Each rule of {@code conf/examples/alerts.yaml} over the gauges of scans of each verdict. */
@ExtendWith(LocalSpark.class)
class AlertsTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();
  private static final Path DRAFT = GOLDEN.resolve("engines/tp2-draft");
  private static final String PREFIX = "shardsum_driver_fleet_scan_";
  private static final Pattern RULE =
      Pattern.compile(
          "- alert: (\\w+).*\\R\\s+expr: (.+)\\R\\s+labels: \\{ severity: (\\w+) }",
          Pattern.MULTILINE);
  private static final Pattern COMPARISON = Pattern.compile("(.+) > (.+)");
  private static final Pattern ABSENT = Pattern.compile("absent\\((\\w+)\\)");

  private static SparkSession spark;

  @TempDir Path root;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  @Test
  void nothingFiresWhereEverythingIsEqual() throws IOException {
    Map<String, Long> gauges = gauges(fleet());

    assertThat(firing(gauges, 0)).isEmpty();
    assertThat(firing(gauges, 27)).containsExactly("NoScan: ticket");
    assertThat(firing(Map.of("bytes_planned", 1L), 0)).containsExactly("NoScan: ticket");
  }

  @Test
  void filesThatDifferPage() throws IOException {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 1).engine("a").engine("b");
    fleet.engine("c");
    SmallFleet.flipBit(fleet.shard("b", 1, 0), "model.layers.0.mlp.down_proj.weight");

    assertThat(firing(gauges(fleet.inventory()), 0)).contains("WeightsDiffer: page");
  }

  @Test
  void aRunningEngineThatDiffersFromItsFilesPages() throws IOException {
    String answer = Files.readString(DRAFT.resolve("weights_checker.json"));
    String norm = "\"model.layers.0.input_layernorm.weight\": \"";
    Path wrong = root.resolve("wrong.json");
    Files.writeString(wrong, answer.replaceFirst(norm + "[0-9a-f]{16}", norm + "0123456789abcdef"));

    Map<String, Long> gauges = gauges(live(wrong));

    assertThat(firing(gauges, 0)).contains("WeightsDiffer: page");
    assertThat(gauges.get("findings_LIVE_DIFFERS") + gauges.get("findings_ENGINE_DIGEST_WRONG"))
        .isPositive();
    assertThat(gauges).containsEntry("engines_DIFFERENT", 1L).containsEntry("findings_DAMAGED", 0L);
  }

  @Test
  void anEngineWhoseOwnDigestIsWrongPages() throws IOException {
    String answer = Files.readString(DRAFT.resolve("weights_checker.json"));
    Path wrong = root.resolve("wrong.json");
    Files.writeString(
        wrong,
        answer.replaceFirst("(per_engine_checksum\": \")[0-9a-f]{64}", "$1" + "0".repeat(64)));

    Map<String, Long> gauges = gauges(live(wrong));

    assertThat(gauges).containsEntry("findings_ENGINE_DIGEST_WRONG", 1L);
    assertThat(firing(gauges, 0)).contains("WeightsDiffer: page");
  }

  @Test
  void anEngineThatDiffersFromItsCheckpointPages() throws IOException {
    Path model = GOLDEN.resolve("vllm/qwen3");
    Path engine = Files.createDirectory(root.resolve("a"));
    try (Stream<Path> files = Files.list(model.resolve("tp2"))) {
      for (Path file : files.toList()) {
        Files.copy(file, engine.resolve(file.getFileName()));
      }
    }
    SmallFleet.flipBit(
        engine.resolve("model-rank-1-part-0.safetensors"),
        "model.layers.1.mlp.gate_up_proj.weight");

    Map<String, Long> gauges =
        gauges(
            Landed.inventory(
                """
                fleet: f
                engines:
                - { name: a, parallelism: { tp: 2 }, shards: %s, checkpoint: %s, runtime: vllm-0.32 }
                """
                    .formatted(engine, model.resolve("checkpoint")),
                root));

    assertThat(firing(gauges, 0)).contains("WeightsDiffer: page");
    assertThat(gauges).containsEntry("engines_DIFFERENT", 1L);
  }

  @Test
  void whatCouldNotBeCheckedIsATicketAndPagesNobody() throws IOException {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 1).engine("a").engine("b");
    Files.delete(fleet.shard("b", 0, 0));

    assertThat(firing(gauges(fleet.inventory()), 0))
        .contains("WeightsNotChecked: ticket")
        .allMatch(alert -> alert.endsWith(": ticket"));

    assertThat(firing(gauges(live(root.resolve("none.json"))), 0))
        .contains("WeightsNotChecked: ticket")
        .allMatch(alert -> alert.endsWith(": ticket"));
  }

  private Inventory fleet() {
    return SmallFleet.of(root.resolve("fleet"), 2, 1).engine("a").engine("b").inventory();
  }

  /** Two engines with equal files; the first one's running copy gave this answer. */
  private Inventory live(Path answer) {
    String engine =
        "- { name: %s, model: m, parallelism: { tp: 2 }, shards: %s, draft: { shards: %s/draft }%s }\n";
    return Landed.inventory(
        "fleet: f\nengines:\n"
            + engine.formatted("a", DRAFT, DRAFT, ", endpoint: { file: " + answer + " }")
            + engine.formatted("b", DRAFT, DRAFT, ""),
        root);
  }

  private Map<String, Long> gauges(Inventory inventory) {
    Landed.of(spark, inventory, root.resolve("tables"));
    return ScanMetricsTest.gauges();
  }

  /** Names and severities of the rules that fire so many hours after the scan. */
  private static List<String> firing(Map<String, Long> gauges, long hours) throws IOException {
    Map<String, String> firing = new TreeMap<>();
    Matcher rules = RULE.matcher(Files.readString(Path.of("conf/examples/alerts.yaml")));
    int count = 0;
    for (; rules.find(); count++) {
      if (fires(rules.group(2), gauges, hours)) {
        firing.put(rules.group(1), rules.group(3));
      }
    }
    assertThat(count).isEqualTo(4);
    return new TreeSet<>(firing.keySet())
        .stream().map(alert -> alert + ": " + firing.get(alert)).toList();
  }

  /** Of PromQL what these rules use: {@code A > B or absent(C)}, with sums, products and time. */
  private static boolean fires(String expression, Map<String, Long> gauges, long hours) {
    for (String alternative : expression.split(" or ", -1)) {
      Matcher absent = ABSENT.matcher(alternative);
      Matcher comparison = COMPARISON.matcher(alternative);
      if (absent.matches()) {
        if (!gauges.containsKey(absent.group(1).substring(PREFIX.length()))) {
          return true;
        }
      } else {
        assertThat(comparison.matches()).as(alternative).isTrue();
        Long left = value(comparison.group(1), gauges, hours);
        if (left != null && left > value(comparison.group(2), gauges, hours)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Null where a gauge is missing: then nothing is compared. */
  private static Long value(String sum, Map<String, Long> gauges, long hours) {
    if (sum.contains(" - ")) {
      Long left = value(sum.split(" - ", -1)[0], gauges, hours);
      Long right = value(sum.split(" - ", -1)[1], gauges, hours);
      return left == null || right == null ? null : left - right;
    }
    if (sum.contains(" * ")) {
      return Stream.of(sum.split(" \\* ", -1))
          .mapToLong(Long::parseLong)
          .reduce(1, (a, b) -> a * b);
    }
    if (sum.equals("time()")) {
      Long finished = gauges.get("finished_at_seconds");
      return finished == null ? null : finished + hours * 3600;
    }
    return sum.matches("\\d+") ? Long.valueOf(sum) : gauges.get(sum.substring(PREFIX.length()));
  }
}
