package io.shardsum.expect;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.OpenCheckpoint;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.model.Topology;
import io.shardsum.fleet.Digest;
import io.shardsum.io.ShardOpener;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsWriter;
import io.shardsum.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that ties its head to the embedding, in a checkpoint that has both, on two stages. */
class TiedHeadTest {
  private static final int ROWS = 130;
  private static final int COLUMNS = 64;
  private static final int EMBEDDING_BYTES = ROWS * COLUMNS * Short.BYTES;

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"Qwen2ForCausalLM", "Qwen3ForCausalLM"})
  void isKnownWhereBothAreEqual(String architecture) throws IOException {
    byte[] embedding = embedding();
    HashedExpectation hashed = hashed(architecture, embedding, embedding.clone());

    String first = hashed.ranks().get(0).checksums().get("model.embed_tokens.weight");
    assertThat(hashed.ranks().get(2).checksums()).containsEntry("lm_head.weight", first);
    assertThat(hashed.ranks().get(3).checksums()).containsKey("lm_head.weight");
  }

  /** In the last row, which is the second rank's; the other holds the same rows of both. */
  @ParameterizedTest
  @ValueSource(strings = {"Qwen2ForCausalLM", "Qwen3ForCausalLM"})
  void isRefusedWhereTheyDiffer(String architecture) throws IOException {
    byte[] head = embedding();
    head[EMBEDDING_BYTES - 1] ^= 1;
    HashedExpectation hashed = hashed(architecture, embedding(), head);

    assertThat(hashed.ranks().get(2).checksums()).containsKey("lm_head.weight");
    assertThat(hashed.ranks().get(3).checksums()).doesNotContainKey("lm_head.weight");
    assertThat(hashed.ranks().get(3).refused())
        .contains(
            new Refusal(
                "lm_head.weight",
                "config.json has tie_word_embeddings and the checkpoint a lm_head.weight with other"
                    + " bytes than the embedding: the engine keeps the one that it loads last"));
  }

  private static byte[] embedding() {
    byte[] bytes = new byte[EMBEDDING_BYTES];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private HashedExpectation hashed(String architecture, byte[] embedding, byte[] head)
      throws IOException {
    Files.writeString(
        temp.resolve("config.json"),
        """
        {"architectures": ["%s"], "dtype": "bfloat16", "hidden_size": 64, "num_hidden_layers": 2,
         "vocab_size": 130, "num_attention_heads": 4, "num_key_value_heads": 4, "head_dim": 16,
         "intermediate_size": 64, "tie_word_embeddings": true}
        """
            .formatted(architecture));
    List<Long> shape = List.of((long) ROWS, (long) COLUMNS);
    SafetensorsWriter.write(
        temp.resolve("model.safetensors"),
        Map.of(
            new TensorSpec("model.embed_tokens.weight", DType.BF16, shape), embedding,
            new TensorSpec("lm_head.weight", DType.BF16, shape), head),
        Map.of());
    EngineSetup setup =
        new EngineSetup(
            EngineRelease.SGLANG_0_5_23,
            new Topology(2, 2, 1, 1),
            Gpu.SM90,
            Optional.empty(),
            Map.of());
    Checkpoint checkpoint =
        Checkpoint.open(
            temp.toString(),
            setup,
            new Configuration(false),
            new ShardOpener(new Configuration(false)));
    try (OpenCheckpoint bytes =
        new OpenCheckpoint(checkpoint.files(), new ShardOpener(new Configuration(false)))) {
      return new ExpectationHasher(bytes, Digest.SGLANG, 1).hash(Expectation.of(checkpoint, setup));
    }
  }
}
