package io.shardsum.scan.reread;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.damage.Damage;
import io.shardsum.damage.DamagePattern;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.scan.FleetScan;
import io.shardsum.scan.plan.Baseline;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.ScanId;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.testing.TensorBytes;
import io.shardsum.verdict.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is read again, and what is not. */
@ExtendWith(LocalSpark.class)
class SecondReadingTest {

  private static final int MIB = 1 << 20;

  @TempDir private Path root;
  private SparkSession spark;

  @BeforeEach
  void session(SparkSession session) {
    spark = session.newSession();
  }

  private SmallFleet fleet(String settings, TensorSpec... specs) {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 1, 1);
    for (String engine : List.of("a", "b", "c")) {
      fleet.engine(engine, settings.isEmpty() ? List.of() : List.of(settings));
      SmallFleet.write(fleet.shard(engine, 0, 0), SmallFleet.filled(0, specs));
    }
    return fleet;
  }

  private static TensorSpec bytes(String name, long length) {
    return new TensorSpec(name, DType.U8, List.of(length));
  }

  private static void invert(SmallFleet fleet, String engine, String tensor, int... positions) {
    TensorBytes.of(fleet.shard(engine, 0, 0), tensor)
        .change(all -> IntStream.of(positions).forEach(at -> all[at] ^= -1));
  }

  private List<Finding> scan(SmallFleet fleet) {
    return Landed.of(spark, fleet.inventory(), root.resolve("tables")).summary().findings();
  }

  @Test
  void readsNothingAgainBeyondItsLimitTheSmallestFirst() {
    SmallFleet fleet = fleet("", bytes("large", 2 * MIB), bytes("small", 100));
    invert(fleet, "b", "large", 5, MIB + 5);
    invert(fleet, "b", "small", 7);
    spark.conf().set("spark.shardsum.reread.bytes", "2m");

    assertThat(scan(fleet))
        .extracting(Finding::detail)
        .containsExactly(
            "2 of its 2 MiB differ from the majority (2 of 3 copies agree); not read"
                + " again: a scan reads at most 2097152 bytes a second time"
                + " (spark.shardsum.reread.bytes)",
            "its bytes differ from the majority (2 of 3 copies agree); a few bits"
                + " flipped: 1 byte (8 bits) from byte 7 of the tensor ("
                + (TensorBytes.of(fleet.shard("b", 0, 0), "small").fileOffsetBytes() + 7)
                + " of the file) on, element [7]");
  }

  @Test
  void comparesTheFirstMebibytesOfATensorOfWhichManyDiffer() {
    SmallFleet fleet = fleet("", bytes("t", 34 * MIB));
    invert(fleet, "b", "t", IntStream.range(0, 34).map(chunk -> chunk * MIB + chunk).toArray());

    Finding finding = scan(fleet).get(0);

    Damage damage = finding.damage().orElseThrow();
    assertThat(damage.comparedBytes()).isEqualTo(32L * MIB);
    assertThat(damage.differingBytes()).isEqualTo(32);
    assertThat(damage.pattern()).isEqualTo(DamagePattern.STRIDED);
    assertThat(damage.patternBytes()).contains(MIB + 1L);
    assertThat(finding.detail())
        .startsWith("34 of its 34 MiB differ from")
        .endsWith("element [0]; the first 32 of these MiB were compared");
  }

  @Test
  void readsATensorWholeThatIsKnownByItsSha256Alone() {
    SmallFleet fleet = fleet("digest: sha256", bytes("t", 10 * MIB + 3), bytes("empty", 0));
    invert(fleet, "b", "t", 3 * MIB + 9, 10 * MIB + 2);

    Damage damage = scan(fleet).get(0).damage().orElseThrow();

    assertThat(damage.comparedBytes()).isEqualTo(10 * MIB + 3);
    assertThat(damage.ranges())
        .extracting(range -> range.offsetBytes())
        .containsExactly(3L * MIB + 9, 10L * MIB + 2);
  }

  @Test
  void sumsUpWhatItFoundInManyTensorsOfARank() {
    TensorSpec[] specs =
        IntStream.range(0, 20).mapToObj(i -> bytes("t" + i, 1000)).toArray(TensorSpec[]::new);
    SmallFleet fleet = fleet("", specs);
    for (int tensor = 0; tensor < 20; tensor++) {
      int[] positions = tensor < 18 ? new int[] {1} : new int[] {1, 20, 50, 71, 333};
      invert(fleet, "c", "t" + tensor, positions);
    }

    assertThat(scan(fleet))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.damage()).isEmpty();
              assertThat(finding.detail())
                  .startsWith(
                      "20 tensors differ from the majority (2 of 3 copies agree): t0, t1, t2, t3,")
                  .contains("; a few bits flipped in 18, no pattern in 2; file file:");
              assertThat(finding.tensors())
                  .hasSize(20)
                  .startsWith("t0", "t1", "t2")
                  .endsWith("t19");
            });
  }

  @Test
  void comparesThePartiesWhereNothingIsDecided() {
    SmallFleet fleet = fleet("", bytes("t", 1000), bytes("u", 1000), bytes("v", 1000));
    invert(fleet, "a", "t", 100);
    TensorBytes.of(fleet.shard("b", 0, 0), "t").change(all -> all[100] ^= 2);

    assertThat(scan(fleet))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo("UNDECIDED");
              assertThat(finding.damage().orElseThrow().first().offsetBytes()).isEqualTo(100);
              assertThat(finding.location()).contains("acme/small@1 tp1 pp1 dp1 sglang-0.5.20");
              assertThat(finding.detail()).contains("; b against a: a few bits flipped: ");
            });
  }

  @Test
  void saysWhereNoCopyOfTheScanIsRight() {
    SmallFleet fleet = fleet("", bytes("t", 1000), bytes("u", 10));
    Path out = root.resolve("tables");
    Landed.of(spark, fleet.inventory(), out, "right", Landed.STARTED_AT);
    fleet.engines().forEach(engine -> invert(fleet, engine, "t", 9));
    for (String engine : List.of("b", "c")) {
      TensorBytes.of(fleet.shard(engine, 0, 0), "u").change(all -> all[1] ^= 1);
    }
    ScanRequest request =
        new ScanRequest(fleet.inventory(), out.toString(), new ScanId("now"), Landed.STARTED_AT)
            .comparedWith(Optional.of(Baseline.parse("right")));

    List<Finding> findings = new FleetScan(spark, request, ScanProgress.NONE).run().findings();

    assertThat(findings)
        .filteredOn(f -> f.tensor().filter(t -> t.tensor().equals("t")).isPresent())
        .hasSize(3)
        .allSatisfy(
            f ->
                assertThat(f.detail())
                    .endsWith(
                        "; read again with the same result; no copy in this scan holds the expected bytes"));
    assertThat(findings)
        .filteredOn(f -> f.tensor().filter(t -> t.tensor().equals("u")).isPresent())
        .hasSize(2)
        .allSatisfy(
            f -> assertThat(f.detail()).contains("; one bit flipped: byte 1 of the tensor"));
  }
}
