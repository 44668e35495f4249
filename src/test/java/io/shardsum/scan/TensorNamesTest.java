package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.checksum.WeightDigest;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.Verdict;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class TensorNamesTest {

  private static final List<String> HOSTILE =
      List.of(
          "a/b",
          "../x",
          "../../../../etc/x",
          "/etc/x",
          ".",
          "quote'\"`\\",
          "new\nline\r\ttab",
          "\u001b[31mred\u0000nul",
          "\u202Eright to left",
          "scan_id=other/x",
          "%2e%2e/%00",
          "{a,b}[c]*?$",
          "\uD83D\uDE00\uFF5E",
          "'; DROP TABLE tensors; --",
          "n".repeat(10_000));

  @TempDir Path root;

  @Test
  void keepsHostileNamesExactlyAndInTheirDirectory(SparkSession spark) throws IOException {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 1, 2);
    HOSTILE.forEach(name -> fleet.engine(name));
    for (String engine : fleet.engines()) {
      TensorSpec[] specs =
          HOSTILE.stream()
              .map(name -> new TensorSpec(name, DType.U8, List.of(3L)))
              .toArray(TensorSpec[]::new);
      SmallFleet.write(fleet.shard(engine, 0, 1), SmallFleet.filled(0, specs));
    }

    Landed scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));

    assertThat(scan.summary().verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(scan.summary().files().engines())
        .extracting(EngineResult::engine)
        .containsExactlyElementsOf(HOSTILE);
    for (ScanTable table : List.of(ScanTable.TENSORS, ScanTable.RANKS, ScanTable.ENGINES)) {
      assertThat(scan.rows(table))
          .extracting(row -> row.<String>getAs("engine"))
          .as("engines of the table %s", table)
          .containsOnly(HOSTILE.toArray(String[]::new));
    }
    assertThat(scan.rows(ScanTable.TENSORS, "file LIKE '%part-1%'"))
        .extracting(row -> row.<String>getAs("tensor"))
        .hasSize(HOSTILE.size() * HOSTILE.size())
        .containsOnly(HOSTILE.toArray(String[]::new));
    try (Stream<Path> made = Files.list(root)) {
      assertThat(made.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("fleet", "tables");
    }
    try (Stream<Path> made = Files.walk(scan.out(), 3)) {
      assertThat(made.filter(path -> scan.out().relativize(path).getNameCount() == 3))
          .hasSize(ScanTable.values().length)
          .allSatisfy(path -> assertThat(path).hasFileName("scan_id=test"));
    }
  }

  @Test
  void mergesAsWeightDigestDoesWhateverTheNames(SparkSession spark) {
    int ranks = 12;
    SmallFleet fleet = SmallFleet.withDraft(root.resolve("fleet"), ranks, 1).engine("e");
    Random random = new Random(20_261_123);
    List<String> rankDigests = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      Map<String, String> checksums = new HashMap<>();
      for (String role : List.of(SmallFleet.TARGET, SmallFleet.DRAFT)) {
        Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
        for (int index = 0; index < 60; index++) {
          TensorSpec spec =
              new TensorSpec(randomName(random), DType.U8, List.of((long) random.nextInt(300)));
          tensors.put(spec, SmallFleet.bytes(spec, rank));
        }
        tensors.forEach(
            (spec, bytes) ->
                checksums.put(
                    role.equals(SmallFleet.TARGET) ? spec.name() : role + "." + spec.name(),
                    SglangChecksum.finish(
                        new SglangChecksum().sum(ByteBuffer.wrap(bytes), 0, bytes.length))));
        SmallFleet.write(fleet.shard("e", role, rank, 0), tensors);
      }
      rankDigests.add(WeightDigest.ofRank(checksums));
    }

    Landed scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));

    for (int rank = 0; rank < ranks; rank++) {
      assertThat(scan.rank("e", rank).checksum())
          .as("rank %d", rank)
          .contains(rankDigests.get(rank));
    }
    assertThat(scan.engine("e").checksum()).contains(WeightDigest.ofEngine(rankDigests));
  }

  @Test
  void mergesSha256AsWeightDigestDoes(SparkSession spark) {
    SmallFleet fleet =
        SmallFleet.of(root.resolve("fleet"), 1, 1)
            .engine("sha256", List.of("digest: sha256"))
            .engine("both", List.of("digest: both"));
    Map<TensorSpec, byte[]> tensors =
        SmallFleet.filled(
            0,
            new TensorSpec("\uFF5E", DType.F32, List.of()),
            new TensorSpec("\uD83D\uDE00", DType.U8, List.of(1_500_000L)),
            new TensorSpec("empty", DType.BF16, List.of(4L, 0L)));
    Map<String, String> sha256 = new HashMap<>();
    Map<String, String> sglang = new HashMap<>();
    tensors.forEach(
        (spec, bytes) -> {
          MessageDigest digest = DigestUtils.getSha256Digest();
          digest.update(bytes);
          sha256.put(spec.name(), Hex.encodeHexString(digest.digest()));
        });
    fleet.engines().forEach(engine -> SmallFleet.write(fleet.shard(engine, 0, 0), tensors));

    Landed scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));

    assertThat(scan.rank("sha256", 0).checksum()).contains(WeightDigest.ofRank(sha256));
    scan.rows(ScanTable.TENSORS, "engine = 'both'")
        .forEach(
            row -> {
              String name = row.getAs("tensor");
              assertThat(row.<String>getAs("sha256")).isEqualTo(sha256.get(name));
              sglang.put(name, row.getAs("checksum"));
            });
    assertThat(sglang).containsOnlyKeys(sha256.keySet());
    assertThat(sglang).containsEntry("empty", "0000000000000000");
    assertThat(scan.rank("both", 0).checksum()).contains(WeightDigest.ofRank(sglang));
    assertThat(scan.rows(ScanTable.TENSORS, "engine = 'sha256' AND checksum IS NOT NULL"))
        .isEmpty();
  }

  /** Of code points whose order as UTF-16 is another than as UTF-8, and some that end a line. */
  private static String randomName(Random random) {
    int[] alphabet = {
      'a', '.', '0', '"', '\n', 0, 0xE9, 0x4E2D, 0xD7FF, 0xE000, 0xFF5E, 0x1F600, 0x10FFFF
    };
    StringBuilder name = new StringBuilder();
    int length = 1 + random.nextInt(20);
    for (int index = 0; index < length; index++) {
      name.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
    }
    return name.append(random.nextInt()).toString();
  }
}
