package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.damage.Damage;
import io.shardsum.damage.DamagePattern;
import io.shardsum.damage.DamagedRange;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.tables.DamageColumns;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.testing.TensorBytes;
import io.shardsum.verdict.Finding;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One scan of a fleet in which tensors are damaged in every way: where they are, to the byte. */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocatedDamageTest {

  private static final int MIB = 1 << 20;
  private static final List<Long> SHAPE = List.of(9L, 128L, 1024L);
  private static final int LENGTH = 2 * 9 * 128 * 1024;
  private static final List<String> ENGINES = List.of("a", "b", "c", "d", "e");

  /** A tensor of its own in one engine, damaged somewhere behind its first MiB. */
  private enum Planted {
    ONE_BIT(bytes -> bytes[MIB + 5] ^= 4, null, MIB + 5, 1, 1),
    FEW_BITS(bytes -> bytes[MIB + 9] ^= 7, null, MIB + 9, 1, 1),
    ZEROED(bytes -> Arrays.fill(bytes, MIB + 40_000, MIB + 49_000, (byte) 0), null, 0, 0, 1),
    TRUNCATED_TAIL(bytes -> Arrays.fill(bytes, MIB + 77, LENGTH, (byte) 0), null, 0, 0, 1),
    CONSTANT(bytes -> Arrays.fill(bytes, MIB + 64, MIB + 4160, (byte) 1), 1L, 0, 0, 1),
    SHIFTED(
        bytes -> System.arraycopy(bytes, MIB + 6, bytes, MIB + 9, LENGTH - MIB - 9),
        3L,
        MIB + 9,
        0,
        1),
    STRIDED(
        bytes -> {
          for (int at = MIB + 33; at < MIB + 33 + 64 * 100; at += 64) {
            bytes[at] ^= 0x40;
          }
        },
        64L,
        MIB + 33,
        1,
        100),
    RANDOM(
        bytes -> {
          byte[] other = new byte[MIB];
          new Random(1).nextBytes(other);
          System.arraycopy(other, 0, bytes, MIB - 100, MIB);
        },
        null,
        0,
        0,
        1);

    @SuppressWarnings("ImmutableEnumChecker") // no lambda here holds anything
    private final Consumer<byte[]> damage;

    private final Long patternBytes;
    private final long offset;
    private final long length;
    private final long ranges;

    /** Where offset or length are 0, they are those of the bytes that differ at all. */
    Planted(Consumer<byte[]> damage, Long patternBytes, long offset, long length, long ranges) {
      this.damage = damage;
      this.patternBytes = patternBytes;
      this.offset = offset;
      this.length = length;
      this.ranges = ranges;
    }

    /**
     * Also the first one, which is no better than the others; few in each, so that each is said.
     */
    String engine() {
      return switch (this) {
        case ONE_BIT, ZEROED, SHIFTED -> "a";
        case CONSTANT, RANDOM -> "b";
        default -> "d";
      };
    }

    String tensor() {
      return "model." + name() + ".weight";
    }
  }

  private SmallFleet fleet;
  private Landed scan;

  @BeforeAll
  void scan(SparkSession spark, @TempDir Path root) {
    fleet = SmallFleet.of(root.resolve("fleet"), 1, 1);
    TensorSpec[] specs =
        Arrays.stream(Planted.values())
            .map(planted -> new TensorSpec(planted.tensor(), DType.BF16, SHAPE))
            .toArray(TensorSpec[]::new);
    for (String engine : ENGINES) {
      fleet.engine(engine);
      SmallFleet.write(fleet.shard(engine, 0, 0), SmallFleet.filled(0, specs));
    }
    for (Planted planted : Planted.values()) {
      TensorBytes.of(fleet.shard(planted.engine(), 0, 0), planted.tensor()).change(planted.damage);
    }
    scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));
  }

  private Finding finding(Planted planted) {
    return scan.summary().findings().stream()
        .filter(f -> f.tensor().orElseThrow().tensor().equals(planted.tensor()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void findsExactlyWhatWasPlanted() {
    assertThat(scan.summary().findings())
        .extracting(f -> f.kind() + " " + f.engine().get() + " " + f.tensor().get().tensor())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Planted.values())
                .map(p -> "DAMAGED " + p.engine() + " " + p.tensor())
                .toList());
  }

  @ParameterizedTest
  @EnumSource
  void saysWhereItIsAndWhatItLooksLike(Planted planted) {
    TensorBytes at = TensorBytes.of(fleet.shard(planted.engine(), 0, 0), planted.tensor());
    TensorSpec spec = new TensorSpec(planted.tensor(), DType.BF16, SHAPE);
    byte[] good = SmallFleet.bytes(spec, 0);
    byte[] bad = good.clone();
    planted.damage.accept(bad);
    int first = Arrays.mismatch(bad, good);
    int last = LENGTH - 1;
    while (bad[last] == good[last]) {
      last--;
    }

    Finding finding = finding(planted);

    Damage damage = finding.damage().orElseThrow();
    assertThat(damage.pattern()).isEqualTo(DamagePattern.valueOf(planted.name()));
    assertThat(damage.patternBytes()).isEqualTo(Optional.ofNullable(planted.patternBytes));
    assertThat(damage.rangeCount()).isEqualTo(planted.ranges);
    assertThat(damage.ranges()).hasSize((int) Math.min(16, planted.ranges));
    assertThat(damage.first())
        .isEqualTo(
            new DamagedRange(
                planted.offset == 0 ? first : planted.offset,
                planted.length == 0 ? last + 1 - first : planted.length,
                at.fileOffsetBytes() + first));
    assertThat(damage.elementIndex()).isEqualTo(first / 2);
    assertThat(damage.element())
        .containsExactly(first / 2L / (128 * 1024), first / 2L / 1024 % 128, first / 2L % 1024);
    assertThat(finding.location())
        .contains("file:" + at.file() + ": byte " + (at.fileOffsetBytes() + first));
    assertThat(finding.detail())
        .containsPattern(
            "^[123] of its 3 MiB differs? from the majority \\(4 of 5 copies agree\\); ")
        .contains("; " + damage.patternText())
        .endsWith(", element " + damage.element());
  }

  @Test
  void readsOnlyTheChunksThatDiffer() {
    assertThat(finding(Planted.ONE_BIT).damage().orElseThrow().comparedBytes()).isEqualTo(MIB);
    assertThat(finding(Planted.RANDOM).damage().orElseThrow().comparedBytes()).isEqualTo(2 * MIB);
    assertThat(finding(Planted.TRUNCATED_TAIL).damage().orElseThrow().comparedBytes())
        .isEqualTo(LENGTH - MIB);
  }

  @Test
  void landsTheSame() {
    Map<String, Row> rows =
        scan.rows(ScanTable.FINDINGS).stream()
            .collect(Collectors.toMap(row -> row.getAs("tensor"), Function.identity()));
    for (Planted planted : Planted.values()) {
      assertThat(DamageColumns.damage(rows.get(planted.tensor())))
          .isEqualTo(finding(planted).damage());
    }
    assertThat(
            scan.spark()
                .read()
                .parquet(scan.out().resolve("findings").toString())
                .where("pattern = 'STRIDED'")
                .selectExpr("pattern_bytes", "range_count", "ranges[1].offset_bytes", "element[2]")
                .collectAsList())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.getLong(0)).isEqualTo(64);
              assertThat(row.getLong(1)).isEqualTo(100);
              assertThat(row.getLong(2)).isEqualTo(MIB + 33 + 64);
              assertThat(row.getLong(3)).isEqualTo((MIB + 33) / 2 % 1024);
            });
  }
}
