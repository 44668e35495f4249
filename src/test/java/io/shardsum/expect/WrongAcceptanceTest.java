package io.shardsum.expect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.OpenCheckpoint;
import io.shardsum.expect.recipe.CheckpointBytes;
import io.shardsum.expect.recipe.SourceRows;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.fleet.Digest;
import io.shardsum.io.ShardOpener;
import io.shardsum.testing.GoldenSetup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A golden checkpoint in which one thing is another is never what the engine holds. */
class WrongAcceptanceTest {
  /** What loaders read, in these models. */
  private static final Set<String> READ =
      Set.of(
          "architectures",
          "dtype",
          "hidden_size",
          "vocab_size",
          "intermediate_size",
          "num_hidden_layers",
          "num_attention_heads",
          "num_key_value_heads",
          "head_dim",
          "tie_word_embeddings",
          "num_experts",
          "num_local_experts",
          "n_routed_experts",
          "n_shared_experts",
          "moe_intermediate_size",
          "shared_expert_intermediate_size",
          "first_k_dense_replace",
          "topk_method",
          "q_lora_rank",
          "kv_lora_rank",
          "qk_nope_head_dim",
          "qk_rope_head_dim",
          "v_head_dim",
          "index_n_heads",
          "index_head_dim",
          "indexer_rope_interleave",
          "use_qk_norm",
          "use_routing_bias",
          "full_attention_interval",
          "linear_num_key_heads",
          "linear_key_head_dim",
          "linear_num_value_heads",
          "linear_value_head_dim",
          "linear_conv_kernel_dim",
          "mrope_section",
          "depth",
          "num_heads",
          "in_channels",
          "temporal_patch_size",
          "patch_size",
          "num_position_embeddings",
          "spatial_merge_size",
          "out_hidden_size",
          "image_size",
          "num_channels",
          "quant_method",
          "weight_block_size");

  /** Values of these that give the same tensors, as the loaders have it. */
  private static final List<String> SAME =
      List.of(
          "(deepseek-v[23]|glm-moe-dsa|kimi).*[ .](head_dim|num_key_value_heads)", // latent
          // attention has
          // its own
          "deepseek-v2 topk_method", // only noaux_tc comes with a bias
          "(qwen3-moe|qwen3-vl-moe|deepseek-v32-fp8|glm-moe-dsa-).*[ .]intermediate_size", // no
          // dense
          // layer
          "(qwen3-moe.*|glm4-moe.*|gpt-oss|minimax-m2.*) tie_word_embeddings", // never tied
          ".* text_config.tie_word_embeddings", // the wrapper's own counts
          "(mistral3|gemma3|kimi.*|llama4|minimax-m3) tie_word_embeddings", // the text's counts
          "deepseek-v4 qk_rope_head_dim", // a part of head_dim
          "kimi.* text_config.architectures", // only 256 experts are fused
          "(llama4|minimax-m3) text_config.use_qk_norm", // without weights, or always there
          "llama4 vision_config.*", // no tower is loaded
          "minimax-m3 text_config.index_.*", // sparse_attention_config has them
          "minimax-m3 vision_config.(spatial_merge_size|temporal_patch_size|image_size)", // likewise
          "qwen3_5.* .*mrope_section", // is rescaled to what it was
          "(mistral3|gemma3) vision_config.image_size"); // 33 has as many patches as 32

  /** Likewise in vLLM alone. */
  private static final List<String> SAME_IN_VLLM =
      List.of(
          "(qwen3|ministral3|qwen2_5-vl) tie_word_embeddings", // a head in the checkpoint counts
          "mistral3 vision_config.head_dim", // is a part of hidden_size
          ".*mrope_section", // no tensor has it
          "qwen3_5.* .*full_attention_interval"); // layer_types counts

  /** Of each model the setup of the most ranks; vLLM's of Qwen3-MoE has no known experts. */
  static Stream<GoldenSetup> setups() throws IOException {
    Map<String, GoldenSetup> ofModels = new LinkedHashMap<>();
    Stream.concat(
            GoldenSetup.all(EngineRelease.SGLANG_0_5_23),
            GoldenSetup.all(EngineRelease.VLLM_0_32)
                .filter(setup -> !setup.model().equals("qwen3-moe")))
        .forEach(
            setup ->
                ofModels.merge(
                    setup.release() + setup.model(),
                    setup,
                    (a, b) ->
                        b.setup().topology().worldSize() > a.setup().topology().worldSize()
                            ? b
                            : a));
    return ofModels.values().stream();
  }

  @ParameterizedTest
  @MethodSource("setups")
  void findsAnotherByteAndAnotherExpert(GoldenSetup setup) throws IOException {
    Checkpoint checkpoint = setup.checkpoint();
    Expectation expectation = Expectation.of(checkpoint, setup.setup());
    List<SourceTensor> used = used(expectation);
    SourceTensor tensor = used.get(new Random(setup.toString().hashCode()).nextInt(used.size()));
    try (OpenCheckpoint bytes =
        new OpenCheckpoint(checkpoint.files(), new ShardOpener(new Configuration(false)))) {
      List<HashedRank> right = hashed(expectation, bytes);
      CheckpointBytes flipped =
          (source, offset, target) -> {
            int begin = target.position();
            bytes.read(source, offset, target);
            if (source.name().equals(tensor.name()) && offset == 0) {
              int at = begin + source.dtype().bits() / Byte.SIZE - 1; // not lost in rounding
              target.put(at, (byte) (target.get(at) ^ 1));
            }
          };
      assertThat(hashed(expectation, flipped))
          .as("a byte of %s", tensor.name())
          .isNotEqualTo(right);

      Map<String, SourceTensor> swapped = new TreeMap<>(checkpoint.tensors());
      swapped.replaceAll(
          (name, same) -> swapped.getOrDefault(name.replace(".experts.0.", ".experts.1."), same));
      if (!swapped.equals(checkpoint.tensors())) {
        Expectation other =
            Expectation.of(with(checkpoint, checkpoint.config(), swapped), setup.setup());
        assertThat(hashed(other, bytes)).as("another expert").isNotEqualTo(right);
      }
    }
  }

  private static List<HashedRank> hashed(Expectation expectation, CheckpointBytes bytes)
      throws IOException {
    return new ExpectationHasher(bytes, Digest.SGLANG, 2).hash(expectation).ranks();
  }

  @ParameterizedTest
  @MethodSource("setups")
  void refusesWhatIsMissing(GoldenSetup setup) throws IOException {
    Checkpoint checkpoint = setup.checkpoint();
    Expectation right = Expectation.of(checkpoint, setup.setup());
    for (SourceTensor tensor : oneOfTheExperts(used(right), setup)) {
      Map<String, SourceTensor> fewer = new TreeMap<>(checkpoint.tensors());
      fewer.remove(tensor.name());
      Checkpoint other = with(checkpoint, checkpoint.config(), fewer);
      assertThat(Expectation.of(other, setup.setup()))
          .as("without " + tensor.name())
          .isNotEqualTo(right);
    }
  }

  /** All tensors but those of experts; of these, for each layer and each matrix, one by chance. */
  private static Collection<SourceTensor> oneOfTheExperts(
      List<SourceTensor> tensors, GoldenSetup setup) {
    List<SourceTensor> shuffled = new ArrayList<>(tensors);
    Collections.shuffle(shuffled, new Random(setup.toString().hashCode()));
    Map<String, SourceTensor> chosen = new TreeMap<>();
    shuffled.forEach(
        tensor ->
            chosen.put(tensor.name().replaceFirst("\\.experts\\.[0-9]+", ".experts"), tensor));
    return chosen.values();
  }

  @ParameterizedTest
  @MethodSource("setups")
  void findsAnotherConfiguration(GoldenSetup setup) throws IOException {
    Checkpoint checkpoint = setup.checkpoint();
    Expectation right = Expectation.of(checkpoint, setup.setup());
    ObjectMapper json = new ObjectMapper();
    ObjectNode config =
        (ObjectNode) json.readTree(setup.checkpointDirectory().resolve("config.json").toFile());
    List<String> accepted = new ArrayList<>();
    for (String path : paths("", config)) {
      ObjectNode changed = config.deepCopy();
      change(changed, path);
      ModelConfig other = ModelConfig.parse(json.writeValueAsBytes(changed));
      try {
        if (Expectation.of(with(checkpoint, other, checkpoint.tensors()), setup.setup())
            .equals(right)) {
          accepted.add(setup.model() + " " + path);
        }
      } catch (ExpectException e) {
        // the engine does not start so
      }
    }
    accepted.removeIf(path -> SAME.stream().anyMatch(path::matches));
    if (setup.release() == EngineRelease.VLLM_0_32) {
      accepted.removeIf(path -> SAME_IN_VLLM.stream().anyMatch(path::matches));
    }
    assertThat(accepted).isEmpty();
  }

  private static List<String> paths(String prefix, JsonNode object) {
    List<String> paths = new ArrayList<>();
    object
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().isObject()) {
                paths.addAll(paths(prefix + entry.getKey() + ".", entry.getValue()));
              } else if (READ.contains(entry.getKey()) && !entry.getValue().isNull()) {
                paths.add(prefix + entry.getKey());
              }
            });
    return paths;
  }

  private static void change(ObjectNode config, String path) {
    String[] keys = path.split("\\.", -1);
    ObjectNode at = config;
    for (int index = 0; index < keys.length - 1; index++) {
      at = (ObjectNode) at.get(keys[index]);
    }
    String key = keys[keys.length - 1];
    JsonNode value = at.get(key);
    if (value.isBoolean()) {
      at.put(key, !value.booleanValue());
    } else if (value.isNumber()) {
      at.put(key, value.intValue() + 1);
    } else if (value.isArray()) {
      at.putArray(key).add(1).add(2).add(value.get(0).isNumber() ? value.get(0).intValue() : 0);
    } else {
      at.put(key, key.equals("dtype") ? "float16" : "other");
    }
  }

  private static List<SourceTensor> used(Expectation expectation) {
    Map<String, SourceTensor> used = new TreeMap<>();
    expectation.ranks().stream()
        .flatMap(rank -> rank.tensors().stream())
        .map(ExpectedTensor::recipe)
        .flatMap(recipe -> recipe.sources(0, recipe.elements()).stream())
        .map(SourceRows::source)
        .forEach(source -> used.put(source.name(), source));
    return new ArrayList<>(used.values());
  }

  private static Checkpoint with(
      Checkpoint checkpoint, ModelConfig config, Map<String, SourceTensor> tensors) {
    return new Checkpoint(
        checkpoint.directory(), config, checkpoint.files(), tensors, List.of(), false, false);
  }
}
