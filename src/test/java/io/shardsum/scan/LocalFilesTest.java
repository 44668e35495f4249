package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.testing.SmallFleet;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFilesTest {

  private static final String DRIVER = "driver.example";

  @TempDir Path root;

  @Test
  void trustsWhatTheDriversHostHasRead() throws Exception {
    String name = InetAddress.getLocalHost().getHostName();

    assertThat(readOn(DRIVER)).isEmpty();
    assertThat(readOn(DRIVER, "127.0.0.1", "localhost", name)).isEmpty();
  }

  @Test
  void checksNothingThatAnotherHostHasRead() {
    assertThat(readOn("host-b.invalid"))
        .containsEntry(
            new RankOfEngine("a", 1),
            "local files were listed on driver.example and read on host-b.invalid, which may have"
                + " other files at these paths; set 'shared: true' (--shared) if all hosts see the"
                + " same files");
    assertThat(readOn(DRIVER, "host-b.invalid").values())
        .singleElement()
        .asString()
        .contains("read on driver.example and host-b.invalid");
  }

  @Test
  void trustsFilesOfWhichTheDescriptionSaysThatAllHostsSeeThem() {
    SmallFleet fleet =
        SmallFleet.of(root, 1, 1)
            .engine("a", List.of("shared: true"))
            .engine("b", List.of("shared: false"))
            .engine("c");

    assertThat(LocalFiles.ofOneHost(fleet.inventory())).containsExactlyInAnyOrder("b", "c");
    assertThat(
            LocalFiles.readElsewhere(
                Map.of(new RankOfEngine("a", 0), List.of("host-b.invalid")),
                Set.of("b", "c"),
                DRIVER))
        .isEmpty();
  }

  private static Map<RankOfEngine, String> readOn(String... hosts) {
    return LocalFiles.readElsewhere(
        Map.of(new RankOfEngine("a", 1), List.of(hosts)), Set.of("a"), DRIVER);
  }
}
