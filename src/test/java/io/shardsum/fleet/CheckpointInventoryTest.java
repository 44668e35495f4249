package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointInventoryTest {
  private static final String INDEX = "e/model.safetensors.index.json";

  @TempDir Path root;

  @Test
  void takesEveryShardFileWithoutAnIndex() {
    disk().with("e/b.safetensors", "e/a.safetensors", "e/.c.safetensors", "e/config.json");

    RankInventory rank = rank();

    assertThat(rank.state()).isEqualTo(RankState.FOUND);
    assertThat(FleetOnDisk.names(rank)).containsExactly("a.safetensors", "b.safetensors");
    assertThat(rank.files()).extracting(ShardFile::part).containsExactly(0, 1);
  }

  @Test
  void takesExactlyTheFilesThatTheIndexNames() {
    disk()
        .with(
            "e/1.safetensors", "e/2.safetensors", "e/consolidated.safetensors", "e/_3.safetensors")
        .write(
            INDEX,
            """
            {"metadata": {"total_size": 1},
             "weight_map": {"x": "2.safetensors", "y": "1.safetensors", "z": "2.safetensors",
                            "h": "_3.safetensors"}}
            """);

    EngineInventory engine = disk().engine("layout: checkpoint");

    assertThat(engine.ranks().get(0).state()).isEqualTo(RankState.FOUND);
    assertThat(FleetOnDisk.names(engine.ranks().get(0)))
        .containsExactly("1.safetensors", "2.safetensors", "_3.safetensors");
    assertThat(engine.problems())
        .containsExactly(
            new Problem(
                ProblemKind.NOT_IN_INDEX,
                "consolidated.safetensors is not named by model.safetensors.index.json",
                disk().location("e/consolidated.safetensors")));
    assertThat(engine.problems().get(0).kind().informational()).isFalse();
  }

  private void dump(String plan, String... more) {
    disk()
        .with("e/model-00000-common.safetensor", "e/model-00001-rank-000.safetensor")
        .with(more)
        .write("e/checksum.json", plan);
  }

  private static final String PLAN =
      """
      {"version": 1, "world_size": 2, "rank_to_reads": {},
       "files": [{"filename": "model-00000-common.safetensor"}, {"filename": "model-00001-rank-000.safetensor"}]}
      """;

  @Test
  void takesTheFilesOfAPreshardedDump() {
    dump(PLAN, "e/READY", "e/model-00007-common.safetensor");

    EngineInventory engine = disk().engine("layout: checkpoint");

    assertThat(engine.ranks().get(0).state()).isEqualTo(RankState.FOUND);
    assertThat(FleetOnDisk.names(engine.ranks().get(0)))
        .containsExactly("model-00000-common.safetensor", "model-00001-rank-000.safetensor");
    assertThat(engine.problems())
        .extracting(Problem::detail)
        .containsExactly("model-00007-common.safetensor is not named by checksum.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          config.json | 00001 | MISSING | the presharded dump is unfinished: it has no READY, which SGLang writes last
          READY | 00002 | MISSING | which checksum.json names, is not in the directory
          READY | "files": [{ | UNREADABLE | checksum.json is not JSON
          READY | "version": 1 | UNREADABLE | checksum.json cannot be read: expected version 1, found 2
          """)
  void namesWhatIsWrongWithAPreshardedDump(
      String file, String changed, RankState state, String reason) {
    String plan =
        switch (changed) {
          case "00002" -> PLAN.replace("00001", changed);
          case "00001" -> PLAN;
          case "\"version\": 1" -> PLAN.replace(changed, "\"version\": 2");
          default -> "{" + changed;
        };
    dump(plan, "e/" + file);

    assertThat(rank().state()).isEqualTo(state);
    assertThat(rank().reason()).contains(reason);
  }

  @Test
  void namesAFileThatTheIndexNamesAndThatIsAbsent() {
    disk()
        .with("e/1.safetensors")
        .write(
            INDEX,
            """
            {"weight_map": {"x": "1.safetensors", "y": "2.safetensors", "z": "3.safetensors"}}
            """);

    RankInventory rank = rank();

    assertThat(rank.state()).isEqualTo(RankState.MISSING);
    assertThat(rank.reason())
        .isEqualTo(
            "'2.safetensors' and 1 more of the 3 files that model.safetensors.index.json names:"
                + " not in the directory");
    assertThat(FleetOnDisk.names(rank)).containsExactly("1.safetensors");
  }

  @Test
  void refusesABrokenIndex() {
    refusesIndex("{\"weight_map\": {", "is not JSON: Unexpected end-of-input");
    refusesIndex("", "is empty");
    refusesIndex("[]", "has no weight_map that is an object");
    refusesIndex("{\"weight_map\": []}", "has no weight_map that is an object");
    refusesIndex("{\"weight_map\": {}}", "has an empty weight_map");
    refusesIndex("{\"weight_map\": {\"x\": 1}}", "names a file by a value that is not text");
    refusesIndex(
        "{\"weight_map\": {\"x\": \"1.safetensors\", \"x\": \"2.safetensors\"}}",
        "is not JSON: Duplicate field 'x'");
    refusesIndex("{\"weight_map\": {\"x\": \"1.safetensors\"}} {}", "is not JSON: Trailing token");
  }

  @Test
  void refusesFilesOutsideTheDirectory() {
    String allowed = "'; allowed: files of its own directory";
    refusesIndex(names("../other/1.safetensors"), "names '../other/1.safetensors" + allowed);
    refusesIndex(names("/etc/1.safetensors"), "names '/etc/1.safetensors" + allowed);
    refusesIndex(names("sub/1.safetensors"), "names 'sub/1.safetensors" + allowed);
    refusesIndex(names(".."), "names '..'; allowed: *.safetensors");
    refusesIndex(names("1.bin"), "names '1.bin'; allowed: *.safetensors");
  }

  @Test
  void missesACheckpointWithoutFiles() {
    disk().with("e/config.json");

    assertThat(rank().state()).isEqualTo(RankState.MISSING);
    assertThat(rank().reason()).isEqualTo("no .safetensors file in " + disk().location("e"));
  }

  @Test
  void followsLinksAndMissesTheFileOfABrokenOne() throws Exception {
    disk()
        .write("blobs/1", "12345")
        .with("e/config.json")
        .write(INDEX, "{\"weight_map\": {\"x\": \"1.safetensors\", \"y\": \"2.safetensors\"}}");
    Files.createSymbolicLink(root.resolve("e/1.safetensors"), Path.of("../blobs/1"));
    Files.createSymbolicLink(root.resolve("e/2.safetensors"), Path.of("../blobs/2"));

    RankInventory rank = rank();

    assertThat(rank.state()).isEqualTo(RankState.MISSING);
    assertThat(rank.reason()).startsWith("'2.safetensors' of the 2 files");
    assertThat(rank.files()).extracting(ShardFile::lengthBytes).containsExactly(5L);
  }

  @Test
  void doesNotTakeTheRestForTheWholeWhereALinkIsBroken() throws Exception {
    disk().with("e/1.safetensors");
    Files.createSymbolicLink(root.resolve("e/2.safetensors"), Path.of("../blobs/2"));

    assertThat(rank().state()).isEqualTo(RankState.UNREADABLE);
    assertThat(rank().reason())
        .startsWith("2.safetensors is a symbolic link to '../blobs/2', which does not exist");
  }

  @Test
  void refusesAnIndexThatIsABrokenLink() throws Exception {
    disk().with("e/1.safetensors");
    Files.createSymbolicLink(root.resolve(INDEX), Path.of("../blobs/2"));

    assertThat(rank().state()).isEqualTo(RankState.UNREADABLE);
    assertThat(rank().reason()).startsWith("model.safetensors.index.json cannot be read: ");
  }

  @Test
  void saysWhatAnIndexIsThatIsNoJson() {
    refusesIndex(
        """
        version https://git-lfs.github.com/spec/v1
        oid sha256:7777
        size 23950
        """,
        "is not JSON but a Git LFS pointer, oid sha256:7777, size 23950: the file itself was not"
            + " fetched (git lfs pull)");
    refusesIndex("<!DOCTYPE html>\n", "is not JSON but an HTML page that begins with `<!DOCTYPE");
    refusesIndex("\0\0\0\0", "is not JSON but zeros: the file begins with zeros, 4 bytes");
    refusesIndex("", "is empty");
  }

  @Test
  void refusesAnIndexThatIsADirectory() {
    disk().with("e/1.safetensors", INDEX + "/x");

    assertThat(rank().state()).isEqualTo(RankState.UNREADABLE);
    assertThat(rank().reason())
        .isEqualTo("model.safetensors.index.json is a directory, not a file");
  }

  /** To open it would wait until somebody writes. */
  @Test
  void refusesAnIndexThatIsAPipe() throws Exception {
    disk().with("e/1.safetensors");
    Process mkfifo = new ProcessBuilder("mkfifo", root.resolve(INDEX).toString()).start();
    assertThat(mkfifo.waitFor()).isZero();

    assertThat(rank().state()).isEqualTo(RankState.UNREADABLE);
    assertThat(rank().reason())
        .isEqualTo("model.safetensors.index.json is a pipe, a socket or a device, not a file");
  }

  @Test
  void readsADraftAsACheckpointToo() {
    disk()
        .with("e/a.safetensors", "d/1.safetensors", "d/2.safetensors")
        .write("d/model.safetensors.index.json", names("2.safetensors"));

    EngineInventory engine = disk().engine("layout: checkpoint", "draft: { shards: d }");

    assertThat(engine.ranks().get(0).state()).isEqualTo(RankState.FOUND);
    assertThat(engine.ranks().get(0).files())
        .extracting(ShardFile::role)
        .containsExactly("target", "draft");
    assertThat(FleetOnDisk.names(engine.ranks().get(0)))
        .containsExactly("a.safetensors", "2.safetensors");
  }

  private static String names(String file) {
    return "{\"weight_map\": {\"x\": \"" + file + "\"}}";
  }

  private void refusesIndex(String index, String reason) {
    disk().with("e/1.safetensors").write(INDEX, index);
    EngineInventory engine = disk().engine("layout: checkpoint");
    assertThat(engine.ranks().get(0).reason()).startsWith("model.safetensors.index.json " + reason);
    assertThat(engine.ranks().get(0).state()).isEqualTo(RankState.UNREADABLE);
    assertThat(engine.problems())
        .extracting(Problem::kind)
        .containsExactly(ProblemKind.INDEX_BROKEN);
  }

  private RankInventory rank() {
    return disk().engine("layout: checkpoint").ranks().get(0);
  }

  private FleetOnDisk disk() {
    return new FleetOnDisk(root);
  }
}
