package io.shardsum.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dequantized weights of exported engines have the checksums that the engines reported. */
class Fp8GoldenTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final String SCALE = "_scale_inv";

  private record Held(TensorEntry entry, ByteBuffer bytes) {}

  private record Digests(String sglang, String sha256) {}

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void equalsTheAnswerOfAnEngineWithRaggedBlocksOfThreeDimensions(int rank) throws Exception {
    Path engine = GOLDEN.resolve("engines/tp2-fp8");
    JsonNode checksums =
        new ObjectMapper()
            .readTree(engine.resolve("weights_checker.json").toFile())
            .at("/ranks/" + rank + "/checksums");

    Map<String, Digests> pairs = pairs(engine, rank);

    assertThat(pairs).hasSize(2);
    pairs.forEach(
        (name, digests) ->
            assertThat(digests.sglang()).as(name).isEqualTo(checksums.get(name).textValue()));
  }

  @Test
  void equalsBothDigestsOfEachWeightOfAnExportedModel() throws Exception {
    Path engine = GOLDEN.resolve("sglang/qwen3-fp8/tp2");
    Map<String, Digests> expected = new HashMap<>();
    for (String line : Files.readAllLines(engine.resolve("tensors.csv"))) {
      String[] fields = line.split(",", -1);
      expected.put(fields[0] + " " + fields[1], new Digests(fields[5], fields[6]));
    }

    for (int rank = 0; rank < 2; rank++) {
      Map<String, Digests> pairs = pairs(engine, rank);
      assertThat(pairs).hasSize(8);
      for (Map.Entry<String, Digests> pair : pairs.entrySet()) {
        assertThat(pair.getValue())
            .as(pair.getKey())
            .isEqualTo(expected.get(rank + " " + pair.getKey()));
      }
    }
  }

  private static Map<String, Digests> pairs(Path engine, int rank) throws Exception {
    Map<String, Held> tensors = new HashMap<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(engine, "model-rank-" + rank + "-part-*.safetensors")) {
      for (Path file : files) {
        read(file, tensors);
      }
    }
    Map<String, Digests> digests = new HashMap<>();
    for (Map.Entry<String, Held> weight : tensors.entrySet()) {
      Held scale = tensors.get(weight.getKey() + SCALE);
      if (scale != null) {
        digests.put(weight.getKey(), digests(weight.getValue(), scale));
      }
    }
    return digests;
  }

  private static void read(Path file, Map<String, Held> tensors) throws IOException {
    try (ByteSource source = ByteSource.ofPath(file)) {
      SafetensorsHeader header = SafetensorsHeader.read(source);
      for (TensorEntry entry : header.tensors()) {
        ByteBuffer bytes = ByteBuffer.allocate((int) entry.lengthBytes());
        source.readFully(header.dataOffsetBytes() + entry.beginBytes(), bytes);
        tensors.put(entry.name(), new Held(entry, bytes.flip()));
      }
    }
  }

  private static Digests digests(Held weight, Held scale) throws Exception {
    BlockFp8 pair =
        BlockFp8.of(weight.entry().shape(), scale.entry().dtype(), scale.entry().shape());
    ByteBuffer bf16 = ByteBuffer.allocate(2 * weight.bytes().remaining());
    new Fp8Dequantizer(
            pair, (at, target) -> target.put(scale.bytes().slice((int) at, target.remaining())))
        .dequantize(weight.bytes().duplicate(), 0, bf16);
    bf16.flip();
    MessageDigest sha256 = DigestUtils.getSha256Digest();
    sha256.update(bf16.duplicate());
    return new Digests(
        SglangChecksum.finish(new SglangChecksum().sum(bf16, 0, bf16.remaining())),
        Hex.encodeHexString(sha256.digest()));
  }
}
