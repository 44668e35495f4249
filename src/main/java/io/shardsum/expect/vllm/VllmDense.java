package io.shardsum.expect.vllm;

import static io.shardsum.expect.model.GroupedAttention.HeadNorms;

import io.shardsum.expect.model.DeclaredTensors;
import io.shardsum.expect.model.DecoderSizes;
import io.shardsum.expect.model.GatedMlp;
import io.shardsum.expect.model.GroupedAttention;
import io.shardsum.expect.model.LinearBias;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelRules;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.Stage;

/**
 * The dense classes in vLLM: everything is shared by all tensor-parallel ranks. A tied head is the
 * embedding, which the last stage then has, too.
 */
final class VllmDense implements ModelRules {
  private final VllmEngine engine;
  private final VllmHead head;
  private final DecoderSizes sizes;
  private final GroupedAttention attention;
  private final GatedMlp mlp;

  private VllmDense(
      ModelConfig config,
      VllmEngine engine,
      VllmHead head,
      GroupedAttention attention,
      GatedMlp mlp) {
    this.engine = engine;
    this.head = head;
    this.sizes = DecoderSizes.of(config);
    this.attention = attention;
    this.mlp = mlp;
  }

  /** {@code LlamaForCausalLM} and {@code MistralForCausalLM}. */
  static VllmDense llama(ModelConfig config, VllmEngine engine, VllmHead head) {
    boolean hasBias = config.flag("attention_bias") || config.flag("bias");
    LinearBias inputBias =
        LinearBias.when(config.has("qkv_bias") ? config.flag("qkv_bias") : hasBias);
    return new VllmDense(
        config,
        engine,
        head,
        GroupedAttention.of(config, inputBias, LinearBias.when(hasBias), HeadNorms.NONE),
        GatedMlp.of(config, LinearBias.when(config.flag("mlp_bias"))));
  }

  /** {@code Qwen2ForCausalLM}, which divides the hidden size, whatever head_dim says. */
  static VllmDense qwen2(ModelConfig config, VllmEngine engine, VllmHead head) {
    return new VllmDense(
        config,
        engine,
        head,
        GroupedAttention.ofDividedHeads(
            config, LinearBias.PRESENT, LinearBias.NONE, HeadNorms.NONE),
        GatedMlp.of(config, LinearBias.NONE));
  }

  /** {@code Qwen3ForCausalLM}. */
  static VllmDense qwen3(ModelConfig config, VllmEngine engine, VllmHead head) {
    return new VllmDense(
        config, engine, head, VllmQwen3Moe.attention(config), GatedMlp.of(config, LinearBias.NONE));
  }

  @Override
  public void declare(int rank, Stage stage, DeclaredTensors tensors) {
    Share share = engine.topology().tensorShare(rank);
    boolean hasEmbedding = stage.isFirst() || (stage.isLast() && head.isEmbedding());
    if (hasEmbedding) {
      head.declareEmbedding(share, tensors);
    }
    for (String layer : stage.layerNames()) {
      attention.declare(layer, share, tensors);
      mlp.declare(layer + "mlp.", share, tensors);
      sizes.norms(layer, tensors);
    }
    if (stage.isLast()) {
      tensors.whole("model.norm.weight", sizes.hidden());
      if (hasEmbedding) {
        head.declareBesideEmbedding(share, tensors);
      } else {
        head.declareAlone(share, tensors);
      }
    }
  }
}
