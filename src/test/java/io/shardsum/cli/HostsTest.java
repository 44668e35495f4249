package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.hosts.ExecutorHost;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Engines on the disks of hosts, as far as one host shows it. {@code
 * src/test/cluster/hosts_test.py} has several.
 */
@ExtendWith(LocalSpark.class)
class HostsTest {

  @TempDir Path root;

  @Test
  void anEngineIsReadOnItsHostAndNowhereElse(SparkSession session) throws Exception {
    String here = ExecutorHost.sparkName();
    SmallFleet fleet =
        SmallFleet.of(root, 2, 1)
            .engine("a", List.of("hosts: [\"" + here + "\"]"))
            .engine("b", List.of("hosts: [\"" + here + "\"]"))
            .engine("c", List.of("hosts: [gpu-17]"));

    CommandRun run = scan(fleet, "--format", "json");

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    JsonNode result = new ObjectMapper().readTree(run.out());
    assertThat(engines(result))
        .containsExactly(
            tuple("a", here, "COMPLETE"),
            tuple("b", here, "COMPLETE"),
            tuple("c", "gpu-17", "INCOMPLETE"));
    assertThat(result.get("findings").findValuesAsText("detail"))
        .containsOnly("no executor on gpu-17");
    assertThat(
            Landed.rows(
                session,
                root.resolve("tables"),
                ScanTable.TENSORS,
                "file LIKE 'file://" + here + "/%'"))
        .extracting(row -> row.<String>getAs("engine"), row -> row.<String>getAs("host"))
        .contains(tuple("a", here), tuple("b", here))
        .doesNotContain(tuple("c", here));
  }

  @Test
  void aManifestSaysWhatHostsMustHave() throws Exception {
    String manifest = "manifest: " + root.resolve("SHA256SUMS");
    SmallFleet fleet =
        SmallFleet.of(root.resolve("fleet"), 1, 2)
            .engine("a", List.of("hosts: [\"" + ExecutorHost.sparkName() + "\"]", manifest));
    StringBuilder list = new StringBuilder();
    for (int part = 0; part < 2; part++) {
      list.append(DigestUtils.sha256Hex(Files.readAllBytes(fleet.shard("a", 0, part))))
          .append("  model-rank-0-part-" + part + ".safetensors\n");
    }
    Files.writeString(root.resolve("SHA256SUMS"), list);
    SmallFleet.flipBit(fleet.shard("a", 0, 1), "model.layers.1.mlp.down_proj.weight");

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    assertThat(run.out())
        .contains(
            "1 of 2 weight files matches the manifest",
            "FILE_DIFFERS",
            "the same when it was read again");
  }

  @Test
  void theTerminalShowsHosts() {
    SmallFleet fleet =
        SmallFleet.of(root, 1, 1).engine("a", List.of("hosts: [\"gpu-[17-18]\"]")).engine("b");

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.out().lines())
        .anyMatch(line -> line.startsWith("ENGINE  HOST "))
        .anyMatch(line -> line.startsWith("a       gpu-17, gpu-18 "))
        .anyMatch(line -> line.startsWith("b       - "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "hosts: [gpu 17] | not the name of a host: 'gpu 17'",
        "hosts: [] | 'hosts' is empty: expected the names of hosts",
        "hosts: [17] | 'hosts' must be text, found the number '17'; write it in quotes",
        "hosts: [a], shared: true | 'hosts' and 'shared: true' exclude each other",
      })
  void refusesInOneLine(String settings, String message) {
    List<String> keys = List.of(settings.split(", (?=shared)"));

    CommandRun run = scan(SmallFleet.of(root, 1, 1).engine("a", keys));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(message).hasLineCount(1);
  }

  private static List<Tuple> engines(JsonNode result) {
    List<Tuple> engines = new ArrayList<>();
    result
        .get("engines")
        .forEach(
            engine ->
                engines.add(
                    tuple(
                        engine.get("engine").asText(),
                        engine.get("host").asText(),
                        engine.get("status").asText())));
    return engines;
  }

  private CommandRun scan(SmallFleet fleet, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("--fleet", fleet.description().toString(), "--out", out()));
    arguments.addAll(List.of(more));
    return CommandRun.fleetScan(arguments.toArray(String[]::new));
  }

  private String out() {
    return root.resolve("tables").toString();
  }
}
