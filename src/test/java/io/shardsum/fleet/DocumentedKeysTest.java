package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.docs.Page;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/fleet.md lists every key of a description, and no other. */
class DocumentedKeysTest {

  private static List<String> firstCells(String table) throws IOException {
    return Page.of("docs/fleet.md").tableBelow("<!-- keys: " + table + " -->").stream()
        .map(row -> row.get(0))
        .toList();
  }

  private static List<String> keys(String table) throws IOException {
    return firstCells(table).stream().map(cell -> cell.replaceAll("`([^`]+)`.*", "$1")).toList();
  }

  @Test
  void everyKeyIsThere() throws IOException {
    assertThat(keys("top")).containsExactlyInAnyOrderElementsOf(FleetYaml.KEYS);
    assertThat(keys("engine")).containsExactlyInAnyOrderElementsOf(EngineYaml.KEYS);
    assertThat(keys("parallelism"))
        .containsExactlyInAnyOrderElementsOf(EngineSettings.PARALLELISM_KEYS);
    assertThat(keys("draft")).containsExactlyInAnyOrderElementsOf(EngineYaml.DRAFT_KEYS);
    assertThat(keys("manifest")).containsExactlyInAnyOrderElementsOf(ManifestSettings.KEYS);
    assertThat(keys("expect")).containsExactlyInAnyOrderElementsOf(CheckpointSettings.EXPECT_KEYS);
    assertThat(keys("endpoint")).containsExactlyInAnyOrderElementsOf(EndpointYaml.KEYS);
  }

  @Test
  void aStarMarksTheKeysOfDefaults() throws IOException {
    assertThat(
            firstCells("engine").stream()
                .filter(cell -> cell.endsWith(" *"))
                .map(cell -> cell.replaceAll("`([^`]+)`.*", "$1")))
        .containsExactlyInAnyOrderElementsOf(EngineSettings.KEYS);
  }
}
