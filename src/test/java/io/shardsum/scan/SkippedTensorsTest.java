package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.verdict.RankStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** One scan of engines that differ in what they leave out, and of parts that hold little. */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SkippedTensorsTest {

  private Landed scan;

  @BeforeAll
  void scan(SparkSession spark, @TempDir Path root) {
    SmallFleet fleet =
        SmallFleet.withDraft(root, 1, 2)
            .engine("newest")
            .engine("copy")
            .engine("none", List.of("profile: none"))
            .engine("skip", List.of("skip: [ k_scale, 'mlp.' ]"))
            .engineOn("shared", "newest", List.of())
            .engineOn("shared-none", "newest", List.of("profile: none"))
            .engine("empty-part")
            .engine("only-empty-parts")
            .engine("all-skipped", List.of("skip: [ model ]"));
    SmallFleet.write(fleet.shard("empty-part", 0, 1), Map.of());
    SmallFleet.write(fleet.shard("only-empty-parts", 0, 0), Map.of());
    SmallFleet.write(fleet.shard("only-empty-parts", 0, 1), Map.of());
    SmallFleet.write(fleet.shard("only-empty-parts", SmallFleet.DRAFT, 0, 0), Map.of());
    TensorSpec skipped =
        new TensorSpec("model.layers.0.rotary_emb.inv_freq", DType.F32, List.of(16L));
    Map<TensorSpec, byte[]> other = SmallFleet.tensors(SmallFleet.TARGET, 0, 0);
    other.put(skipped, SmallFleet.bytes(skipped, 99));
    SmallFleet.write(fleet.shard("copy", 0, 0), other);
    scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));
  }

  @Test
  void listsWhatIsSkippedWithItsPatternAndBytes() {
    assertThat(scan.rows(ScanTable.TENSORS, "engine = 'skip' AND status = 'SKIPPED'"))
        .extracting(
            row -> row.<String>getAs("key"),
            row -> row.<String>getAs("reason"),
            row -> row.<Long>getAs("bytes"),
            row -> row.<String>getAs("checksum"))
        .containsExactlyInAnyOrder(
            tuple("model.layers.0.mlp.down_proj.weight", "name contains mlp.", 3_072L, null),
            tuple("model.layers.0.mlp.flags", "name contains mlp.", 7L, null),
            tuple("model.layers.0.mlp.empty", "name contains mlp.", 0L, null),
            tuple("model.layers.0.self_attn.attn.k_scale", "name contains k_scale", 4L, null),
            tuple("model.layers.0.rotary_emb.inv_freq", "name contains inv_freq", 64L, null),
            tuple("model.layers.1.mlp.down_proj.weight", "name contains mlp.", 3_072L, null),
            tuple("model.layers.1.mlp.flags", "name contains mlp.", 7L, null),
            tuple("model.layers.1.mlp.empty", "name contains mlp.", 0L, null),
            tuple("model.layers.1.self_attn.attn.k_scale", "name contains k_scale", 4L, null),
            tuple("model.layers.1.rotary_emb.inv_freq", "name contains inv_freq", 64L, null),
            tuple("draft.model.layers.0.mlp.down_proj.weight", "name contains mlp.", 3_072L, null));
    assertThat(scan.rank("skip", 0).skipped()).isEqualTo(11);
    assertThat(scan.rank("skip", 0).tensors()).isEqualTo(6);
  }

  @Test
  void leavesOutWhatTheProfileSaysAndNothingElse() {
    assertThat(scan.rank("newest", 0).skipped()).isEqualTo(2);
    assertThat(scan.rank("newest", 0).tensors()).isEqualTo(15);
    assertThat(scan.rank("none", 0).skipped()).isZero();
    assertThat(scan.rank("none", 0).tensors()).isEqualTo(17);
    assertThat(scan.rank("none", 0).bytes()).isEqualTo(scan.rank("newest", 0).bytes() + 128);
    assertThat(scan.engine("none").checksum()).isNotEqualTo(scan.engine("newest").checksum());
  }

  @Test
  void doesNotSeeTheBytesOfWhatIsSkipped() {
    assertThat(scan.engine("copy").checksum())
        .isPresent()
        .isEqualTo(scan.engine("newest").checksum());
  }

  @Test
  void readsADirectoryForEachEngineThatIsOnIt() {
    assertThat(scan.engine("shared").checksum()).isEqualTo(scan.engine("newest").checksum());
    assertThat(scan.engine("shared-none").checksum()).isEqualTo(scan.engine("none").checksum());
    assertThat(scan.rows(ScanTable.TENSORS, "engine = 'shared'"))
        .hasSameSizeAs(scan.rows(ScanTable.TENSORS, "engine = 'newest'"));
  }

  @Test
  void putsTheDraftUnderItsRole() {
    assertThat(scan.rows(ScanTable.TENSORS, "engine = 'newest' AND role = 'draft'"))
        .extracting(row -> row.<String>getAs("tensor"), row -> row.<String>getAs("key"))
        .contains(
            tuple(
                "model.layers.0.mlp.down_proj.weight", "draft.model.layers.0.mlp.down_proj.weight"))
        .hasSize(3);
  }

  @Test
  void takesAnEmptyPartAsAPart() {
    assertThat(scan.rank("empty-part", 0).status()).isEqualTo(RankStatus.COMPLETE);
    assertThat(scan.rank("empty-part", 0).tensors()).isEqualTo(9);
    assertThat(scan.rows(ScanTable.TENSORS, "engine = 'empty-part' AND tensor IS NULL"))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.<String>getAs("status")).isEqualTo("SKIPPED");
              assertThat(row.<String>getAs("reason")).isEqualTo("the file holds no tensors");
            });
  }

  @Test
  void hashesARankWithoutTensorsAsTheDigestOfNothing() {
    String ofNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for (String engine : List.of("only-empty-parts", "all-skipped")) {
      RankResult rank = scan.rank(engine, 0);
      assertThat(rank.status()).as(engine).isEqualTo(RankStatus.COMPLETE);
      assertThat(rank.checksum()).as(engine).contains(ofNothing);
      assertThat(rank.tensors()).as(engine).isZero();
    }
  }

  @Test
  void hashesEmptyAndZeroDimensionalTensors() {
    assertThat(scan.rows(ScanTable.TENSORS, "engine = 'none' AND endswith(tensor, '.mlp.empty')"))
        .hasSize(2)
        .allSatisfy(
            row -> {
              assertThat(row.<String>getAs("checksum")).isEqualTo("0000000000000000");
              assertThat(row.<Long>getAs("bytes")).isZero();
              assertThat(row.<Long>getList(row.fieldIndex("shape"))).containsExactly(0L, 32L);
            });
    assertThat(scan.rows(ScanTable.TENSORS, "engine = 'none' AND endswith(tensor, 'k_scale')"))
        .hasSize(2)
        .allSatisfy(
            row -> {
              assertThat(row.<String>getAs("checksum")).matches("[0-9a-f]{16}");
              assertThat(row.<Long>getAs("bytes")).isEqualTo(4);
              assertThat(row.getList(row.fieldIndex("shape"))).isEmpty();
            });
  }
}
