package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts are directories here: what a host has at the engine's path. */
class HostedEngineTest {

  @TempDir Path root;

  private final Map<String, HostListing> found = new HashMap<>();

  @Test
  void anEngineHasTheRanksOfAllItsHosts() throws Exception {
    host("a", 0, 1);
    host("b", 2, 3);

    List<EngineInventory> engines = engines(4, "a, b");

    assertThat(engines).hasSize(1);
    assertThat(engines.get(0).problems()).isEmpty();
    assertThat(engines.get(0).ranks())
        .extracting(RankInventory::state, rank -> rank.files().get(0).listed().host().orElseThrow())
        .containsExactly(
            tuple(RankState.FOUND, "a"),
            tuple(RankState.FOUND, "a"),
            tuple(RankState.FOUND, "b"),
            tuple(RankState.FOUND, "b"));
  }

  @Test
  void aRankOfTwoHostsIsTwoCopies() throws Exception {
    host("a", 0, 1);
    host("b", 0, 1);

    List<EngineInventory> engines = engines(2, "a, b");

    assertThat(engines).extracting(engine -> engine.spec().name()).containsExactly("e", "e@b");
    assertThat(engines).extracting(EngineInventory::group).containsOnly(engines.get(0).group());
    assertThat(engines.get(1).ranks())
        .extracting(RankInventory::rank, RankInventory::state)
        .containsExactly(tuple(0, RankState.FOUND), tuple(1, RankState.FOUND));
    assertThat(engines.get(1).storages()).isNotEqualTo(engines.get(0).storages());
    assertThat(engines.get(0).problems()).isEmpty();
  }

  @Test
  void hostsThatDisagreeAboutRanksAreNamed() throws Exception {
    host("a", 0, 1);
    host("b", 1);

    List<EngineInventory> engines = engines(2, "a, b");

    assertThat(engines.get(0).problems())
        .extracting(Problem::kind, Problem::detail)
        .containsExactly(
            tuple(
                ProblemKind.HOSTS_DISAGREE,
                "its hosts hold different sets of ranks: a has ranks 0 and 1, b has rank 1"));
    assertThat(engines.get(1).ranks()).extracting(RankInventory::rank).containsExactly(1);
  }

  @Test
  void whatAHostWithoutAnExecutorHasIsUnknown() throws Exception {
    host("a", 0, 1);

    assertThat(engines(4, "a, gone").get(0).ranks())
        .extracting(RankInventory::state, RankInventory::reason)
        .containsExactly(
            tuple(RankState.FOUND, ""),
            tuple(RankState.FOUND, ""),
            tuple(RankState.UNREADABLE, "no executor on gone"),
            tuple(RankState.UNREADABLE, "no executor on gone"));
    assertThat(engines(2, "a, gone").get(0).problems())
        .extracting(Problem::kind, Problem::detail)
        .containsExactly(
            tuple(ProblemKind.NO_EXECUTOR, "no executor on gone: its disk is not checked"));
  }

  @Test
  void aRankThatNoHostHasIsMissing() throws Exception {
    host("a", 0);
    host("b", 1);

    assertThat(engines(3, "a, b").get(0).ranks())
        .extracting(RankInventory::state, RankInventory::reason)
        .contains(tuple(RankState.MISSING, "no file of rank 2 on a, b"));
  }

  private void host(String name, int... ranks) throws IOException {
    Path directory = Files.createDirectories(root.resolve(name));
    for (int rank : ranks) {
      Files.writeString(directory.resolve("model-rank-" + rank + "-part-0.safetensors"), "x");
    }
    found.put(name, null);
  }

  private List<EngineInventory> engines(int tp, String hosts) {
    EngineSpec spec =
        FleetDescription.parse(
                "fleet: f\nengines:\n  - { name: e, shards: /models/e, parallelism: { tp: "
                    + tp
                    + " }, hosts: ["
                    + hosts
                    + "] }\n",
                "fleet.yaml",
                "/")
            .engines()
            .get(0);
    found.replaceAll((host, any) -> listing(spec, host));
    return new HostedEngine(spec, ComparisonGroup.of(spec), found).inventories();
  }

  private HostListing listing(EngineSpec spec, String host) {
    HostListing.Request request = HostListing.Request.of(spec);
    return HostListing.take(
            List.of(
                new HostListing.Request(
                    request.engine(),
                    request.layout(),
                    request.parallelism(),
                    "file:" + root.resolve(host),
                    request.pattern(),
                    request.drafts(),
                    request.ignored())),
            host,
            new Configuration(false))
        .get(0);
  }
}
