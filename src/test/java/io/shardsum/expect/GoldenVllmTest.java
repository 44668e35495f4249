package io.shardsum.expect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.OpenCheckpoint;
import io.shardsum.expect.model.Topology;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.SkipProfile;
import io.shardsum.io.ShardOpener;
import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import io.shardsum.testing.GoldenSetup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenVllmTest {

  static Stream<GoldenSetup> setups() throws IOException {
    return GoldenSetup.all(EngineRelease.VLLM_0_32);
  }

  @ParameterizedTest
  @MethodSource("setups")
  void expectsWhatTheEngineAnswers(GoldenSetup setup) throws IOException {
    Map<String, String> answer = new TreeMap<>();
    JsonNode json =
        new ObjectMapper().readTree(setup.directory().resolve("weight_checker.json").toFile());
    json.get("checksums").properties().forEach(e -> answer.put(e.getKey(), text(e)));

    Expectation expectation = Expectation.of(setup.checkpoint(), setup.setup());
    Map<String, String> expected = new TreeMap<>();
    TreeSet<String> refused = new TreeSet<>();
    hashed(setup, expectation)
        .forEach(
            (rank, tensors) ->
                tensors.forEach((name, hex) -> expected.put(key(expectation, rank, name), hex)));
    for (ExpectedRank rank : expectation.ranks()) {
      rank.refused()
          .forEach(refusal -> refused.add(key(expectation, rank.rank(), refusal.tensor())));
    }
    assertThat(refused)
        .allMatch(name -> name.contains(".mlp.experts.routed_experts.w"))
        .isSubsetOf(answer.keySet());
    assertThat(refused.isEmpty()).isEqualTo(!setup.model().equals("qwen3-moe"));
    answer.keySet().removeAll(refused);
    assertThat(expected).isEqualTo(answer);
  }

  /** Under the export's own names of two tensors. */
  @ParameterizedTest
  @MethodSource("setups")
  void expectsWhatTheEngineExports(GoldenSetup setup) throws IOException {
    Expectation expectation = Expectation.of(setup.checkpoint(), setup.setup());
    Map<Integer, Map<String, String>> expected = hashed(setup, expectation);
    for (ExpectedRank rank : expectation.ranks()) {
      Map<String, String> exported =
          exported(setup.directory().resolve(file(expectation, rank.rank())));
      exported.keySet().removeIf(name -> isBuffer(name) || name.contains("routed_experts"));
      Map<String, String> renamed = new TreeMap<>();
      expected
          .get(rank.rank())
          .forEach((name, hex) -> renamed.put(exportName(exported, name), hex));
      assertThat(renamed).isEqualTo(exported);
    }
  }

  private static boolean isBuffer(String name) {
    return SkipProfile.byName("vllm-0.32").patterns().stream().anyMatch(name::contains);
  }

  @Test
  void startsNoGemmaInFloat16() {
    GoldenSetup setup = new GoldenSetup(EngineRelease.VLLM_0_32, "gemma3-text", "tp2-float16");
    assertThatThrownBy(() -> Expectation.of(setup.checkpoint(), setup.setup()))
        .isInstanceOf(ExpectException.class)
        .hasMessage(
            "dtype is float16; expected bfloat16, which vLLM takes for this class where config.json"
                + " has float16, or float32");
  }

  /** Of a tied pair an export keeps the head. */
  private static String exportName(Map<String, String> exported, String name) {
    if (name.endsWith("model.embed_tokens.weight") && !exported.containsKey(name)) {
      return name.replace("model.embed_tokens.weight", "lm_head.weight");
    }
    return name.replace(".mlp.gate.weight", ".mlp.experts.gate.weight");
  }

  private static String text(Map.Entry<String, JsonNode> entry) {
    return entry.getValue().textValue();
  }

  private static String key(Expectation expectation, int rank, String name) {
    Topology topology = expectation.topology();
    return "dp0:pp%s:pcp0:tp%s:%s".formatted(topology.stageOf(rank), topology.tpRankOf(rank), name);
  }

  private static String file(Expectation expectation, int rank) {
    Topology topology = expectation.topology();
    return topology.pp() == 1
        ? "model-rank-%s-part-0.safetensors".formatted(rank)
        : "model-pp-%s-tp-%s-part-0.safetensors"
            .formatted(topology.stageOf(rank), topology.tpRankOf(rank));
  }

  private static Map<Integer, Map<String, String>> hashed(
      GoldenSetup setup, Expectation expectation) throws IOException {
    Map<Integer, Map<String, String>> digests = new TreeMap<>();
    try (OpenCheckpoint bytes =
        new OpenCheckpoint(setup.checkpoint().files(), new ShardOpener(new Configuration(false)))) {
      HashedExpectation hashed = new ExpectationHasher(bytes, Digest.SHA256, 2).hash(expectation);
      hashed.ranks().forEach(rank -> digests.put(rank.rank(), rank.checksums()));
    }
    return digests;
  }

  private static Map<String, String> exported(Path file) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    try (ByteSource source = ByteSource.ofPath(file)) {
      SafetensorsHeader header = SafetensorsHeader.read(source);
      for (TensorEntry entry : header.tensors()) {
        ByteBuffer bytes = ByteBuffer.allocate((int) entry.lengthBytes());
        source.readFully(header.dataOffsetBytes() + entry.beginBytes(), bytes);
        MessageDigest sha256 = DigestUtils.getSha256Digest();
        sha256.update(bytes.flip());
        digests.put(entry.name(), Hex.encodeHexString(sha256.digest()));
      }
    }
    return digests;
  }
}
