package io.shardsum.expect.vllm;

import io.shardsum.expect.model.CheckpointTensors;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ModelClass;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.text.ForeignText;
import java.util.Arrays;
import java.util.List;

/**
 * Which tensors of a checkpoint vLLM loads into nothing. It does not start with any other that is
 * no parameter of the model.
 */
final class VllmNames {
  private static final List<String> ROTARY =
      List.of(
          "rotary_pos_emb.inv_freq",
          "rotary_emb.inv_freq",
          "rotary_emb.cos_cached",
          "rotary_emb.sin_cached");

  /** Fused already, of experts or of a quantization: told tensor by tensor. */
  private static final List<String> OTHERWISE_LOADED =
      List.of(".mlp.experts.", ".qkv_proj.", ".gate_up_proj.", ".fused_qkv_a_proj.");

  private static final List<String> MISTRAL =
      List.of("attention", "wq", "wk", "wv", "wo", "feed_forward", "w1", "w2", "w3");

  private final ModelClass model;
  private final ModelConfig config;

  VllmNames(ModelClass model, ModelConfig config) {
    this.model = model;
    this.config = config;
  }

  /**
   * Checks that all tensors were asked for, or are ignored.
   *
   * @throws ExpectException naming the first that is neither
   */
  void require(CheckpointTensors tensors) {
    for (SourceTensor tensor : tensors.notAskedFor()) {
      if (!isIgnored(tensor.name())) {
        throw new ExpectException(
            "%s in %s: vLLM does not start, since %s has no such parameter"
                .formatted(
                    ForeignText.shown(tensor.name()),
                    ForeignText.shown(tensor.fileName()),
                    config.texts("architectures").get(0)));
      }
    }
  }

  private boolean isIgnored(String name) {
    return name.endsWith(".bias")
        || name.endsWith("scale")
        || ROTARY.stream().anyMatch(name::contains)
        || OTHERWISE_LOADED.stream().anyMatch(name::contains)
        || isIgnoredByClass(name);
  }

  private boolean isIgnoredByClass(String name) {
    return switch (model) {
      case LLAMA, QWEN2, QWEN3 -> false;
      case MISTRAL ->
          !name.startsWith("model.")
              || Arrays.stream(name.split("\\.", -1)).anyMatch(MISTRAL::contains);
      case QWEN3_MOE -> name.startsWith("model.") && name.endsWith("_bias");
      case DEEPSEEK_V3 -> name.contains(".indexer.") || isOfDraft(name);
    };
  }

  /** Of layers behind the last, which make a draft: one, unless config.json says otherwise. */
  private boolean isOfDraft(String name) {
    long drafts = config.optionalCount("num_nextn_predict_layers").orElse(1);
    long begin = config.size("num_hidden_layers");
    String[] words = name.split("\\.", -1);
    int at = words[0].equals("model") ? 1 : 0;
    if (words.length <= at + 1
        || !words[at].equals("layers")
        || !words[at + 1].matches("[0-9]{1,9}")) {
      return false;
    }
    long layer = Long.parseLong(words[at + 1]);
    return layer >= begin && layer < begin + drafts;
  }
}
