package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardsum.checksum.WeightDigest;
import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.TableViews;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.MisreadingFileSystem;
import io.shardsum.testing.PageCache;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engines of a fleet compared with the checkpoint that they were started with. */
@ExtendWith(LocalSpark.class)
class CheckpointReferenceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();
  private static final Path QWEN = GOLDEN.resolve("vllm/qwen3");
  private static final String DOWN = "model.layers.1.mlp.down_proj.weight";
  private static final String GATE_UP = "model.layers.1.mlp.gate_up_proj.weight";
  private static final String VLLM = "runtime: vllm-0.32";
  private static final String SGLANG = "runtime: sglang-0.5.23";

  private static SparkSession spark;

  @TempDir Path root;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  @ParameterizedTest
  @CsvSource({
    "vllm/qwen3/tp2-pp2, vllm/qwen3, 'tp: 2, pp: 2', vllm-0.32",
    "vllm/llama-tied/tp2, vllm/llama-tied, 'tp: 2', vllm-0.32",
    "sglang/llama-tied/tp2, vllm/llama-tied, 'tp: 2', sglang-0.5.23",
    "sglang/qwen3-fp8/tp2, sglang/qwen3-fp8, 'tp: 2', sglang-0.5.23",
  })
  void findsOneEngineAloneEqualToItsCheckpoint(
      String engine, String model, String ranks, String runtime) throws IOException {
    CommandRun run =
        scan(
            "  - name: a",
            "    parallelism: { " + ranks + " }",
            "    shards: " + GOLDEN.resolve(engine),
            "    checkpoint: " + GOLDEN.resolve(model).resolve("checkpoint"),
            "    runtime: " + runtime);

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains(
            "REFERENCE: checkpoint file:%s as %s loads it is the declared reference of engine a"
                .formatted(GOLDEN.resolve(model).resolve("checkpoint"), runtime));
    List<Row> engines = rows(ScanTable.ENGINES, "true");
    assertThat(engines.stream().map(row -> row.<String>getAs("source")))
        .containsExactlyInAnyOrder("FILES", "EXPECTED");
    assertThat(engines.stream().map(row -> row.<String>getAs("checksum")).distinct())
        .hasSize(1)
        .doesNotContainNull();
    assertThat(rows(ScanTable.TENSORS, "source = 'EXPECTED' AND status <> 'HASHED'")).isEmpty();
    assertThat(rows(ScanTable.RANKS, "source = 'EXPECTED'"))
        .hasSameSizeAs(rows(ScanTable.RANKS, "source = 'FILES'"));
  }

  @Test
  void findsAFlippedBitOfTheOnlyEngine() throws IOException {
    Path engine = copy(QWEN.resolve("tp2"), "a");
    SmallFleet.flipBit(engine.resolve("model-rank-1-part-0.safetensors"), GATE_UP);

    CommandRun run = scan(engine("a", engine, VLLM));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    assertThat(run.out())
        .contains("a, rank 1, " + GATE_UP + ": DAMAGED: its bytes differ from the reference")
        .contains("from the reference, checkpoint file:" + QWEN.resolve("checkpoint"))
        .contains(
            "; one bit flipped: byte 0 of the tensor (%s of the file), element [0, 0]; in the checkpoint: rank 1, row 64 of model.layers.1.mlp.gate_proj.weight in %s"
                .formatted(
                    offset(engine.resolve("model-rank-1-part-0.safetensors"), GATE_UP),
                    fileOf("model.layers.1.mlp.gate_proj.weight")));
    assertThat(rows(ScanTable.FINDINGS, "severity = 'error'")).hasSize(1);
  }

  @Test
  void saysThatTheCheckpointCameThroughThePageCache(
      @TempDir(factory = PageCache.InMemory.class) Path memory) throws IOException {
    PageCache.assumeInMemory(memory);
    Path checkpoint = copy(QWEN.resolve("checkpoint"), memory.resolve("checkpoint").toString());

    CommandRun run = scan(List.of("--direct"), engine("a", QWEN.resolve("tp2"), checkpoint, VLLM));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("READ_THROUGH_CACHE: files of checkpoint file:" + checkpoint)
        .contains(" came through the page cache, which may hold other bytes than the disk: ");
  }

  @Test
  void findsEnginesThatAgreeAndAreAllWrong() throws IOException {
    List<String> engines = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      Path engine = copy(QWEN.resolve("tp2"), name);
      SmallFleet.flipBit(engine.resolve("model-rank-0-part-0.safetensors"), DOWN);
      engines.addAll(List.of(engine(name, engine, VLLM)));
    }

    CommandRun run = scan(engines.toArray(String[]::new));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    for (String name : List.of("a", "b", "c")) {
      assertThat(run.out()).contains(name + ", rank 0, " + DOWN + ": DAMAGED: its bytes differ");
    }
  }

  @Test
  void leavesUncheckedWhatTheCheckpointDoesNotGiveAnyMoreAndChecksTheRest() throws IOException {
    MisreadingFileSystem.register(spark.sparkContext().hadoopConfiguration());
    Path checkpoint = copy(QWEN.resolve("checkpoint"), "checkpoint");
    Path vanishing = checkpoint.resolve(fileOf(DOWN));
    MisreadingFileSystem.vanish(vanishing);

    CommandRun run = scan(engine("a", QWEN.resolve("tp2"), Path.of("misread:" + checkpoint), VLLM));

    String reason =
        "Cannot read misread:%s: it was removed after it was listed".formatted(vanishing);
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(4);
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("NOT_CHECKED: ").contains(reason);
    List<Row> unknown = rows(ScanTable.TENSORS, "source = 'EXPECTED' AND status = 'UNKNOWN'");
    assertThat(unknown).extracting(row -> row.<String>getAs("reason")).containsOnly(reason);
    assertThat(unknown).extracting(row -> row.<String>getAs("tensor")).contains(DOWN);
    assertThat(rows(ScanTable.TENSORS, "source = 'EXPECTED' AND status = 'HASHED'")).isNotEmpty();
    assertThat(root.resolve("tables/expectations")).doesNotExist();
    assertThat(run.out())
        .containsPattern("unknown: .* \\(expected of these ranks: [0-9.]+ [kMG]?B\\)");
    long ofRanks =
        rows(ScanTable.RANKS, "source = 'EXPECTED'").stream()
            .mapToLong(row -> row.<Long>getAs("bytes"))
            .sum();
    assertThat(expectedBytesOfView()).isPositive().isEqualTo(ofRanks);
  }

  private long expectedBytesOfView() {
    SparkSession own = spark.newSession();
    TableViews.statements(root.resolve("tables").toString(), TableViews.Dialect.SPARK)
        .forEach(own::sql);
    return own.sql("SELECT sum(expected_bytes) FROM coverage WHERE state = 'UNKNOWN'")
        .head()
        .getLong(0);
  }

  @Test
  void readsACheckpointAgainWhereAReadFails() throws IOException {
    Path checkpoint = flakyCheckpoint();
    Path file = checkpoint.resolve(fileOf(DOWN));
    long data = data(file);
    AtomicInteger failures = new AtomicInteger();
    MisreadingFileSystem.whenRead(
        file,
        position -> {
          if (position >= data && failures.getAndIncrement() == 0) {
            throw new IOException("connection reset");
          }
        });

    CommandRun run = scan(engine("a", QWEN.resolve("tp2"), Path.of("misread:" + checkpoint), VLLM));

    assertThat(failures).hasPositiveValue();
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(rows(ScanTable.TENSORS, "source = 'EXPECTED' AND status != 'HASHED'")).isEmpty();
  }

  /** What goes wrong with a file of a checkpoint, once its header was read. */
  enum CheckpointFault {
    FAILS(": connection reset") {
      @Override
      void happen(Path file) throws IOException {
        throw new IOException("connection reset");
      }
    },
    IS_CUT(": changed after it was listed: expected ") {
      @Override
      void happen(Path file) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
          open.setLength(open.length() - 1);
        }
      }
    },
    CHANGES(": changed after it was listed: expected ") {
      @Override
      void happen(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
      }
    };

    private final String reason;

    CheckpointFault(String reason) {
      this.reason = reason;
    }

    abstract void happen(Path file) throws IOException;
  }

  @ParameterizedTest
  @EnumSource(CheckpointFault.class)
  void leavesUncheckedWhatRestsOnAFileThatCannotBeRead(CheckpointFault fault) throws IOException {
    Path checkpoint = flakyCheckpoint();
    Path file = checkpoint.resolve(fileOf(DOWN));
    long data = data(file);
    MisreadingFileSystem.whenRead(
        file,
        position -> {
          if (position >= data) {
            fault.happen(file);
          }
        });

    CommandRun run = scan(engine("a", QWEN.resolve("tp2"), Path.of("misread:" + checkpoint), VLLM));

    String reason = "Cannot read misread:" + file + fault.reason;
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(4);
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("NOT_CHECKED: ").contains(reason);
    List<Row> unknown = rows(ScanTable.TENSORS, "source = 'EXPECTED' AND status = 'UNKNOWN'");
    assertThat(unknown).extracting(row -> row.<String>getAs("tensor")).contains(DOWN);
    assertThat(unknown)
        .allSatisfy(row -> assertThat(row.<String>getAs("reason")).startsWith(reason));
    assertThat(rows(ScanTable.TENSORS, "source = 'FILES' AND status = 'HASHED'")).isNotEmpty();
    assertThat(rows(ScanTable.TENSORS, "source = 'FILES' AND status = 'UNREADABLE'")).isEmpty();
    assertThat(root.resolve("tables/expectations")).doesNotExist();
  }

  private Path flakyCheckpoint() throws IOException {
    MisreadingFileSystem.register(spark.sparkContext().hadoopConfiguration());
    return copy(QWEN.resolve("checkpoint"), "checkpoint");
  }

  private static long data(Path file) throws IOException {
    try (ByteSource source = ByteSource.ofPath(file)) {
      return SafetensorsHeader.read(source).dataOffsetBytes();
    }
  }

  @Test
  void findsRanksThatHoldEachOthersContent() throws IOException {
    Path engine = copy(QWEN.resolve("tp2"), "a");
    Path first = engine.resolve("model-rank-0-part-0.safetensors");
    Path second = engine.resolve("model-rank-1-part-0.safetensors");
    Files.move(first, engine.resolve("x"));
    Files.move(second, first);
    Files.move(engine.resolve("x"), second);

    CommandRun run = scan(engine("a", engine, VLLM));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    assertThat(run.out()).contains("SWAPPED_RANKS: rank 0 holds what rank 1 should");
  }

  @Test
  void namesTensorsThatOnlyOneSideHas() throws IOException {
    Path checkpoint = copy(QWEN.resolve("checkpoint"), "checkpoint");
    Path config = checkpoint.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2")
            .replace("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false"));

    CommandRun run =
        scan(engine("a", QWEN.resolve("tp2"), checkpoint, "profile: vllm-0.32", SGLANG));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    assertThat(run.out())
        .contains(
            "a, ranks 0 and 1: EXTRA_TENSOR: 8 tensors should not be there; not in the reference")
        .contains("model.layers.2.mlp.down_proj.weight");

    Files.writeString(
        config,
        Files.readString(config)
            .replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3")
            .replace("\"attention_bias\": false", "\"attention_bias\": true"));
    CommandRun sglang =
        scan(engine("a", QWEN.resolve("tp2"), checkpoint, "profile: vllm-0.32", SGLANG));

    assertThat(sglang.exitCode()).as(sglang.err()).isEqualTo(3);
    assertThat(sglang.out())
        .contains(
            "a, ranks 0 and 1: MISSING_TENSOR: 6 tensors are missing; the reference, checkpoint")
        .contains("model.layers.0.self_attn.qkv_proj.bias");
  }

  @Test
  void comparesWhatTheDescriptionSaysIsWholeOfAnUnknownClass() throws IOException {
    Path checkpoint = copy(QWEN.resolve("checkpoint"), "unknown");
    Path config = checkpoint.resolve("config.json");
    Files.writeString(
        config, Files.readString(config).replace("Qwen3ForCausalLM", "Qwen9ForCausalLM"));
    Path shards = copy(QWEN.resolve("tp2"), "a");
    SmallFleet.flipBit(shards.resolve("model-rank-1-part-0.safetensors"), "model.norm.weight");

    CommandRun run =
        scan(engine("a", shards, checkpoint, VLLM, "expect: { whole: [\"*norm.weight\"] }"));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    assertThat(run.out())
        .contains("a, rank 1, model.norm.weight: DAMAGED")
        .contains("the rules of model class 'Qwen9ForCausalLM' are not known")
        .doesNotContain("EXTRA_TENSOR", "MISSING_TENSOR");
  }

  /** An engine has other tensors of a quantized module than a weight. */
  @Test
  void leavesOpenWhatElseARefusedModuleHas() throws IOException {
    Path checkpoint = copy(QWEN.resolve("checkpoint"), "quantized");
    Path config = checkpoint.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst("\\{", "{\"quantization_config\": {\"quant_method\": \"gptq\"},"));
    Path shards = copy(QWEN.resolve("tp2"), "a");
    for (int rank = 0; rank < 2; rank++) {
      Path shard = shards.resolve("model-rank-%s-part-0.safetensors".formatted(rank));
      String bytes = Files.readString(shard, StandardCharsets.ISO_8859_1);
      Files.writeString(
          shard, bytes.replace("o_proj.weight", "o_proj.scales"), StandardCharsets.ISO_8859_1);
    }

    CommandRun run = scan(engine("a", shards, checkpoint, VLLM));

    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(4);
    assertThat(run.out())
        .contains("quantization gptq: the engine repacks its weights")
        .containsPattern("[1-9][0-9,]* bytes of ranks 0 and 1 can be compared");
  }

  @Test
  void leavesOpenWhatDoesNotFollowAndComparesItAmongCopies() throws IOException {
    Path moe = GOLDEN.resolve("vllm/qwen3-moe");
    Path other = copy(moe.resolve("tp2"), "b");

    CommandRun run =
        scan(
            Stream.of(
                    engine(
                        "a",
                        moe.resolve("tp2"),
                        moe.resolve("checkpoint"),
                        VLLM,
                        "set: { moe-backend: cpu }"),
                    engine(
                        "b", other, moe.resolve("checkpoint"), VLLM, "set: { moe-backend: cpu }"))
                .flatMap(Stream::of)
                .toArray(String[]::new));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.out())
        .contains(
            "a, b: NOT_CHECKED: model.layers.0.mlp.experts.routed_experts.w13_weight,"
                + " model.layers.0.mlp.experts.routed_experts.w2_weight,")
        .contains("unknown: how vLLM's moe-backend 'cpu' stores experts")
        .containsPattern("(?m)^a .* the reference, in part: \\d+ of \\d+ tensors; 1 of 1: b$")
        .doesNotContain("was not read again")
        .doesNotContain("UNVERIFIED");

    SmallFleet.flipBit(
        other.resolve("model-rank-1-part-0.safetensors"),
        "model.layers.1.mlp.experts.routed_experts.w2_weight");
    CommandRun flipped =
        scan(
            Stream.of(
                    engine(
                        "a",
                        moe.resolve("tp2"),
                        moe.resolve("checkpoint"),
                        VLLM,
                        "set: { moe-backend: cpu }"),
                    engine(
                        "b", other, moe.resolve("checkpoint"), VLLM, "set: { moe-backend: cpu }"))
                .flatMap(Stream::of)
                .toArray(String[]::new));
    assertThat(flipped.exitCode()).as(flipped.err()).isEqualTo(3);
    assertThat(flipped.out())
        .contains("model.layers.1.mlp.experts.routed_experts.w2_weight: UNDECIDED")
        .contains(" was not read again, since lengths and times of its files are the same: ")
        .containsPattern("(?m)^a .* the reference, in part: \\d+ of \\d+ tensors; none of 1$");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sglang", "sha256"})
  void blamesNobodyForACheckpointThatWasMisread(String digest) throws IOException {
    Path checkpoint = flakyCheckpoint();
    Path misread = checkpoint.resolve(fileOf(DOWN));
    MisreadingFileSystem.misread(misread, offset(misread, DOWN), 1);
    String[] engine =
        engine(
            "a", QWEN.resolve("tp2"), Path.of("misread:" + checkpoint), "digest: " + digest, VLLM);

    CommandRun run = scan(engine);

    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(4);
    assertThat(rows(ScanTable.FINDINGS, "severity = 'error'")).isEmpty();
    assertThat(run.out())
        .contains(
            "TRANSIENT_READ: Two readings of checkpoint misread:%s as vllm-0.32 loads it differ in %s: it was read again as a whole"
                .formatted(checkpoint, DOWN));
    assertThat(
            rows(ScanTable.ENGINES, "true").stream()
                .map(row -> row.<String>getAs("checksum"))
                .distinct())
        .as("expected, and of its files")
        .hasSize(1);
    assertThat(rows(ScanTable.TENSORS, "source = 'EXPECTED'"))
        .isNotEmpty()
        .extracting(row -> row.<Integer>getAs("rank") + " " + row.<String>getAs("tensor"))
        .doesNotHaveDuplicates();

    CommandRun next = scan(engine);
    assertThat(next.exitCode()).as(next.out() + next.err()).isZero();
    assertThat(next.out()).contains(" was not read again, ");
  }

  @Test
  void comparesWithNoCheckpointThatIsReadOtherwiseEachTime() throws IOException {
    Path checkpoint = flakyCheckpoint();
    Path misread = checkpoint.resolve(fileOf(DOWN));
    Integer[] masks = IntStream.rangeClosed(1, 100).boxed().toArray(Integer[]::new);
    MisreadingFileSystem.misread(misread, offset(misread, DOWN), masks);

    CommandRun run = scan(engine("a", QWEN.resolve("tp2"), Path.of("misread:" + checkpoint), VLLM));

    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(4);
    assertThat(rows(ScanTable.FINDINGS, "severity = 'error'")).isEmpty();
    assertThat(run.out())
        .contains("NOT_CHECKED: ")
        .contains(": readings of the checkpoint differ: scan again; ");
    assertThat(root.resolve("tables/expectations")).isEmptyDirectory();
  }

  /** Its digests are not kept for the nights to come. */
  @Test
  void readsACheckpointAgainFromWhichSomebodyDiffers() throws IOException {
    Path checkpoint = copy(QWEN.resolve("checkpoint"), "checkpoint");
    Path shards = copy(QWEN.resolve("tp2"), "a");
    SmallFleet.flipBit(shards.resolve("model-rank-1-part-0.safetensors"), GATE_UP);
    String[] engine = engine("a", shards, checkpoint, VLLM);

    assertThat(scan(engine).exitCode()).isEqualTo(3);
    assertThat(root.resolve("tables/expectations")).isEmptyDirectory();
  }

  @Test
  void comparesRunningEnginesWithTheirCheckpoint() throws IOException {
    Path answer = GOLDEN.resolve("sglang/qwen3/tp2/weights_checker.json");
    CommandRun run = scan(running("a", answer, "sglang", SGLANG));

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();

    ObjectNode changed = (ObjectNode) JSON.readTree(answer.toFile());
    ObjectNode rank = (ObjectNode) changed.at("/ranks/1");
    ((ObjectNode) rank.get("checksums")).put(DOWN, "00000000000000aa");
    sign(changed);
    Path file = root.resolve("changed.json");
    JSON.writeValue(file.toFile(), changed);
    CommandRun other = scan(running("a", file, "sglang", SGLANG));

    assertThat(other.exitCode()).as(other.out() + other.err()).isEqualTo(3);
    assertThat(other.out()).contains("rank 1, " + DOWN + ": DAMAGED: its bytes differ");
    assertThat(rows(ScanTable.FINDINGS, "severity = 'error' AND source = 'LIVE'")).hasSize(1);
  }

  @Test
  void comparesAnswersOfVllm() {
    CommandRun run = scan(running("a", QWEN.resolve("tp2/weight_checker.json"), "vllm", VLLM));

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
  }

  @Test
  void comparesFilesAndAnswerOfOneEngine() {
    List<String> engine = new ArrayList<>(List.of(engine("a", QWEN.resolve("tp2"), VLLM)));
    engine.add(
        "    endpoint: { kind: vllm, file: " + QWEN.resolve("tp2/weight_checker.json") + " }");

    CommandRun run = scan(engine.toArray(String[]::new));

    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(4);
    assertThat(run.out()).contains("scan with --digest both");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tp: 3|vllm-0.32|vocabulary of rows, padded, 512 cannot be cut into 3 equal parts: expected a multiple of 3",
        "tp: 2, attn-dp: 2|vllm-0.32|attn-dp is 2; expected 1, since vLLM has no such groups",
        "tp: 2|vllm-0.34.1|runtime 'vllm-0.34.1' is newer than any known release: the rules of"
            + " vllm-0.32 were proved last; to prove them for it, make the golden setups with it,"
            + " as src/test/resources/golden/README.md says, and run GoldenVllmTest",
        "tp: 2|vllm-0.31|unknown runtime 'vllm-0.31'; allowed: sglang-0.5.23, vllm-0.32",
      })
  void refusesWhatDoesNotFitBeforeAnythingIsRead(String ranks, String runtime, String message) {
    CommandRun run =
        scan(
            "  - name: a",
            "    parallelism: { " + ranks + " }",
            "    shards: " + QWEN.resolve("tp2"),
            "    checkpoint: " + QWEN.resolve("checkpoint"),
            "    runtime: " + runtime);

    assertThat(run.err())
        .isEqualTo(
            "fleet-scan: Cannot compare engine a with checkpoint file:%s: %s\n"
                .formatted(QWEN.resolve("checkpoint"), message));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(root.resolve("tables")).doesNotExist();
  }

  @Test
  void refusesABadCheckpoint() throws IOException {
    CommandRun absent = scan(engine("a", QWEN.resolve("tp2"), root.resolve("none"), VLLM));

    assertThat(absent.err())
        .startsWith("fleet-scan: Cannot compare engine a with checkpoint file:" + root)
        .hasLineCount(1);
    assertThat(absent.exitCode()).isEqualTo(2);

    Path checkpoint = copy(QWEN.resolve("checkpoint"), "checkpoint");
    Files.write(checkpoint.resolve("model-00002-of-00004.safetensors"), new byte[] {1, 2, 3});
    CommandRun broken = scan(engine("a", QWEN.resolve("tp2"), checkpoint, VLLM));

    assertThat(broken.err())
        .startsWith("fleet-scan: Cannot compare engine a with checkpoint file:" + checkpoint)
        .contains("model-00002-of-00004.safetensors")
        .hasLineCount(1);
    assertThat(broken.exitCode()).isEqualTo(2);
  }

  @Test
  void refusesTwoReferences() throws IOException {
    CommandRun trusted =
        scan(engine("a", QWEN.resolve("tp2"), QWEN.resolve("checkpoint"), VLLM, "trusted: true"));

    assertThat(trusted.err())
        .isEqualTo(
            "fleet-scan: Cannot compare engine a: engine a is trusted, and engine a has a"
                + " checkpoint: expected one reference, not two\n");
    assertThat(trusted.exitCode()).isEqualTo(2);
  }

  private static long offset(Path file, String tensor) throws IOException {
    try (ByteSource source = ByteSource.ofPath(file)) {
      SafetensorsHeader header = SafetensorsHeader.read(source);
      return header.dataOffsetBytes()
          + header.tensors().stream()
              .filter(entry -> entry.name().equals(tensor))
              .findFirst()
              .orElseThrow()
              .beginBytes();
    }
  }

  private static String fileOf(String tensor) throws IOException {
    return JSON.readTree(QWEN.resolve("checkpoint/model.safetensors.index.json").toFile())
        .get("weight_map")
        .get(tensor)
        .textValue();
  }

  private static void sign(ObjectNode answer) {
    List<String> ofRanks = new ArrayList<>();
    for (int index = 0; index < answer.get("ranks").size(); index++) {
      ObjectNode rank = (ObjectNode) answer.get("ranks").get(index);
      Map<String, String> checksums = new HashMap<>();
      rank.get("checksums")
          .properties()
          .forEach(e -> checksums.put(e.getKey(), e.getValue().textValue()));
      String digest = WeightDigest.ofRank(checksums);
      rank.put("per_gpu_checksum", digest);
      ofRanks.add(digest);
    }
    answer.put("per_engine_checksum", WeightDigest.ofEngine(ofRanks));
  }

  private static String[] engine(String name, Path shards, String... more) {
    return engine(name, shards, QWEN.resolve("checkpoint"), more);
  }

  private static String[] engine(String name, Path shards, Path checkpoint, String... more) {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "  - name: " + name,
                "    model: acme/tiny",
                "    parallelism: { tp: 2 }",
                "    shards: " + shards,
                "    checkpoint: " + checkpoint));
    for (String line : more) {
      lines.add("    " + line);
    }
    if (List.of(more).contains("trusted: true")) {
      lines.remove("    model: acme/tiny");
    }
    return lines.toArray(String[]::new);
  }

  private static String[] running(String name, Path answer, String kind, String runtime) {
    return new String[] {
      "  - name: " + name,
      "    parallelism: { tp: 2 }",
      "    endpoint: { kind: " + kind + ", file: " + answer + " }",
      "    checkpoint: " + QWEN.resolve("checkpoint"),
      "    " + runtime
    };
  }

  private CommandRun scan(String... lines) {
    return scan(List.of(), lines);
  }

  private CommandRun scan(List<String> options, String... lines) {
    Path description = root.resolve("fleet.yaml");
    try {
      Files.writeString(description, "fleet: f\nengines:\n" + String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of("--fleet", description.toString()));
    arguments.addAll(List.of("--out", root.resolve("tables").toString(), "--scan-id", "s"));
    return CommandRun.fleetScan(arguments.toArray(String[]::new));
  }

  private List<Row> rows(ScanTable table, String condition) {
    return Landed.rows(spark, root.resolve("tables"), table, condition);
  }

  private Path copy(Path from, String name) throws IOException {
    Path to = Files.createDirectories(root.resolve(name));
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }
}
