package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.JavaProcess;
import io.shardsum.testing.JsonKeys;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.LyingFileSystem;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LocalSpark.class)
class FleetScanCommandTest {

  private static final String FLIPPED = "model.layers.0.mlp.down_proj.weight";
  private static SparkSession spark;

  @TempDir Path root;

  /** The command takes the session that is there. */
  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  @Test
  void exitsWith0WhereAllIsCompleteAndEqual() {
    SmallFleet fleet = fleet("a", "b");

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("Fleet small, scan ")
        .contains("1 of 1: b")
        .contains("EQUAL: everything was checked, and all copies are equal.")
        .contains(
            "Canaries: the scan flipped a bit in 2 of 4 test shards, and found exactly these.")
        .endsWith("Tables: " + out() + System.lineSeparator());
    assertThat(run.err()).isEmpty();
  }

  @Test
  void exitsWith1InOneLineWhereACanaryIsNotFound() {
    LyingFileSystem.register(
        spark.sparkContext().hadoopConfiguration(), LyingFileSystem.Fault.SERVES_ANOTHER_FILE);
    SmallFleet fleet = fleet("a", "b");

    CommandRun run =
        CommandRun.fleetScan(
            "--fleet", fleet.description().toString(), "--out", LyingFileSystem.uri(root));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith("fleet-scan: Cannot trust scan ")
        .contains(": canary flipped-0.safetensors (bit ")
        .hasLineCount(1);
  }

  @Test
  void refusesAnOutDirectoryThatHasNoConnector() {
    CommandRun run =
        CommandRun.fleetScan(
            "--fleet", fleet("a").description().toString(), "--out", "s3a://audit/x");

    assertThat(run.err())
        .isEqualTo(
            "fleet-scan: --out: s3a://audit/x: no connector for s3a:// here; add --packages"
                + " org.apache.hadoop:hadoop-aws:3.4.2\n");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "file/below"})
  void refusesAFileInTheWayOfTheTables(String name) throws IOException {
    Path file = Files.writeString(root.resolve("file"), "mine");
    String out = file.resolveSibling(name).toString();

    CommandRun run =
        CommandRun.fleetScan("--fleet", fleet("a").description().toString(), "--out", out);

    assertThat(run.err())
        .isEqualTo(
            "fleet-scan: Cannot write to %s: expected a directory, found a file\n".formatted(out));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(file).hasContent("mine");
  }

  @Test
  void exitsWith3AndNamesTheTensorWhereABitIsFlipped() {
    SmallFleet fleet = fleet("a", "b", "c");
    SmallFleet.flipBit(fleet.shard("b", 1, 0), FLIPPED);

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    assertThat(run.out())
        .contains("b, rank 1, " + FLIPPED + ": DAMAGED: its bytes differ")
        .contains("from the majority (2 of 3 copies agree)")
        .contains("DIFFERENT: copies differ.", "what to do: docs/findings.md");
  }

  @Test
  void exitsWith4WhereARankIsMissing() throws IOException {
    SmallFleet fleet = fleet("a", "b");
    Files.delete(fleet.shard("b", 1, 0));

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.out())
        .contains("b, rank 1: MISSING_RANK: no file of rank 1")
        .contains("INCOMPLETE: no copies differ, but not everything could be checked");
  }

  @Test
  void exitsWith3WhereCopiesDifferAlthoughARankIsMissing() throws IOException {
    SmallFleet fleet = fleet("a", "b");
    Files.delete(fleet.shard("b", 1, 0));
    SmallFleet.flipBit(fleet.shard("b", 0, 0), FLIPPED);

    assertThat(scan(fleet).exitCode()).isEqualTo(3);
  }

  @Test
  void saysThatItTookTheNumberOfRanksFromWhatItFound() throws IOException {
    SmallFleet fleet = fleet("a", "b");
    Path directory = fleet.shard("a", 0, 0).getParent();
    Path shards = Files.createDirectory(directory.resolveSibling("copies"));
    Files.createSymbolicLink(shards.resolve("a"), directory);
    Files.createSymbolicLink(shards.resolve("b"), directory.resolveSibling("engine-1"));
    String tables = directory.resolveSibling("tables").toString();

    CommandRun inferred = CommandRun.fleetScan("--shards", shards.toString(), "--out", tables);
    CommandRun declared =
        CommandRun.fleetScan("--shards", shards.toString(), "--tp", "2", "--out", tables);

    assertThat(inferred.exitCode()).as(inferred.err()).isZero();
    assertThat(inferred.out())
        .contains("fleet: RANKS_INFERRED: number of ranks not given")
        .contains("EQUAL: all that was found was checked");
    assertThat(declared.out())
        .doesNotContain("RANKS_INFERRED")
        .contains("EQUAL: everything was checked");
  }

  @Test
  void refusesToWriteTablesAmongWeights() {
    SmallFleet fleet = fleet("a", "b");
    String engine = fleet.shard("b", 0, 0).getParent().toString();

    CommandRun run =
        CommandRun.fleetScan(
            "--fleet", fleet.description().toString(), "--out", engine + "/tables");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("/tables lies among the weights of engine b: expected");
  }

  @Test
  void refusesWhatTheDemoWouldIgnore() {
    CommandRun run = CommandRun.fleetScan("--demo", "--format", "json");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--demo takes no other option but --demo-dir and --nights");
  }

  @Test
  void exitsWith4WhereTwoEnginesAreTheSameFiles() throws IOException {
    SmallFleet fleet = fleet("a");
    Path directory = fleet.shard("a", 0, 0).getParent();
    Path shards = Files.createDirectory(directory.resolveSibling("copies"));
    Files.createSymbolicLink(shards.resolve("a"), directory);
    Files.createSymbolicLink(shards.resolve("b"), directory);

    CommandRun run =
        CommandRun.fleetScan(
            "--shards", shards.toString(), "--out", directory.resolveSibling("tables").toString());

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.out())
        .contains("all 2 engines with the same tensors (tp 2) read the same files");
  }

  @Test
  void exitsWith4AndNamesWeightsThatAreNotRead() throws IOException {
    SmallFleet fleet = fleet("a", "b");
    Path below = Files.createDirectory(fleet.directory("b").resolve("original"));
    Files.writeString(below.resolve("consolidated.00.pth"), "x");

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.out())
        .contains("b: STRAY_FILE: original/consolidated.00.pth holds weights and is not read");
    assertThat(Landed.rows(spark, out(), ScanTable.FINDINGS, "true"))
        .extracting(row -> row.getAs("kind"), row -> row.getAs("severity"))
        .containsExactly(tuple("STRAY_FILE", "warning"));
  }

  @Test
  void namesTheTensorThatIsInTwoFilesAndBothFiles() {
    SmallFleet fleet = SmallFleet.withDraft(root.resolve("fleet"), 2, 2).engine("a").engine("b");
    SmallFleet.write(fleet.shard("b", 1, 1), SmallFleet.tensors(SmallFleet.TARGET, 1, 0));

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.out())
        .contains(
            "b, rank 1: UNREADABLE: tensor model.layers.0.input_layernorm.weight is in two files:"
                + " file:%s and file:%s, as are 6 other tensors: expected each name once"
                    .formatted(fleet.shard("b", 1, 0), fleet.shard("b", 1, 1)));
    assertThat(Landed.rows(spark, out(), ScanTable.RANKS, "status = 'UNREADABLE'"))
        .extracting(row -> row.<String>getAs("reason"))
        .singleElement()
        .asString()
        .startsWith("tensor model.layers.0.input_layernorm.weight is in two files");
  }

  @Test
  void groupsCopiesByTheNamesThatEnginesUse() throws IOException {
    Path shards = Files.createDirectories(root.resolve("f"));
    String last = "model.layers.0.self_attn.";
    List.of("kv_b_proj.weight", "attn_mha.kv_b_proj.weight")
        .forEach(
            name ->
                SmallFleet.write(
                    shards.resolve(name).resolve("model-rank-0-part-0.safetensors"),
                    Map.of(
                        new TensorSpec(last + name, DType.BF16, List.of(2L)),
                        new byte[] {1, 2, 3, 4})));

    CommandRun run =
        CommandRun.fleetScan("--shards", shards.toString(), "--tp", "1", "--out", out().toString());

    assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
    assertThat(run.out()).contains("1 of 1: kv_b_proj.weight");
    for (String name : List.of("kv_b_proj.weight", "attn_mha.kv_b_proj.weight")) {
      CommandRun explained =
          CommandRun.fleetScan(
              "--explain", "kv_b_proj.weight/0/" + last + name, "--out", out().toString());
      assertThat(explained.out())
          .contains("2 of 2")
          .contains(
              "attn_mha.kv_b_proj.weight, rank 0: model.layers.0.self_attn.attn_mha.kv_b_proj.weight"
                  + " in the file: after its first forward pass DeepSeek has one weight");
    }
  }

  @ParameterizedTest
  @CsvSource({"f/tables", "f/a/tables", "f", "f/a", "f/../f/tables", "link/x"})
  void refusesTablesWithinWhatIsScanned(String tables) throws IOException {
    SmallFleet.write(
        root.resolve("f/a/model-rank-0-part-0.safetensors"),
        SmallFleet.tensors(SmallFleet.TARGET, 0, 0));
    Files.createSymbolicLink(root.resolve("link"), Path.of("f"));
    String out = root + "/" + tables;

    CommandRun run = CommandRun.fleetScan("--shards", root.resolve("f").toString(), "--out", out);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("--out: " + out + " lies within " + root.resolve("f") + ", which is scanned");
    assertThat(Files.exists(root.resolve("f/tables"))).isFalse();
  }

  @Test
  void saysWhatToAddWhereNoModelIsGiven() throws IOException {
    SmallFleet.write(
        root.resolve("a/model-rank-0-part-0.safetensors"),
        SmallFleet.tensors(SmallFleet.TARGET, 0, 0));
    Path description =
        Files.writeString(
            root.resolve("fleet.yaml"),
            "fleet: f\nengines: [{ name: a, shards: a, parallelism: { tp: 1 } }]\n");

    CommandRun run =
        CommandRun.fleetScan("--fleet", description.toString(), "--out", out().toString());

    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.out()).contains("a: UNVERIFIED: no model is given for it", "give 'model'");
  }

  @Test
  void exitsWith4WhereASubdirectoryHoldsNoShards() throws IOException {
    SmallFleet fleet = fleet("a", "b");
    Path directory = fleet.shard("a", 0, 0).getParent();
    Path shards = Files.createDirectory(directory.resolveSibling("copies"));
    Files.createSymbolicLink(shards.resolve("a"), directory);
    Files.createSymbolicLink(shards.resolve("b"), directory.resolveSibling("engine-1"));
    Files.createDirectory(shards.resolve("failed-export"));

    CommandRun run =
        CommandRun.fleetScan(
            "--shards", shards.toString(), "--out", directory.resolveSibling("tables").toString());

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.out()).contains("NOT_AN_ENGINE", "failed-export");
  }

  @Test
  void exitsWith4WhereAnEngineHasNobodyToBeComparedWith() {
    CommandRun run = scan(fleet("alone"));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.out())
        .contains("no other complete copy to compare with")
        .contains("alone: UNVERIFIED: the only engine of its comparison group");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --no-such-option              | unknown option: --no-such-option
          --engine nobody               | --engine: no such engine: nobody; the fleet has: a
          --scan-id ../up               | Invalid scan id '../up': expected 1 to 100 letters
          --scan-id a/b                 | Invalid scan id 'a/b'
          --digest md5                  | unknown digest 'md5'; allowed: sglang, sha256, both
          --format xml                  | Invalid value for option '--format'
          --shards x                    | exclude each other
          """)
  void exitsWith2AndSaysWhatIsAllowed(String arguments, String message) {
    List<String> all = new ArrayList<>(List.of("--fleet", fleet("a").description().toString()));
    all.addAll(List.of("--out", out().toString()));
    all.addAll(List.of(arguments.split(" ", -1)));

    CommandRun run = CommandRun.fleetScan(all.toArray(String[]::new));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(message).doesNotContain("\tat ");
    assertThat(run.out()).isEmpty();
    assertThat(out()).doesNotExist();
  }

  @Test
  void exitsWith2WithoutAPlaceForTheTables() {
    String fleet = fleet("a").description().toString();

    assertThat(CommandRun.fleetScan("--fleet", fleet))
        .isEqualTo(
            new CommandRun(
                2,
                "",
                "fleet-scan: --out DIR is required: where the tables go" + System.lineSeparator()));
    assertThat(CommandRun.fleetScan("--fleet", fleet, "--out", "").err())
        .startsWith("fleet-scan: --out: not a path: ");
    assertThat(CommandRun.fleetScan("--fleet", fleet, "--out", "").exitCode()).isEqualTo(2);
    assertThat(CommandRun.fleetScan("--out", "x").exitCode()).isEqualTo(2);
  }

  @Test
  void exitsWith2AndGivesTheLineOfABadDescription() throws IOException {
    Path yaml = root.resolve("bad.yaml");
    Files.writeString(yaml, "fleet: f\nengines:\n- name: a\n  shard: x\n");

    CommandRun run = CommandRun.fleetScan("--fleet", yaml.toString(), "--out", out().toString());

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("fleet-scan: " + yaml + " line 4: engine 'a': ")
        .contains("unknown key 'shard' (did you mean 'shards'?); allowed: name")
        .hasLineCount(1);
  }

  @Test
  void exitsWith2WhereThereIsNoDescription() {
    CommandRun run =
        CommandRun.fleetScan("--fleet", root.resolve("none.yaml").toString(), "--dry-run");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "fleet-scan: Cannot read "
                + root.resolve("none.yaml")
                + ": no such file"
                + System.lineSeparator());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensors", "scans"})
  void exitsWith1AndOneLineWhereATableCannotBeWritten(String table) throws IOException {
    Path out = root.resolve("directory");
    Path blocker = out.resolve(table);
    Files.createDirectories(blocker.getParent());
    Files.writeString(blocker, "in the way");

    CommandRun run =
        CommandRun.fleetScan(
            "--fleet", fleet("a").description().toString(), "--out", out.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("fleet-scan: Cannot write to " + out + ": ").hasLineCount(1);
    assertThat(run.out()).isEmpty();
    assertThat(blocker).hasContent("in the way");
  }

  @Test
  void refusesToRereadInDaysThatAreNone() {
    String fleet = fleet("a").description().toString();
    for (String days : List.of("0", "-1", "366", "two")) {
      CommandRun run =
          CommandRun.fleetScan("--fleet", fleet, "--out", out().toString(), "--reread-days", days);

      assertThat(run.exitCode()).as(days).isEqualTo(2);
      assertThat(run.err()).contains("--reread-days").contains(days).hasLineCount(1);
    }
    CommandRun dry = CommandRun.fleetScan("--fleet", fleet, "--dry-run", "--reread-days", "2");
    assertThat(dry.exitCode()).isEqualTo(2);
    assertThat(dry.err())
        .contains("--reread-days does not go with --dry-run, which reads nothing")
        .hasLineCount(1);
  }

  @Test
  void printsJsonThatEqualsTheTables() throws IOException {
    SmallFleet fleet = fleet("a", "quote\"\nline", "c");
    SmallFleet.flipBit(fleet.shard("a", 1, 0), FLIPPED);
    Files.delete(fleet.shard("c", 0, 0));

    CommandRun run = scan(fleet, "--format", "json", "--scan-id", "nightly-1");

    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.path("exit_code").intValue()).isEqualTo(run.exitCode()).isEqualTo(3);
    assertThat(json.path("scan_id").textValue()).isEqualTo("nightly-1");
    assertThat(json.path("tables").textValue()).isEqualTo(out().toString());
    Row scan = Landed.rows(spark, out(), ScanTable.SCANS, "true").get(0);
    assertEquals(
        json,
        scan,
        "fleet",
        "verdict",
        "tensors",
        "bytes",
        "read_bytes",
        "canaries",
        "canaries_found");
    assertEquals(
        json.path("hosts").path(0),
        scan.<Row>getList(scan.fieldIndex("hosts")).get(0),
        "host",
        "bytes");
    assertThat(json.path("engines")).hasSize(3);
    for (JsonNode engine : json.path("engines")) {
      String name = engine.path("engine").textValue();
      Row row = only(ScanTable.ENGINES, name, "true");
      assertEquals(
          engine,
          row,
          "engine",
          "model",
          "revision",
          "comparison_group",
          "status",
          "checksum",
          "expected_ranks",
          "hashed_ranks",
          "missing_ranks",
          "bytes",
          "read_bytes",
          "agreement");
      assertThat(engine.path("ranks")).hasSize(2);
      for (JsonNode rank : engine.path("ranks")) {
        Row rankRow = only(ScanTable.RANKS, name, "rank = " + rank.path("rank").intValue());
        assertEquals(
            rank,
            rankRow,
            "rank",
            "status",
            "checksum",
            "tensors",
            "skipped",
            "bytes",
            "read_bytes",
            "reason");
      }
    }
    assertThat(json.path("findings"))
        .hasSize(Landed.rows(spark, out(), ScanTable.FINDINGS, "true").size());
    JsonNode damaged = json.path("findings").path(0);
    assertEquals(
        damaged,
        Landed.rows(spark, out(), ScanTable.FINDINGS, "engine = 'a'").get(0),
        "kind",
        "severity",
        "engine",
        "rank",
        "role",
        "tensor",
        "expected",
        "actual",
        "votes",
        "cause",
        "location",
        "detail");
    assertThat(damaged.path("kind").textValue()).isEqualTo("DAMAGED");
    assertThat(damaged.path("tensor").textValue()).isEqualTo(FLIPPED);
    assertThat(json.path("timings").path("verdict").doubleValue())
        .isPositive()
        .isLessThanOrEqualTo(json.path("timings").path("landing").doubleValue());
    assertThat(json.path("coverage").path("states"))
        .extracting(part -> part.path("state").textValue() + " " + part.path("ranks").intValue())
        .containsExactly("VERIFIED 4", "DIFFERENT 1", "SKIPPED 5", "MISSING 1");
    assertThat(JsonKeys.of(json))
        .isEqualTo(
            """
            .: fleet scan_id started_at verdict exit_code tensors bytes read_bytes hashed_at tables accelerator canaries canaries_found resumed_ranks resumed_bytes hosts engines live findings coverage timings
            hosts: host bytes task_seconds seconds bytes_per_second slow
            engines: engine model revision host comparison_group status checksum expected_ranks hashed_ranks missing_ranks bytes read_bytes hashed_at agrees_with same_files compared_with_reference agreement ranks
            engines.ranks: rank status checksum tensors skipped bytes read_bytes hashed_at reason
            live: engines coverage
            live.coverage: states last_verified
            findings: kind severity engine source rank role tensor expected actual votes cause location detail pattern ranges range_count differing_bytes differing_bits element_index element compared_bytes host executor gpu
            findings.ranges: offset_bytes length_bytes file_offset_bytes
            coverage: states last_verified
            coverage.states: state skipped_because engines ranks tensors bytes expected_bytes
            coverage.last_verified: engine last_verified_at verified_within
            timings: startup reading landing verdict read_bytes
            """);
  }

  private Row only(ScanTable table, String engine, String condition) {
    return Landed.rows(spark, out(), table, condition).stream()
        .filter(row -> row.getAs("engine").equals(engine))
        .findFirst()
        .orElseThrow();
  }

  private static void assertEquals(JsonNode json, Row row, String... columns) {
    for (String column : columns) {
      Object value = row.getAs(column);
      assertThat(json.has(column)).as("JSON has %s", column).isTrue();
      assertThat(json.path(column).isNull() ? null : json.path(column).asText())
          .as(column)
          .isEqualTo(value == null ? null : value.toString());
    }
  }

  @Test
  void scansOnlyTheEnginesThatAreNamed() {
    SmallFleet fleet = fleet("a", "b", "c");

    CommandRun run = scan(fleet, "--engine", "c", "--engine", "a");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(Landed.rows(spark, out(), ScanTable.ENGINES, "true"))
        .extracting(row -> row.<String>getAs("engine"))
        .containsExactlyInAnyOrder("a", "c");
    assertThat(Landed.rows(spark, out(), ScanTable.TENSORS, "engine = 'b'")).isEmpty();
  }

  @Test
  void takesADirectoryOfEnginesWithoutADescription() throws IOException {
    SmallFleet fleet = fleet("a", "b");
    Files.delete(fleet.shard("b", 1, 0));

    CommandRun run =
        CommandRun.fleetScan(
            "--shards", root.resolve("fleet").toString(), "--out", out().toString());

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.out()).contains("engine-1, rank 1: MISSING_RANK");
  }

  @Test
  void showsHostileNamesEscaped() {
    String hostile = "a/b\u001b[31m\n\u202E\uD83D\uDE00" + "n".repeat(10_000);
    SmallFleet fleet = fleet(hostile, "../x");

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("a/b\\u001b[31m\\n\\u202e\uD83D\uDE00nnn")
        .contains("… (10011 characters)")
        .contains("../x")
        .doesNotContain("\u001b")
        .doesNotContain("\u202E")
        .doesNotContain("n".repeat(100));
  }

  @Test
  void listsInADryRunWhatIsMissingAndReadsNoWeights() throws IOException {
    SmallFleet fleet = fleet("a", "b");
    Files.delete(fleet.shard("b", 1, 0));
    for (Path shard :
        List.of(fleet.shard("a", 0, 0), fleet.shard("a", 1, 0), fleet.shard("b", 0, 0))) {
      Files.writeString(shard, "these are no weights");
    }

    CommandRun run = CommandRun.fleetScan("--fleet", fleet.description().toString(), "--dry-run");

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.out())
        .startsWith("Fleet small: 2 engines, 3 files, 60 B; nothing was read")
        .contains("b, rank 1: MISSING: no file of rank 1");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void exitsWith0InADryRunThatFindsEveryRank() {
    assertThat(
            CommandRun.fleetScan("--fleet", fleet("a").description().toString(), "--dry-run")
                .exitCode())
        .isZero();
  }

  @Test
  void printsADryRunAsJson() throws IOException {
    SmallFleet fleet = fleet("a\n\uD83D\uDE00", "b");
    Files.delete(fleet.shard("b", 0, 0));

    CommandRun run =
        CommandRun.fleetScan(
            "--fleet", fleet.description().toString(), "--dry-run", "--format", "json");

    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.path("exit_code").intValue()).isEqualTo(run.exitCode()).isEqualTo(4);
    assertThat(json.path("engines").path(0).path("engine").textValue())
        .isEqualTo("a\n\uD83D\uDE00");
    JsonNode missing = json.path("engines").path(1).path("ranks").path(0);
    assertThat(missing.path("state").textValue()).isEqualTo("MISSING");
    assertThat(missing.path("reason").textValue()).startsWith("no file of rank 0");
    JsonNode file = json.path("engines").path(0).path("ranks").path(1).path("files").path(0);
    assertThat(file.path("file").textValue())
        .isEqualTo("file:" + fleet.shard("a\n\uD83D\uDE00", 1, 0));
    assertThat(file.path("bytes").longValue())
        .isEqualTo(Files.size(fleet.shard("a\n\uD83D\uDE00", 1, 0)));
    assertThat(JsonKeys.of(json))
        .isEqualTo(
            """
            .: fleet exit_code engines live problems
            engines: engine host comparison_group expected_ranks bytes ranks problems
            engines.ranks: rank state reason files
            engines.ranks.files: role part file bytes
            """);
  }

  @Test
  void countsWhatDiffersAndNotTheWholeRankAndSaysInWhichFile() {
    SmallFleet fleet = fleet("a", "b", "c");
    scan(fleet, "--scan-id", "first");
    SmallFleet.flipBit(fleet.shard("c", 1, 0), FLIPPED);

    CommandRun run = scan(fleet, "--scan-id", "second");

    assertThat(run.out())
        .containsPattern("(?m)^different +1 +1 +1 +3\\.07 kB$")
        .contains("Verified as a whole before, and different now: 1 engine: c\n")
        .contains("Verified as a whole in the last 24 hours: 2 engines\n")
        .contains("; in file:" + fleet.shard("c", 1, 0) + "\n");
  }

  @Test
  void comparesWithABaselineAndRefusesOneThatDoesNotFit() {
    SmallFleet fleet = fleet("a", "b");
    scan(fleet, "--scan-id", "first");
    SmallFleet.flipBit(fleet.shard("a", 1, 0), FLIPPED);

    CommandRun compared = scan(fleet, "--baseline", "first/a");
    CommandRun refused = scan(fleet, "--baseline", "second");
    CommandRun replaced = scan(fleet, "--baseline", "first", "--scan-id", "first");

    assertThat(compared.exitCode()).as(compared.err()).isEqualTo(3);
    assertThat(compared.out())
        .contains("a, rank 1, " + FLIPPED + ": DAMAGED")
        .contains(
            "REFERENCE: engine a of scan first (the baseline) is the declared reference of acme/small@1");
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err())
        .isEqualTo(
            "fleet-scan: Cannot take second as the baseline: no finished scan of that name in"
                + " these tables"
                + System.lineSeparator());
    assertThat(replaced.exitCode()).isEqualTo(2);
    assertThat(replaced.err()).contains("--baseline: this scan replaces first");
  }

  /** With one of these set, a scan leaves all of Spark's settings as those of a large one are. */
  @Test
  void findsInTheDemoExactlyWhatWasPlantedAsALargeScanWould()
      throws IOException, InterruptedException {
    JavaProcess run =
        JavaProcess.run(
            root,
            List.of("-Xmx1g", "-Dspark.master=local[2]", "-Dspark.sql.shuffle.partitions=4"),
            Main.class,
            "fleet-scan",
            "--demo",
            "--demo-dir",
            root.resolve("demo").toString());

    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains("Found exactly what was planted.").contains("chat-3");
  }

  @Test
  void scansTheNightsOfTheDemoAsOfTheirDates() throws IOException {
    Path directory = root.resolve("month");

    CommandRun run =
        CommandRun.fleetScan("--demo", "--nights", "2", "--demo-dir", directory.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .contains(
            "2 nights of a fleet of 6 engines in " + directory,
            "2026-10-01  EQUAL       all engines hold revision 1",
            "2026-10-02  EQUAL",
            "Every night found exactly what was planted.");
    Path tables = directory.resolve("tables");
    List<Row> scans = Landed.rows(spark, tables, ScanTable.SCANS, "true");
    assertThat(scans)
        .extracting(scan -> scan.getAs("scan_id"))
        .containsExactlyInAnyOrder("night-2026-10-01", "night-2026-10-02");
    for (Row scan : scans) {
      Instant startedAt = scan.<Timestamp>getAs("started_at").toInstant();
      assertThat(startedAt).hasToString(scan.getAs("scan_date") + "T02:00:00Z");
      assertThat(scan.<Timestamp>getAs("finished_at").toInstant())
          .isBetween(startedAt, startedAt.plus(Duration.ofHours(1)));
    }
  }

  @ParameterizedTest
  @CsvSource({"--demo, 0", "--demo, 367", "--fleet=fleet.yaml, 3"})
  void refusesNightsThatTheDemoDoesNotHave(String target, String nights) {
    CommandRun run = CommandRun.fleetScan(target, "--nights", nights);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith(
            "fleet-scan: --nights goes with --demo: expected a number from 1 to 366, found "
                + nights);
  }

  @Test
  void doesNotWriteADemoOverAnythingElse() throws IOException {
    Files.writeString(root.resolve("mine"), "mine");

    CommandRun run = CommandRun.fleetScan("--demo", "--demo-dir", root.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("fleet-scan: Cannot make a demo in " + root + ": expected an empty directory")
        .hasLineCount(1);
  }

  private Path out() {
    return root.resolve("tables");
  }

  private CommandRun scan(SmallFleet fleet, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--fleet", fleet.description().toString(), "--out", out().toString()));
    arguments.addAll(List.of(more));
    return CommandRun.fleetScan(arguments.toArray(String[]::new));
  }

  private SmallFleet fleet(String... engines) {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 1);
    for (String engine : engines) {
      fleet.engine(engine);
    }
    return fleet;
  }
}
