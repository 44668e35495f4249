package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in an engine's directory, holds weights, and is not read. */
class UnreadWeightsTest {
  private static final String SHARD = "e/model-rank-0-part-0.safetensors";
  private static final String SHARDED = "parallelism: { tp: 1 }";
  private static final String ZIP = "PK\3\4archive/data.pkl";
  private static final String PICKLE = "\u0080\2\u008a\nl";

  @TempDir Path root;

  @Test
  void namesWeightsOfEveryFormat() throws Exception {
    disk()
        .with(SHARD, "e/consolidated.00.pth", "e/model-q4.gguf", "e/half.safetensor")
        .with("e/_model-rank-0-part-1.safetensors", "e/config.json", "e/training_args.bin");
    bytes("e/pytorch_model.bin", ZIP);
    bytes("e/old.pt", PICKLE);
    bytes("e/tokenizer.bin", "just some words");

    EngineInventory engine = disk().engine(SHARDED);

    assertThat(engine.ranks().get(0).state()).isEqualTo(RankState.FOUND);
    assertThat(engine.problems())
        .containsExactly(
            stray(
                "_model-rank-0-part-1.safetensors and 5 more files there hold weights and are not"
                    + " read",
                "e"));
    assertThat(engine.problems().get(0).kind().informational()).isFalse();
  }

  @Test
  void namesWeightsBelow() throws Exception {
    disk().with(SHARD, "e/original/consolidated.00.pth", "e/a/b/c/d/old.gguf");
    disk().with("e/backup/1.safetensors", "e/backup/2.safetensors", "e/backup/README.md");
    bytes("e/notes/x.bin", "no weights");

    assertThat(disk().engine(SHARDED).problems())
        .containsExactly(
            stray("a/b/c/d/old.gguf holds weights and is not read", "e/a/b/c/d/old.gguf"),
            stray(
                "backup/1.safetensors and another file there hold weights and are not read",
                "e/backup"),
            stray(
                "original/consolidated.00.pth holds weights and is not read",
                "e/original/consolidated.00.pth"));
  }

  @Test
  void namesPresharedDumpsOfSglang() {
    disk()
        .with(SHARD)
        .with("e/presharded/TP-1/model-00000-common.safetensor", "e/presharded/TP-1/READY")
        .with("e/presharded/TP-1/model-00001-rank-000.safetensor")
        .with("dump/model-00000-common.safetensor", "dump/checksum.json");

    Inventory inventory =
        disk()
            .inventory(
                """
                fleet: f
                defaults: { parallelism: { tp: 1 } }
                engines:
                  - { name: e, shards: e }
                  - { name: dump, shards: dump }
                """);

    assertThat(inventory.engines().get(0).problems())
        .containsExactly(
            stray(
                "presharded/TP-1/model-00000-common.safetensor and another file there are a"
                    + " presharded dump of SGLang, which is read as an engine of layout checkpoint",
                "e/presharded/TP-1"));
    assertThat(inventory.engines().get(1).ranks().get(0).reason())
        .isEqualTo(
            "no .safetensors file in "
                + disk().location("dump")
                + ": its 1 .safetensor file is a presharded dump of SGLang, which is read with layout checkpoint");
  }

  @Test
  void saysWhatIsThereInsteadOfShards() {
    disk()
        .with("e/pytorch_model.bin", "e/pytorch_model-2.bin")
        .with("hub/snapshots/0a1b/model.safetensors");

    assertThat(disk().engine(SHARDED).ranks().get(0).reason())
        .isEqualTo("no .safetensors file in " + disk().location("e") + ", but pytorch_model-2.bin");
    assertThat(
            disk()
                .inventory("fleet: f\nengines: [{ name: h, layout: checkpoint, shards: hub }]\n")
                .engines()
                .get(0)
                .ranks()
                .get(0)
                .reason())
        .isEqualTo(
            "no .safetensors file in "
                + disk().location("hub")
                + " itself; below it lies snapshots/0a1b/model.safetensors");
  }

  @Test
  void leavesWhatIsReadAlone() throws Exception {
    disk()
        .with(SHARD, "e/draft/model-rank-0-part-0.safetensors")
        .with("e/variants/g/model-rank-0-part-0.safetensors");
    Files.createSymbolicLink(root.resolve("e/previous"), Path.of("variants/g"));
    Files.createLink(root.resolve("e/again.pth"), root.resolve(SHARD));

    Inventory inventory =
        disk()
            .inventory(
                """
                fleet: f
                defaults: { parallelism: { tp: 1 } }
                engines:
                  - { name: e, shards: e, draft: { shards: e/draft } }
                  - { name: g, shards: e/variants/g }
                """);

    assertThat(inventory.engines()).allSatisfy(engine -> assertThat(engine.problems()).isEmpty());
  }

  @Test
  void leavesHiddenAndSystemFoldersAlone() {
    disk()
        .with(SHARD, "e/.cache/x.safetensors", "e/lost+found/x.pth", "e/@eaDir/x.safetensors")
        .with("e/a/.ipynb_checkpoints/x.safetensors", "e/a/._x.safetensors")
        .with("e/.Trash-1000/files/x.safetensors", "e/__MACOSX/x.safetensors");

    assertThat(disk().engine(SHARDED).problems()).isEmpty();
  }

  @Test
  void doesNotRunInCirclesOfLinks() throws Exception {
    disk().with(SHARD, "e/a/x.pth");
    Files.createSymbolicLink(root.resolve("e/a/up"), Path.of(".."));
    Files.createSymbolicLink(root.resolve("e/b"), Path.of("a"));

    assertThat(disk().engine(SHARDED).problems()).hasSize(1);
  }

  @Test
  void endsSomewhereInTheDepths() {
    disk().with(SHARD, "e/" + "d/".repeat(40) + "x.safetensors");

    assertThat(disk().engine(SHARDED).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.kind()).isEqualTo(ProblemKind.DIRECTORY_UNREADABLE);
              assertThat(problem.detail()).contains("cannot look for weights in d/d/", "too deep");
            });
  }

  @Test
  void namesAFewFoldersAndCountsTheRest() {
    disk().with(SHARD);
    for (int folder = 10; folder < 40; folder++) {
      disk().with("e/step-" + folder + "/x.safetensors");
    }

    List<Problem> problems = disk().engine(SHARDED).problems();

    assertThat(problems).hasSize(17);
    assertThat(problems.get(16)).isEqualTo(stray("weights in 14 more folders are not read", "e"));
  }

  @Test
  void namesNothingThatTheDescriptionIgnores() throws Exception {
    disk()
        .with(
            SHARD, "e/original/consolidated.00.pth", "e/old/1/x.gguf", "e/consolidated.safetensors")
        .with("e/draft/model-rank-0-part-0.safetensors", "e/draft/draft.pth", "e/x.pth");

    String draft = "draft: { shards: e/draft }";
    EngineInventory engine =
        disk()
            .engine(
                SHARDED,
                draft,
                "ignore: [original/, 'old/**', 'cons*.safetensors', draft/draft.pth]");

    assertThat(engine.problems())
        .containsExactly(stray("x.pth holds weights and is not read", "e/x.pth"));
    assertThat(
            disk()
                .engine(
                    SHARDED, draft, "ignore: ['{original,old}', 'cons*', draft/*.pth, './x.p?h']")
                .problems())
        .isEmpty();
  }

  @Test
  void readsNoIgnoredFileOfACheckpoint() {
    disk().with("e/a.safetensors", "e/b.safetensors");

    EngineInventory engine = disk().engine("layout: checkpoint", "ignore: [b.safetensors]");

    assertThat(FleetOnDisk.names(engine.ranks().get(0))).containsExactly("a.safetensors");
    assertThat(engine.problems()).isEmpty();
  }

  @Test
  void refusesWhatIsNoPattern() {
    assertThatThrownBy(() -> disk().engine(SHARDED, "ignore: ['a[']"))
        .isInstanceOf(FleetException.class)
        .hasMessageContaining("fleet.yaml line 6: engine 'e': ignore: 'a[' is not a pattern");
  }

  @Test
  void readsOneFormatOfACheckpointThatHasTwo() {
    disk().with("e/model.safetensors", "e/consolidated.safetensors");

    EngineInventory engine = disk().engine("layout: checkpoint");

    assertThat(FleetOnDisk.names(engine.ranks().get(0))).containsExactly("model.safetensors");
    assertThat(engine.problems())
        .containsExactly(
            stray(
                "consolidated.safetensors holds weights and is not read",
                "e/consolidated.safetensors"));
  }

  @Test
  void namesThemInADirectoryOfEnginesToo() {
    disk()
        .with("f/a/model-rank-0-part-0.safetensors", "f/a/original/x.pth")
        .with("f/b/model-rank-0-part-0.safetensors");

    Inventory inventory = disk().directory("f", OptionalInt.of(1), OptionalInt.empty());

    assertThat(inventory.engines().get(0).problems())
        .containsExactly(
            stray("original/x.pth holds weights and is not read", "f/a/original/x.pth"));
    assertThat(inventory.engines().get(1).problems()).isEmpty();
  }

  private void bytes(String file, String latin1) throws Exception {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, latin1, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  private Problem stray(String detail, String path) {
    return new Problem(ProblemKind.STRAY_FILE, detail, disk().location(path));
  }

  private FleetOnDisk disk() {
    return new FleetOnDisk(root);
  }
}
