package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InventoryTest {
  @TempDir Path root;

  @Test
  void ordersRanksAndPartsAsNumbers() {
    for (int rank = 0; rank < 12; rank++) {
      for (int part = 0; part < 12; part++) {
        disk().with("e/model-rank-" + rank + "-part-" + part + ".safetensors");
      }
    }

    EngineInventory engine = disk().engine("parallelism: { tp: 12 }");

    assertThat(engine.problems()).isEmpty();
    assertThat(engine.expectedRanks()).isEqualTo(12);
    assertThat(engine.ranks())
        .allSatisfy(rank -> assertThat(rank.state()).isEqualTo(RankState.FOUND));
    assertThat(engine.ranks().get(10).files())
        .extracting(ShardFile::part)
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    assertThat(engine.ranks().get(10).files().get(11).path())
        .isEqualTo(disk().location("e/model-rank-10-part-11.safetensors"));
  }

  @Test
  void givesLengthAndTimeAsListed() throws Exception {
    disk().write("e/model-rank-0-part-0.safetensors", "12345");
    Path file = root.resolve("e/model-rank-0-part-0.safetensors");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L));

    assertThat(disk().engine("parallelism: { tp: 1 }").ranks().get(0).files())
        .extracting(
            ShardFile::path, ShardFile::lengthBytes, shard -> shard.listed().modifiedAtMillis())
        .containsExactly(tuple("file:" + file, 5L, 1_700_000_000_000L));
  }

  @Test
  void namesAPartThatIsMissing() {
    disk()
        .with(
            "e/model-rank-0-part-0.safetensors",
            "e/model-rank-0-part-2.safetensors",
            "e/model-rank-1-part-0.safetensors",
            "e/model-rank-2-part-3.safetensors");

    EngineInventory engine = disk().engine("parallelism: { tp: 3 }");

    finds(engine, 0, RankState.MISSING, "part 1 is missing: found parts 0 and 2");
    finds(engine, 1, RankState.FOUND, "");
    finds(engine, 2, RankState.MISSING, "parts 0, 1 and 2 are missing: found part 3");
    assertThat(engine.ranks().get(0).files()).hasSize(2);
  }

  @Test
  void doesNotCountUpToAnAbsurdPart() {
    disk().with("e/model-rank-0-part-2147483647.safetensors");

    finds(
        disk().engine("parallelism: { tp: 1 }"),
        0,
        RankState.MISSING,
        "parts 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … (2147483647 in all) are missing: found part"
            + " 2147483647");
  }

  @Test
  void namesARankThatIsMissing() {
    disk().with("e/model-rank-0-part-0.safetensors", "e/model-rank-2-part-0.safetensors");

    EngineInventory engine = disk().engine("parallelism: { tp: 4 }");

    String where = disk().location("e");
    finds(engine, 1, RankState.MISSING, "no file of rank 1 in " + where + ": found ranks 0 and 2");
    finds(engine, 3, RankState.MISSING, "no file of rank 3 in " + where + ": found ranks 0 and 2");
    assertThat(engine.problems()).isEmpty();
  }

  @Test
  void takesPartsThatCountFromOneWhereTheNamesAreOnesOwn() {
    String pattern = "pattern: 'r{rank}-{part}.safetensors'";
    disk().with("e/r0-00001.safetensors", "e/r0-00002.safetensors", "e/r1-00001.safetensors");

    EngineInventory whole = disk().engine("parallelism: { tp: 2 }", pattern);
    disk().with("e/r1-00003.safetensors");
    EngineInventory gap = disk().engine("parallelism: { tp: 2 }", pattern);
    disk().with("e/r1-00000.safetensors");
    EngineInventory fromZero = disk().engine("parallelism: { tp: 2 }", pattern);

    finds(whole, 0, RankState.FOUND, "");
    finds(whole, 1, RankState.FOUND, "");
    finds(gap, 0, RankState.FOUND, "");
    finds(gap, 1, RankState.MISSING, "part 2 is missing: found parts 1 and 3");
    finds(fromZero, 0, RankState.MISSING, "part 0 is missing: found parts 1 and 2");
  }

  @Test
  void missesThePartZeroThatEnginesWrite() {
    disk().with("e/model-rank-0-part-1.safetensors", "e/model-rank-0-part-2.safetensors");

    finds(
        disk().engine("parallelism: { tp: 1 }"),
        0,
        RankState.MISSING,
        "part 0 is missing: found parts 1 and 2");
  }

  @Test
  void namesBothFilesThatClaimTheSamePart() {
    disk().with("e/model-rank-0-part-0.safetensors", "e/model-rank-00-part-0.safetensors");

    EngineInventory engine = disk().engine("parallelism: { tp: 1 }");

    finds(
        engine,
        0,
        RankState.DUPLICATE,
        "part 0 is in two files: "
            + disk().location("e/model-rank-0-part-0.safetensors")
            + " and "
            + disk().location("e/model-rank-00-part-0.safetensors"));
    assertThat(engine.ranks().get(0).files()).hasSize(2);
  }

  @Test
  void namesFilesOutsideTheParallelism() {
    disk()
        .with(
            "e/model-rank-0-part-0.safetensors",
            "e/model-rank-1-part-0.safetensors",
            "e/model-rank-2-part-0.safetensors");

    EngineInventory engine = disk().engine("parallelism: { tp: 2 }");

    assertThat(engine.ranks()).extracting(RankInventory::state).containsOnly(RankState.FOUND);
    assertThat(engine.problems())
        .containsExactly(
            new Problem(
                ProblemKind.RANK_OUTSIDE_PARALLELISM,
                "model-rank-2-part-0.safetensors is outside the expected parallelism: tp 2, pp 1,"
                    + " dp 1, so ranks 0 to 1",
                disk().location("e/model-rank-2-part-0.safetensors")));
  }

  @Test
  void namesFilesThatMatchNoRank() {
    disk()
        .with(
            "e/model-rank-0-part-0.safetensors",
            "e/model-rank-99999999999-part-0.safetensors",
            "e/model.safetensors");

    EngineInventory engine = disk().engine("parallelism: { tp: 1 }");

    finds(engine, 0, RankState.FOUND, "");
    assertThat(engine.problems())
        .extracting(Problem::kind, Problem::path)
        .containsExactly(
            tuple(
                ProblemKind.STRAY_FILE,
                disk().location("e/model-rank-99999999999-part-0.safetensors")),
            tuple(ProblemKind.STRAY_FILE, disk().location("e/model.safetensors")));
    assertThat(engine.problems().get(1).detail())
        .isEqualTo(
            "model.safetensors matches no rank by model-rank-{rank}-part-{part}.safetensors");
  }

  @Test
  void ignoresHiddenFilesOtherEndingsAndSubdirectories() {
    disk()
        .with(
            "e/model-rank-0-part-0.safetensors",
            "e/.model-rank-0-part-1.safetensors",
            "e/model-rank-0-part-1.safetensors.tmp",
            "e/config.json",
            "e/.old/model-rank-0-part-1.safetensors",
            "e/dir.safetensors/x");

    EngineInventory engine = disk().engine("parallelism: { tp: 1 }");

    finds(engine, 0, RankState.FOUND, "");
    assertThat(engine.ranks().get(0).files()).hasSize(1);
    assertThat(engine.problems()).isEmpty();
  }

  @Test
  void saysWhatIsInThePlaceOfAFile() throws Exception {
    disk()
        .with(
            "e/model-rank-0-part-0.safetensors",
            "e/model-rank-1-part-0.safetensors/x",
            "e/model-rank-3-part-0.safetensors");
    link("e/model-rank-0-part-1.safetensors", "../blobs/gone");
    link("e/model-rank-2-part-0.safetensors", "model-rank-2-part-0.safetensors");
    link("e/.model-rank-3-part-1.safetensors", "gone");
    link("e/config.json", "gone");

    EngineInventory engine = disk().engine("parallelism: { tp: 4 }");

    String nothing = ", which does not exist or is not readable";
    finds(
        engine,
        0,
        RankState.UNREADABLE,
        "model-rank-0-part-1.safetensors is a symbolic link to '../blobs/gone'" + nothing);
    finds(engine, 1, RankState.UNREADABLE, "model-rank-1-part-0.safetensors is a directory");
    finds(
        engine,
        2,
        RankState.UNREADABLE,
        "model-rank-2-part-0.safetensors is a symbolic link to 'model-rank-2-part-0.safetensors'"
            + nothing);
    finds(engine, 3, RankState.FOUND, "");
    assertThat(engine.ranks().get(0).files()).hasSize(1);
  }

  private void link(String name, String target) throws Exception {
    Files.createSymbolicLink(root.resolve(name), Path.of(target));
  }

  @Test
  void readsFileNamesWithColonsAndOtherOddities() throws Exception {
    String name = "a:b %41#?*[x]\\\n-0.safetensors";
    disk().write("e/" + name, "1");

    EngineInventory engine =
        disk()
            .engine(
                "parallelism: { tp: 1 }", "pattern: \"a:b %41#?*[x]\\\\\\n-{rank}.safetensors\"");

    finds(engine, 0, RankState.FOUND, "");
    org.apache.hadoop.fs.Path path =
        new org.apache.hadoop.fs.Path(engine.ranks().get(0).files().get(0).path());
    assertThat(path.getName()).isEqualTo(name);
    assertThat(path.getFileSystem(FleetOnDisk.CONF).getFileStatus(path).getLen()).isEqualTo(1);
  }

  @Test
  void findsRanksByStageAndTensorRank() {
    disk()
        .with(
            "e/model-pp-0-tp-0-part-0.safetensors",
            "e/model-pp-0-tp-1-part-0.safetensors",
            "e/model-pp-1-tp-0-part-0.safetensors",
            "e/model-pp-1-tp-1-part-0.safetensors",
            "e/model-pp-1-tp-2-part-0.safetensors");

    EngineInventory engine = disk().engine("parallelism: { tp: 2, pp: 2 }");

    assertThat(engine.ranks()).extracting(RankInventory::state).containsOnly(RankState.FOUND);
    RankInventory third = engine.ranks().get(2);
    assertThat(FleetOnDisk.names(third)).containsExactly("model-pp-1-tp-0-part-0.safetensors");
    assertThat(third.ppRank()).isEqualTo(1);
    assertThat(third.tpRank()).isZero();
    assertThat(engine.problems())
        .extracting(Problem::kind)
        .containsExactly(ProblemKind.RANK_OUTSIDE_PARALLELISM);
  }

  @Test
  void choosesTheKnownPatternThatFindsMoreRanks() {
    disk()
        .with(
            "e/model-rank-0-part-0.safetensors",
            "e/model-pp-0-tp-0-part-0.safetensors",
            "e/model-pp-1-tp-0-part-0.safetensors");

    EngineInventory engine = disk().engine("parallelism: { tp: 1, pp: 2 }");

    assertThat(engine.ranks()).extracting(RankInventory::state).containsOnly(RankState.FOUND);
    assertThat(engine.problems())
        .extracting(Problem::detail)
        .containsExactly(
            "model-rank-0-part-0.safetensors matches no rank by"
                + " model-pp-{pp_rank}-tp-{tp_rank}-part-{part}.safetensors");
  }

  @Test
  void trustsNoRankWhereStagesOverwroteEachOther() {
    disk().with("e/model-rank-0-part-0.safetensors", "e/model-rank-1-part-0.safetensors");

    EngineInventory engine = disk().engine("parallelism: { tp: 2, pp: 2 }");

    assertThat(engine.ranks())
        .extracting(RankInventory::state)
        .containsExactly(
            RankState.UNREADABLE, RankState.UNREADABLE, RankState.MISSING, RankState.MISSING);
    assertThat(engine.ranks())
        .extracting(RankInventory::reason)
        .containsOnly(
            "the names model-rank-{rank}-part-{part}.safetensors have no pipeline stage, and only"
                + " ranks 0 to 1 were found: with pp 2, SGLang's pipeline stages write the same file"
                + " names and overwrite each other, so it is not known which stage a file belongs to");
  }

  @Test
  void takesRankForTheWorldRankWhereItReachesTheLaterStages() {
    disk()
        .with(
            "e/model-rank-0-part-0.safetensors",
            "e/model-rank-1-part-0.safetensors",
            "e/model-rank-3-part-0.safetensors");

    EngineInventory engine = disk().engine("parallelism: { tp: 2, pp: 2 }");

    assertThat(engine.ranks())
        .extracting(RankInventory::state)
        .containsExactly(RankState.FOUND, RankState.FOUND, RankState.MISSING, RankState.FOUND);
  }

  @Test
  void sharesFilesAmongReplicasUnlessTheirNamesTellThemApart() {
    disk().with("e/0-0.safetensors", "e/0-1.safetensors", "e/1-0.safetensors");
    disk().with("e/model-rank-0-part-0.safetensors", "e/model-rank-1-part-0.safetensors");

    assertThat(disk().engine("parallelism: { tp: 2, dp: 2 }").ranks())
        .extracting(RankInventory::state)
        .containsExactly(RankState.FOUND, RankState.FOUND);
    EngineInventory apart =
        disk()
            .engine("parallelism: { tp: 2, dp: 2 }", "pattern: '{dp_rank}-{tp_rank}.safetensors'");
    assertThat(apart.ranks())
        .extracting(RankInventory::state)
        .containsExactly(RankState.FOUND, RankState.FOUND, RankState.FOUND, RankState.MISSING);
    assertThat(apart.ranks()).extracting(RankInventory::dpRank).containsExactly(0, 0, 1, 1);
  }

  @Test
  void entersSubdirectoriesWhereThePatternHasThem() {
    disk()
        .with(
            "e/rank-0/part-0.safetensors",
            "e/rank-0/part-1.safetensors",
            "e/rank-01/part-0.safetensors",
            "e/rank-0/deeper/part-2.safetensors",
            "e/.rank-0/part-2.safetensors",
            "e/other/x.safetensors");

    EngineInventory engine =
        disk().engine("parallelism: { tp: 2 }", "pattern: 'rank-{rank}/part-{part}.safetensors'");

    assertThat(engine.ranks()).extracting(RankInventory::state).containsOnly(RankState.FOUND);
    assertThat(engine.ranks().get(0).files())
        .extracting(ShardFile::path)
        .containsExactly(
            disk().location("e/rank-0/part-0.safetensors"),
            disk().location("e/rank-0/part-1.safetensors"));
    assertThat(engine.problems())
        .extracting(Problem::path)
        .containsExactly(
            disk().location("e/other/x.safetensors"),
            disk().location("e/rank-0/deeper/part-2.safetensors"));
  }

  @Test
  void namesFilesWhoseNumbersDisagree() {
    disk().with("e/pp0-0.safetensors", "e/pp0-1.safetensors", "e/pp1-1.safetensors");

    EngineInventory engine =
        disk().engine("parallelism: { tp: 1, pp: 2 }", "pattern: 'pp{pp_rank}-{rank}.safetensors'");

    assertThat(engine.ranks()).extracting(RankInventory::state).containsOnly(RankState.FOUND);
    assertThat(engine.problems())
        .containsExactly(
            new Problem(
                ProblemKind.RANK_NUMBERS_DISAGREE,
                "pp0-1.safetensors has numbers that contradict each other with tp 1, pp 2",
                disk().location("e/pp0-1.safetensors")));
  }

  @Test
  void leavesOtherEnginesAloneWhereOneCannotBeListed() {
    disk()
        .with("good/model-rank-0-part-0.safetensors")
        .write("file", "not a directory")
        .with("empty/readme.txt");

    Inventory inventory =
        disk()
            .inventory(
                """
                fleet: f
                defaults: { parallelism: { tp: 1 } }
                engines:
                  - { name: absent, shards: nowhere }
                  - { name: file, shards: file }
                  - { name: empty, shards: empty }
                  - { name: good, shards: good }
                """);

    assertThat(inventory.engines())
        .extracting(engine -> engine.ranks().get(0).state())
        .containsExactly(
            RankState.MISSING, RankState.UNREADABLE, RankState.MISSING, RankState.FOUND);
    finds(
        inventory.engines().get(0),
        0,
        RankState.MISSING,
        "the directory " + disk().location("nowhere") + " does not exist");
    finds(
        inventory.engines().get(1),
        0,
        RankState.UNREADABLE,
        "cannot list " + disk().location("file") + ": it is a file, not a directory");
    finds(
        inventory.engines().get(2),
        0,
        RankState.MISSING,
        "no .safetensors file in " + disk().location("empty"));
    assertThat(inventory.engines().get(0).problems())
        .extracting(Problem::kind)
        .containsExactly(ProblemKind.DIRECTORY_MISSING);
    assertThat(inventory.engines().get(1).problems())
        .extracting(Problem::kind)
        .containsExactly(ProblemKind.DIRECTORY_UNREADABLE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "s3://b/x | no connector for s3:// here; write s3a://, and add --packages"
            + " org.apache.hadoop:hadoop-aws:3.4.2",
        "s3a://b/x | no connector for s3a:// here; add --packages org.apache.hadoop:hadoop-aws:3.4.2",
        "abfss://c@a/x | no connector for abfss:// here; add --packages"
            + " org.apache.hadoop:hadoop-azure:3.4.2",
        "gs://b/x | no connector for gs:// here; add one with --packages or --jars, such as"
            + " com.google.cloud.bigdataoss:gcs-connector",
        "https://host/x | https:// is not a file system; expected a path, or s3a://BUCKET/...",
        "nosuch://b/x | no connector for nosuch:// here; add one with --packages or --jars"
      })
  void saysWhichConnectorIsMissing(String location, String advice) {
    refuses("shards: '" + location + "'", "engine 'e': " + location + ": " + advice);
    refuses(
        "shards: e, draft: { shards: '" + location + "' }",
        "engine 'e', draft draft: " + location + ": " + advice);
    assertThatThrownBy(() -> Connectors.require("--out", location, new Configuration(false)))
        .isInstanceOf(FleetException.class)
        .hasMessage("--out: " + location + ": " + advice);
  }

  private void refuses(String engine, String message) {
    String yaml = "fleet: f\nengines: [{ name: e, parallelism: { tp: 1 }, " + engine + " }]\n";
    assertThatThrownBy(() -> disk().inventory(yaml))
        .isInstanceOf(FleetException.class)
        .hasMessage(message);
  }

  @Test
  void asksOfEveryRankItsDraftFiles() {
    disk()
        .with(
            "e/model-rank-0-part-0.safetensors",
            "e/model-rank-1-part-0.safetensors",
            "e/draft/model-rank-0-part-0.safetensors");

    EngineInventory engine = disk().engine("parallelism: { tp: 2 }", "draft: { shards: e/draft }");

    finds(engine, 0, RankState.FOUND, "");
    assertThat(engine.ranks().get(0).files())
        .extracting(ShardFile::role)
        .containsExactly("target", "draft");
    finds(
        engine,
        1,
        RankState.MISSING,
        "draft: no file of rank 1 in " + disk().location("e/draft") + ": found rank 0");
  }

  @Test
  void saysOfEveryRankWhichDraftsCannotBeListed() {
    disk().with("e/model-rank-0-part-0.safetensors").write("notadir", "").write("another", "");

    EngineInventory engine =
        disk()
            .engine(
                "parallelism: { tp: 1 }",
                "draft: [{ shards: notadir, role: d1 }, { shards: another, role: d2 }]");

    assertThat(engine.ranks().get(0).state()).isEqualTo(RankState.UNREADABLE);
    assertThat(engine.ranks().get(0).reason())
        .startsWith("d1: cannot list ")
        .contains("; d2: cannot list ");
    assertThat(engine.problems()).hasSize(2);
  }

  @Test
  void letsRolesShareADirectoryByTheirPatterns() {
    disk()
        .with(
            "e/target-0.safetensors", "e/draft-0.safetensors", "e/model-rank-0-part-0.safetensors");

    EngineInventory engine =
        disk()
            .engine(
                "parallelism: { tp: 1 }",
                "pattern: 'target-{rank}.safetensors'",
                "draft: { shards: e, pattern: 'draft-{rank}.safetensors' }");

    finds(engine, 0, RankState.FOUND, "");
    assertThat(FleetOnDisk.names(engine.ranks().get(0)))
        .containsExactly("target-0.safetensors", "draft-0.safetensors");
    assertThat(engine.problems())
        .extracting(Problem::path)
        .containsExactly(disk().location("e/model-rank-0-part-0.safetensors"));
  }

  @Test
  void keepsTheOrderOfManyEngines() {
    StringBuilder yaml =
        new StringBuilder("fleet: f\ndefaults: { parallelism: { tp: 2 } }\nengines:\n");
    for (int engine = 0; engine < 2_000; engine++) {
      disk().with(engine + "/model-rank-0-part-0.safetensors");
      yaml.append("  - { name: 'n").append(engine).append("', shards: '").append(engine);
      yaml.append("' }\n");
    }

    Inventory inventory = disk().inventory(yaml.toString());

    assertThat(inventory.engines())
        .extracting(engine -> engine.spec().name())
        .containsExactlyElementsOf(
            IntStream.range(0, 2_000).mapToObj(number -> "n" + number).toList());
    assertThat(inventory.engines())
        .allSatisfy(
            engine ->
                assertThat(engine.ranks())
                    .extracting(RankInventory::state)
                    .containsExactly(RankState.FOUND, RankState.MISSING));
    assertThat(inventory.description().engines()).hasSize(2_000);
  }

  private FleetOnDisk disk() {
    return new FleetOnDisk(root);
  }

  private static void finds(EngineInventory engine, int rank, RankState state, String reason) {
    assertThat(engine.ranks().get(rank).reason()).isEqualTo(reason);
    assertThat(engine.ranks().get(rank).state()).isEqualTo(state);
  }
}
