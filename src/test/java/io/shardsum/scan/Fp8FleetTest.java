package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.shardsum.checksum.WeightDigest;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.verdict.RankStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Engines with weights in block-quantized FP8: {@code a.weight} lies in the first part of the one
 * rank, its scale and the experts' pair in the second.
 */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Fp8FleetTest {

  private static final String WEIGHT = "m.a.weight";
  private static final String SCALE = "m.a.weight_scale_inv";
  private static final String EXPERTS = "m.experts.w2_weight";
  private static final String EXPERTS_SCALE = "m.experts.w2_weight_scale_inv";
  private static final String NORM = "m.norm.weight";

  /** Of these rows the scale is 0, and hides what the weight is. */
  private static final int HIDDEN_ROW = 200;

  private static final int COLUMNS = 256;
  private static final int ROWS = 256;

  private SmallFleet fleet;
  private Landed scan;
  private final Map<String, Row> tensors = new HashMap<>();

  @BeforeAll
  void scan(SparkSession spark, @TempDir Path root) throws IOException {
    fleet = SmallFleet.of(root.resolve("fleet"), 1, 2);
    for (String good : List.of("good-1", "good-2", "good-3", "good-4", "good-5")) {
      engine(good);
    }
    Map<TensorSpec, byte[]> badScale = second();
    badScale.put(spec(SCALE, badScale), floats(1.625f, 0.3f, 0, 0));
    engine("bad-scale", first(), badScale, "model: acme/small");
    SmallFleet.flipBit(engine("hidden-scale").shard("hidden-scale", 0, 1), SCALE);
    SmallFleet.flipBit(engine("bad-weight").shard("bad-weight", 0, 0), WEIGHT);
    Map<TensorSpec, byte[]> hidden = first();
    hidden.get(spec(WEIGHT, hidden))[HIDDEN_ROW * COLUMNS + 3] ^= 1;
    engine("hidden", hidden, second(), "model: acme/small");

    Map<TensorSpec, byte[]> noScale = second();
    noScale.remove(spec(SCALE, noScale));
    engine("no-scale", first(), noScale, "model: no-scale");
    engine("wide-scale", first(), with(SCALE, DType.F32, List.of(2L, 3L)), "model: wide");
    engine("short-scale", first(), with(SCALE, DType.F32, List.of(1L, 2L)), "model: short");
    engine("bf16-scale", first(), with(SCALE, DType.BF16, List.of(2L, 2L)), "model: bf16");
    engine("mxfp8", first(), with(SCALE, DType.U8, List.of(256L, 8L)), "model: mxfp8");
    Map<TensorSpec, byte[]> nanScale = second();
    ByteBuffer.wrap(nanScale.get(spec(SCALE, nanScale)))
        .order(ByteOrder.LITTLE_ENDIAN)
        .putFloat(4, Float.NaN);
    engine("nan-scale", first(), nanScale, "model: nan-scale");
    Map<TensorSpec, byte[]> nanWeight = first();
    nanWeight.get(spec(WEIGHT, nanWeight))[77] = (byte) 0xFF;
    engine("nan-weight", nanWeight, second(), "model: nan-weight");
    Path cut = engine("cut", first(), second(), "model: cut").shard("cut", 0, 1);
    byte[] bytes = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 1));
    Map<TensorSpec, byte[]> huge = second();
    huge.put(new TensorSpec("m.z.weight", DType.F8_E4M3, List.of(0L, 1L << 40)), new byte[0]);
    huge.put(new TensorSpec("m.z.weight_scale_inv", DType.F32, List.of(0L, 1L << 33)), new byte[0]);
    huge.put(new TensorSpec("m.y.weight", DType.F8_E4M3, List.of(0L, 1L << 52)), new byte[0]);
    huge.put(new TensorSpec("m.y.weight_scale_inv", DType.I32, List.of(0L, 1L << 54)), new byte[0]);
    engine("huge", first(), huge, "model: huge");

    engine("skipping", first(), second(), "model: skipping", "skip: [a.weight, norm]");
    engine("as-stored", first(), second(), "model: as-stored", "profile: none");
    engine("sha256", first(), second(), "model: sha256", "digest: sha256");
    engine("both", first(), second(), "model: both", "digest: both");
    engine("old", first(), second(), "model: old", "profile: sglang-0.5.13");
    engine(
        "old-64",
        first(),
        with(SCALE, DType.F32, List.of(4L, 4L)),
        "model: old-64",
        "profile: sglang-0.5.13");

    Map<TensorSpec, byte[]> powers = second();
    powers.put(spec(SCALE, powers), floats(0.5f, 4, 0, 1));
    engine("powers", first(), powers, "model: powers");
    Map<TensorSpec, byte[]> packed = with(SCALE, DType.I32, List.of(256L, 1L));
    packed.put(spec(SCALE, packed), packed(126, 129, 0, 127));
    engine("packed", first(), packed, "model: packed");
    packed.get(spec(SCALE, packed))[4 * 130 + 1] = 1;
    engine("mispacked", first(), packed, "model: mispacked");
    engine("packed-short", first(), with(SCALE, DType.I32, List.of(2L, 1L)), "model: packed-short");

    scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));
    for (Row row : scan.rows(ScanTable.TENSORS)) {
      tensors.put(row.getAs("engine") + " " + row.getAs("tensor"), row);
    }
  }

  private SmallFleet engine(String name) throws IOException {
    return engine(name, first(), second(), "model: acme/small");
  }

  private SmallFleet engine(
      String name, Map<TensorSpec, byte[]> first, Map<TensorSpec, byte[]> second, String... yaml)
      throws IOException {
    fleet.engine(name, List.of(yaml));
    SmallFleet.write(fleet.shard(name, 0, 0), first);
    SmallFleet.write(fleet.shard(name, 0, 1), second);
    return fleet;
  }

  private static Map<TensorSpec, byte[]> first() {
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    tensors.put(new TensorSpec(WEIGHT, DType.F8_E4M3, List.of(256L, 256L)), weight(ROWS * COLUMNS));
    TensorSpec norm = new TensorSpec(NORM, DType.BF16, List.of(64L));
    tensors.put(norm, SmallFleet.bytes(norm, 0));
    return tensors;
  }

  private static Map<TensorSpec, byte[]> second() {
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    tensors.put(new TensorSpec(SCALE, DType.F32, List.of(2L, 2L)), floats(1.5f, 0.3f, 0, 0));
    tensors.put(
        new TensorSpec(EXPERTS, DType.F8_E4M3, List.of(2L, 130L, 128L)), weight(2 * 130 * 128));
    tensors.put(
        new TensorSpec(EXPERTS_SCALE, DType.F32, List.of(2L, 2L, 1L)), floats(1, 2, 0.1f, 7));
    return tensors;
  }

  /** The second part, with another tensor of a name. */
  private static Map<TensorSpec, byte[]> with(String name, DType dtype, List<Long> shape) {
    Map<TensorSpec, byte[]> tensors = second();
    tensors.remove(spec(name, tensors));
    TensorSpec other = new TensorSpec(name, dtype, shape);
    byte[] bytes = new byte[(int) other.lengthBytes()];
    Arrays.fill(bytes, (byte) 0x3D);
    tensors.put(other, bytes);
    return tensors;
  }

  private static TensorSpec spec(String name, Map<TensorSpec, byte[]> tensors) {
    return tensors.keySet().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  /** Without NaN. */
  private static byte[] weight(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    for (int index = 0; index < length; index++) {
      bytes[index] = (bytes[index] & 0x7F) == 0x7F ? 0 : bytes[index];
    }
    return bytes;
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** Exponents of 2 x 2 blocks of 128, as 256 rows of a word. */
  private static byte[] packed(int... exponents) {
    byte[] bytes = new byte[4 * ROWS];
    for (int row = 0; row < ROWS; row++) {
      bytes[4 * row] = (byte) exponents[row / 128 * 2];
      bytes[4 * row + 1] = (byte) exponents[row / 128 * 2 + 1];
    }
    return bytes;
  }

  private Row tensor(String engine, String name) {
    return Optional.ofNullable(tensors.get(engine + " " + name)).orElseThrow();
  }

  /**
   * Each by its own half. Of two the rank has the right checksum: the last bit of a scale is
   * rounded away, and a scale of 0 hides its weights.
   */
  @Test
  void findsDamageInEitherHalfAndNamesIt() {
    for (String engine : List.of("hidden", "hidden-scale")) {
      assertThat(scan.rank(engine, 0).checksum()).isEqualTo(scan.rank("good-1", 0).checksum());
    }
    assertThat(scan.rank("bad-scale", 0).checksum())
        .isPresent()
        .isNotEqualTo(scan.rank("good-1", 0).checksum());

    assertThat(scan.rows(ScanTable.FINDINGS, "kind <> 'UNVERIFIED' AND kind <> 'UNREADABLE'"))
        .extracting(
            row -> row.getAs("engine"),
            row -> row.getAs("kind"),
            row -> row.getAs("tensor"),
            row -> row.getAs("expected"),
            row -> row.getAs("actual"))
        .containsExactlyInAnyOrder(
            damaged("bad-scale", SCALE),
            damaged("hidden-scale", SCALE),
            damaged("bad-weight", WEIGHT),
            damaged("hidden", WEIGHT));
    assertThat(scan.rows(ScanTable.FINDINGS, "engine = 'hidden'"))
        .singleElement()
        .satisfies(
            row ->
                assertThat(row.<String>getAs("detail"))
                    .contains("its bytes differ from the majority"));
  }

  private org.assertj.core.groups.Tuple damaged(String engine, String tensor) {
    return tuple(
        engine,
        "DAMAGED",
        tensor,
        tensor("good-1", tensor).getAs("raw_checksum"),
        tensor(engine, tensor).getAs("raw_checksum"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wide-scale|expected columns that the columns of the scale divide, in weight and scale,"
            + " found [256, 256] and [2, 3]",
        "short-scale|expected a scale for each block of 128 rows, in weight and scale,"
            + " found [256, 256] and [1, 2]",
        "bf16-scale|expected a scale of type F32 or I32, found BF16",
        "nan-scale|element 128 is NaN, whose bytes depend on the device",
        "nan-weight|element 77 is NaN, whose bytes depend on the device",
        "mispacked|expected packed scales whose rows are the same 128 times, found another in row"
            + " 130",
        "packed-short|expected as many rows in the packed scale as in the weight,"
            + " found [256, 256] and [2, 1]",
        "old-64|expected blocks of 128, for releases differ in others, found 64"
      })
  void namesWeightsThatHaveNoChecksumAndWhy(String engine, String why) {
    String reason = "Cannot dequantize m.a.weight: " + why;
    Row weight = tensor(engine, WEIGHT);

    assertThat(weight.<String>getAs("status")).isEqualTo("UNREADABLE");
    assertThat(weight.<String>getAs("reason")).isEqualTo(reason);
    assertThat(weight.<String>getAs("checksum")).isNull();
    assertThat(weight.<String>getAs("raw_checksum")).matches("[0-9a-f]{16}");
    assertThat(scan.rank(engine, 0).status()).isEqualTo(RankStatus.UNREADABLE);
    assertThat(scan.rank(engine, 0).reason()).contains(reason);
    assertThat(tensor(engine, EXPERTS).<String>getAs("checksum"))
        .as("the other weights have theirs")
        .isEqualTo(tensor("good-1", EXPERTS).getAs("checksum"));
  }

  @Test
  void saysWhichFileHidesTheScale() {
    Row weight = tensor("cut", WEIGHT);

    assertThat(weight.<String>getAs("status")).isEqualTo("UNREADABLE");
    assertThat(weight.<String>getAs("reason"))
        .startsWith("Cannot dequantize m.a.weight: ")
        .contains("model-rank-0-part-1.safetensors");
    assertThat(weight.<String>getAs("raw_checksum"))
        .isEqualTo(tensor("good-1", WEIGHT).getAs("raw_checksum"));
    assertThat(scan.rank("cut", 0).checksum()).isEmpty();
  }

  /** So it is for the engine: per-tensor FP8 has no such scale. */
  @Test
  void hashesAWeightWithoutAScaleAsItIsStored() {
    Row weight = tensor("no-scale", WEIGHT);

    assertThat(weight.<String>getAs("status")).isEqualTo("HASHED");
    assertThat(weight.<String>getAs("checksum"))
        .isEqualTo(tensor("good-1", WEIGHT).getAs("raw_checksum"));
    assertThat(weight.<String>getAs("raw_checksum")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mxfp8", "as-stored"})
  void hashesWhatTheEngineDoesNotDequantizeAsItIsStored(String engine) {
    for (String name : List.of(WEIGHT, SCALE)) {
      assertThat(tensor(engine, name).<String>getAs("status")).isEqualTo("HASHED");
      assertThat(tensor(engine, name).<String>getAs("checksum")).isNotNull();
      assertThat(tensor(engine, name).<String>getAs("raw_checksum")).isNull();
    }
    assertThat(tensor(engine, WEIGHT).<String>getAs("checksum"))
        .isEqualTo(tensor("good-1", WEIGHT).getAs("raw_checksum"));
  }

  @Test
  void skipsNoHalfOfAPair() {
    assertThat(tensor("skipping", WEIGHT).<String>getAs("checksum"))
        .isEqualTo(tensor("good-1", WEIGHT).getAs("checksum"));
    assertThat(tensor("skipping", SCALE).<String>getAs("status")).isEqualTo("PAIRED");
    assertThat(tensor("skipping", NORM).<String>getAs("status")).isEqualTo("SKIPPED");
    assertThat(scan.rank("skipping", 0).skipped()).isEqualTo(1);
  }

  @Test
  void unpacksPowersOfTwo() {
    assertThat(scan.rank("packed", 0).checksum())
        .isPresent()
        .isEqualTo(scan.rank("powers", 0).checksum());
    assertThat(tensor("packed", SCALE).<String>getAs("status")).isEqualTo("PAIRED");
  }

  @Test
  void takesOlderReleasesWhereTheyDoTheSame() {
    assertThat(scan.rank("old", 0).checksum()).isEqualTo(scan.rank("good-1", 0).checksum());
  }

  @Test
  void allocatesNothingForShapesWithoutBytes() {
    assertThat(tensor("huge", "m.z.weight").<String>getAs("checksum"))
        .isEqualTo("0000000000000000");
    assertThat(tensor("huge", "m.y.weight").<String>getAs("reason"))
        .isEqualTo(
            "Cannot dequantize m.y.weight: expected columns in weight and scale,"
                + " found [0, 4503599627370496] and [0, 18014398509481984]");
  }

  @Test
  void saysOfWhichDigestsThoseOfRanksAndEnginesAreMade() {
    for (ScanTable table : List.of(ScanTable.RANKS, ScanTable.ENGINES)) {
      assertThat(scan.rows(table, "engine IN ('good-1', 'both', 'sha256')"))
          .extracting(row -> row.getAs("engine"), row -> row.getAs("digest"))
          .containsExactlyInAnyOrder(
              tuple("good-1", "sglang"), tuple("both", "sglang"), tuple("sha256", "sha256"));
    }
  }

  @Test
  void givesBothDigestsOfTheDequantizedWeight() {
    Map<String, String> sglang = new HashMap<>();
    Map<String, String> sha256 = new HashMap<>();
    for (String name : List.of(WEIGHT, EXPERTS, NORM)) {
      sglang.put(name, tensor("good-1", name).getAs("checksum"));
      sha256.put(name, tensor("sha256", name).getAs("sha256"));
      assertThat(tensor("both", name).<String>getAs("checksum")).isEqualTo(sglang.get(name));
      assertThat(tensor("both", name).<String>getAs("sha256")).isEqualTo(sha256.get(name));
    }
    assertThat(tensor("sha256", WEIGHT).<String>getAs("raw_checksum")).matches("[0-9a-f]{64}");
    assertThat(tensor("both", SCALE).<String>getAs("raw_checksum"))
        .isEqualTo(tensor("good-1", SCALE).getAs("raw_checksum"));
    assertThat(scan.rank("good-1", 0).checksum())
        .isEqualTo(Optional.of(WeightDigest.ofRank(sglang)));
    assertThat(scan.rank("sha256", 0).checksum())
        .isEqualTo(Optional.of(WeightDigest.ofRank(sha256)));
    assertThat(scan.rank("both", 0).checksum()).isEqualTo(scan.rank("good-1", 0).checksum());
  }
}
