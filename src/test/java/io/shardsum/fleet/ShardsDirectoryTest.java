package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardsDirectoryTest {
  private static final OptionalInt AS_FOUND = OptionalInt.empty();

  @TempDir Path root;

  @Test
  void takesEachSubdirectoryForAnEngine() {
    disk()
        .with(
            "fleet/b/model-rank-0-part-0.safetensors",
            "fleet/a/model-rank-0-part-0.safetensors",
            "fleet/c/model.safetensors",
            "fleet/logs/today.txt",
            "fleet/.cache/model-rank-0-part-0.safetensors",
            "fleet/loose.safetensors");

    Inventory inventory = found("fleet");

    assertThat(inventory.fleet()).isEqualTo("fleet");
    assertThat(inventory.engines())
        .extracting(engine -> engine.spec().name())
        .containsExactly("a", "b", "c");
    assertThat(inventory.engines())
        .extracting(engine -> engine.spec().layout())
        .containsExactly(Layout.SHARDED, Layout.SHARDED, Layout.CHECKPOINT);
    assertThat(inventory.engines())
        .extracting(EngineInventory::group)
        .containsExactly(
            "structure 01234567 tp1 pp1 dp1 sglang-0.5.20",
            "structure 01234567 tp1 pp1 dp1 sglang-0.5.20",
            "structure 01234567 checkpoint sglang-0.5.20");
    assertThat(inventory.engines())
        .allSatisfy(engine -> assertThat(engine.spec().model()).isEmpty());
    assertThat(inventory.problems())
        .extracting(Problem::kind)
        .containsExactly(
            ProblemKind.STRAY_FILE, ProblemKind.NOT_AN_ENGINE, ProblemKind.RANKS_INFERRED);
    assertThat(inventory.description().engines()).hasSize(3);
  }

  @Test
  void missesAnEngineWhoseLinkIsBroken() throws Exception {
    disk().with("fleet/a/model-rank-0-part-0.safetensors");
    Files.createSymbolicLink(root.resolve("fleet/b"), Path.of("../elsewhere/b"));

    List<Problem> problems = found("fleet").problems();

    assertThat(problems.get(0).kind()).isEqualTo(ProblemKind.NOT_AN_ENGINE);
    assertThat(problems.get(0).detail())
        .isEqualTo(
            "b is a symbolic link to '../elsewhere/b', which does not exist or is not readable,"
                + " and is not taken as an engine");
  }

  @Test
  void takesTheDirectoryItselfForTheEngineWhereNoSubdirectoryIsOne() {
    disk()
        .with(
            "chat/model-rank-0-part-0.safetensors",
            "chat/model-rank-1-part-0.safetensors",
            "chat/draft/model-rank-0-part-0.safetensors",
            "chat/draft/model-rank-1-part-0.safetensors",
            "chat/tokenizer/vocab.txt");

    Inventory inventory = found("chat/");

    assertThat(inventory.engines()).hasSize(1);
    EngineInventory engine = inventory.engines().get(0);
    assertThat(engine.spec().name()).isEqualTo("chat");
    assertThat(engine.spec().parallelism()).isEqualTo(new Parallelism(2, 1, 1));
    assertThat(engine.ranks())
        .allSatisfy(rank -> assertThat(rank.state()).isEqualTo(RankState.FOUND));
    assertThat(engine.ranks().get(1).files())
        .extracting(ShardFile::role)
        .containsExactly("target", "draft");
  }

  @Test
  void expectsOfCopiesTheMostRanksFoundAmongThem() {
    disk()
        .with(
            "f/a/model-rank-0-part-0.safetensors",
            "f/a/model-rank-1-part-0.safetensors",
            "f/a/model-rank-2-part-0.safetensors",
            "f/b/model-rank-1-part-0.safetensors",
            "f/other/model-rank-0-part-0.safetensors");

    Inventory inventory =
        disk()
            .directory(
                "f",
                AS_FOUND,
                AS_FOUND,
                (engine, files) ->
                    Optional.of(files.get(0).path().contains("/other/") ? "x-other" : "x-same"));

    assertThat(inventory.engines())
        .extracting(EngineInventory::expectedRanks)
        .containsExactly(3, 3, 1);
    assertThat(inventory.engines().get(1).ranks())
        .extracting(RankInventory::state)
        .containsExactly(RankState.MISSING, RankState.FOUND, RankState.MISSING);
    assertThat(inventory.engines())
        .extracting(EngineInventory::group)
        .containsExactly(
            "structure x-same tp3 pp1 dp1 sglang-0.5.20",
            "structure x-same tp3 pp1 dp1 sglang-0.5.20",
            "structure x-other tp1 pp1 dp1 sglang-0.5.20");
  }

  @Test
  void leavesAnEngineAloneWhoseStructureCannotBeRead() {
    disk()
        .with(
            "f/a/model-rank-0-part-0.safetensors",
            "f/b/model-rank-0-part-0.safetensors",
            "f/b/model-rank-1-part-0.safetensors");

    Inventory inventory =
        disk().directory("f", AS_FOUND, AS_FOUND, (engine, files) -> Optional.empty());

    assertThat(inventory.engines())
        .extracting(EngineInventory::group)
        .containsExactly("engine a", "engine b");
    assertThat(inventory.engines())
        .extracting(EngineInventory::expectedRanks)
        .containsExactly(1, 2);
  }

  @Test
  void readsTheStructureOfTheLowestRankThatCanBeRead() {
    disk()
        .with(
            "f/a/model-rank-0-part-0.safetensors",
            "f/a/model-rank-1-part-0.safetensors",
            "f/a/draft/model-rank-0-part-0.safetensors",
            "f/a/draft/model-rank-1-part-0.safetensors");

    Inventory inventory =
        disk()
            .directory(
                "f",
                AS_FOUND,
                AS_FOUND,
                (engine, files) -> {
                  assertThat(files).extracting(ShardFile::role).containsOnly("target");
                  return Optional.of("r").filter(r -> files.get(0).path().contains("rank-1"));
                });

    assertThat(inventory.engines().get(0).group())
        .isEqualTo("structure r tp2 pp1 dp1 sglang-0.5.20");
  }

  @Test
  void tellsLongFingerprintsApart() {
    StructureLabels labels =
        new StructureLabels(List.of("0123456789a", "0123456789b", "0123456789b", "short"));

    assertThat(labels.label("0123456789a")).isEqualTo("0123456789a");
    assertThat(labels.label("short")).isEqualTo("short");
  }

  @Test
  void findsStagesByTheirNames() {
    disk()
        .with(
            "f/a/model-pp-0-tp-0-part-0.safetensors",
            "f/a/model-pp-0-tp-1-part-0.safetensors",
            "f/a/model-pp-1-tp-0-part-0.safetensors");

    EngineInventory engine = found("f").engines().get(0);

    assertThat(engine.spec().parallelism()).isEqualTo(new Parallelism(2, 2, 1));
    assertThat(engine.ranks())
        .extracting(RankInventory::state)
        .containsExactly(RankState.FOUND, RankState.FOUND, RankState.FOUND, RankState.MISSING);
  }

  @Test
  void letsGivenSizesWin() {
    disk()
        .with(
            "f/a/model-rank-0-part-0.safetensors",
            "f/a/model-rank-1-part-0.safetensors",
            "f/a/model-rank-2-part-0.safetensors",
            "f/a/model-rank-3-part-0.safetensors");

    EngineInventory wide = disk().directory("f", OptionalInt.of(8), AS_FOUND).engines().get(0);
    assertThat(wide.spec().parallelism()).isEqualTo(new Parallelism(8, 1, 1));
    EngineInventory narrow = disk().directory("f", OptionalInt.of(2), AS_FOUND).engines().get(0);
    assertThat(narrow.problems())
        .extracting(Problem::kind)
        .containsOnly(ProblemKind.RANK_OUTSIDE_PARALLELISM);
    EngineInventory staged = disk().directory("f", AS_FOUND, OptionalInt.of(2)).engines().get(0);
    assertThat(staged.spec().parallelism()).isEqualTo(new Parallelism(2, 2, 1));
    assertThat(staged.ranks())
        .allSatisfy(rank -> assertThat(rank.state()).isEqualTo(RankState.FOUND));
  }

  @Test
  void takesDraftDirectoriesOfAnEngineForItsDrafts() {
    disk()
        .with(
            "f/a/model-rank-0-part-0.safetensors",
            "f/a/draft_step_0/model-rank-0-part-0.safetensors",
            "f/a/draft_step_1/model-rank-0-part-0.safetensors",
            "f/a/draft_notes/readme.txt",
            "f/a/drafty/model-rank-0-part-0.safetensors");

    EngineInventory engine = found("f").engines().get(0);

    assertThat(engine.spec().drafts())
        .extracting(DraftSpec::role)
        .containsExactly("draft_step_0", "draft_step_1");
    assertThat(engine.ranks().get(0).files()).hasSize(3);
  }

  @Test
  void seesAnEngineThatHasOnlyItsDraftLeft() {
    disk()
        .with(
            "f/a/draft/model-rank-0-part-0.safetensors",
            "f/a/draft/model-rank-1-part-0.safetensors",
            "f/b/model-rank-0-part-0.safetensors");

    EngineInventory engine = found("f").engines().get(0);

    assertThat(engine.spec().name()).isEqualTo("a");
    assertThat(engine.ranks())
        .extracting(RankInventory::state)
        .containsExactly(RankState.MISSING, RankState.MISSING);
  }

  @Test
  void ignoresAnIndexBesideRankFiles() {
    disk()
        .with("f/a/model-rank-0-part-0.safetensors")
        .write("f/a/model.safetensors.index.json", "{\"weight_map\": {\"x\": \"1.safetensors\"}}");

    EngineInventory engine = found("f").engines().get(0);

    assertThat(engine.spec().layout()).isEqualTo(Layout.SHARDED);
    assertThat(engine.ranks().get(0).state()).isEqualTo(RankState.FOUND);
  }

  @Test
  void expectsNoAbsurdNumberOfRanks() {
    disk()
        .with(
            "f/a/model-rank-0-part-0.safetensors", "f/a/model-rank-2147483647-part-0.safetensors");

    EngineInventory engine = found("f").engines().get(0);

    assertThat(engine.expectedRanks()).isEqualTo(1);
    assertThat(engine.problems())
        .extracting(Problem::kind)
        .containsExactly(ProblemKind.RANK_OUTSIDE_PARALLELISM);
  }

  @Test
  void refusesADirectoryThatIsNotThere() {
    assertThatThrownBy(() -> found("nowhere"))
        .isInstanceOf(FleetException.class)
        .hasMessage(
            "Cannot find engines: the directory " + disk().location("nowhere") + " does not exist");
  }

  @Test
  void refusesADirectoryWithoutEngines() {
    disk().with("f/a/readme.txt", "f/b/c/model-rank-0-part-0.safetensors");

    assertThatThrownBy(() -> found("f"))
        .isInstanceOf(FleetException.class)
        .hasMessage(
            "Cannot find engines in "
                + disk().location("f")
                + ": none of its 2 folders holds a .safetensors file; no .safetensors file in "
                + disk().location("f/b")
                + " itself; below it lies c/model-rank-0-part-0.safetensors; expected one folder for"
                + " each engine");
  }

  @Test
  void takesFoldersOfOneEngineForPartsOfIt() {
    disk()
        .with("chat/model.safetensors.index.json", "chat/1.safetensors")
        .with("chat/original/consolidated.safetensors", "chat/original/params.json");

    Inventory inventory = found("chat");

    assertThat(inventory.engines()).extracting(e -> e.spec().name()).containsExactly("chat");
    assertThat(inventory.engines().get(0).problems())
        .extracting(Problem::detail)
        .contains("original/consolidated.safetensors holds weights and is not read");
    assertThat(inventory.problems())
        .extracting(Problem::kind, Problem::detail)
        .contains(
            tuple(
                ProblemKind.ONE_ENGINE,
                disk().location("chat")
                    + " is the directory of one engine; to compare engines, give the directory"
                    + " above it, or describe the fleet (--fleet)"));
  }

  @Test
  void takesNoFolderOfTheSystemNorTablesForAnEngine() {
    disk()
        .with("f/a/model-rank-0-part-0.safetensors", "f/lost+found/x", "f/.Trash-1000/x")
        .with("f/@eaDir/x", "f/System Volume Information/x", "f/$RECYCLE.BIN/x", "f/.snapshot/x")
        .with("f/_canary-1/x.safetensors", "f/__MACOSX/a/x.safetensors", "f/_temporary/0/x")
        .with("f/tables/scans/x", "f/tables/tensors/x", "f/tables/ranks/x", "f/tables/engines/x")
        .with("f/notes/x.txt");

    assertThat(found("f").problems())
        .extracting(Problem::kind, Problem::detail)
        .containsOnlyOnce(
            tuple(
                ProblemKind.NOT_AN_ENGINE,
                "notes is not taken as an engine: no .safetensors file in "
                    + disk().location("f/notes")))
        .hasSize(2);
  }

  @Test
  void saysInOneLineWhatIsNoDirectoryOfEngines() throws Exception {
    Files.createDirectories(root.resolve("empty"));
    Files.createDirectories(root.resolve("two/x"));
    Files.createDirectories(root.resolve("two/y"));
    disk().with("f/a/model-rank-0-part-0.safetensors").with("hub/m/snapshots/1/x.safetensors");
    String expected = "; expected one folder for each engine";

    refuses(
        "empty",
        " engines in %s: no .safetensors file in %s, and no folder" + expected,
        "empty",
        "empty");
    refuses(
        "two", " engines in %s: none of its 2 folders holds a .safetensors file" + expected, "two");
    refuses(
        "f/a/model-rank-0-part-0.safetensors",
        " engines: cannot list %s: it is a file, not a directory",
        "f/a/model-rank-0-part-0.safetensors");
    refuses(
        "hub",
        " engines in %s: its one folder holds no .safetensors file; no .safetensors file in %s"
            + " itself; below it lies snapshots/1/x.safetensors"
            + expected,
        "hub",
        "hub/m");
  }

  private void refuses(String directory, String message, String... names) {
    assertThatThrownBy(() -> found(directory))
        .isInstanceOf(FleetException.class)
        .hasMessage(
            "Cannot find"
                + message.formatted(
                    java.util.Arrays.stream(names).map(disk()::location).toArray()));
  }

  @Test
  void refusesSizesThatAreNone() {
    assertThatThrownBy(() -> disk().directory("f", OptionalInt.of(0), AS_FOUND))
        .isInstanceOf(FleetException.class)
        .hasMessage("tp is 0; allowed: 1 to 65536");
  }

  private Inventory found(String name) {
    return disk().directory(name, AS_FOUND, AS_FOUND);
  }

  private FleetOnDisk disk() {
    return new FleetOnDisk(root);
  }
}
