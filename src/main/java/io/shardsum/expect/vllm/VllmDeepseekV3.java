package io.shardsum.expect.vllm;

import io.shardsum.expect.model.DeclaredTensors;
import io.shardsum.expect.model.DecoderSizes;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.GatedMlp;
import io.shardsum.expect.model.LinearBias;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelRules;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.Stage;
import io.shardsum.safetensors.DType;

/**
 * {@code DeepseekV3ForCausalLM} in vLLM: attention, shared experts and embedding are shared by all
 * tensor-parallel ranks; layers for several tokens at once are dropped.
 */
final class VllmDeepseekV3 implements ModelRules {
  private final VllmEngine engine;
  private final VllmHead head;
  private final DecoderSizes sizes;
  private final VllmLatentAttention attention;
  private final GatedMlp denseMlp;
  private final GatedMlp sharedExperts;
  private final long expertCount;
  private final long sharedCount;
  private final long firstExperts;
  private final long expertSteps;
  private final boolean hasCorrection;

  VllmDeepseekV3(ModelConfig config, VllmEngine engine, VllmHead head) {
    this.engine = engine;
    this.head = head;
    VllmExperts.requireEqualParts(config, engine.topology());
    this.sizes = DecoderSizes.of(config);
    this.attention = VllmLatentAttention.of(config);
    this.denseMlp = GatedMlp.of(config, LinearBias.NONE);
    this.expertCount = config.size("n_routed_experts");
    this.sharedCount = config.optionalCount("n_shared_experts").orElse(0);
    this.sharedExperts =
        new GatedMlp(
            sizes.hidden(),
            config.size("moe_intermediate_size") * sharedCount,
            "moe_intermediate_size",
            LinearBias.NONE);
    this.firstExperts = config.count("first_k_dense_replace");
    this.expertSteps = config.optionalSize("moe_layer_freq").orElse(1);
    this.hasCorrection = config.text("topk_method").filter("noaux_tc"::equals).isPresent();
    if (head.isEmbedding()) {
      throw new ExpectException(
          "config.json: tie_word_embeddings is true, and the checkpoint has no lm_head.weight:"
              + " expected it in this class in vLLM");
    }
  }

  @Override
  public void declare(int rank, Stage stage, DeclaredTensors tensors) {
    Share share = engine.topology().tensorShare(rank);
    if (stage.isFirst()) {
      head.declareEmbedding(share, tensors);
    }
    for (long index = stage.layers().begin(); index < stage.layers().end(); index++) {
      String layer = Stage.layerName(index);
      attention.declare(layer, share, tensors);
      if (index >= firstExperts && index % expertSteps == 0) {
        mixture(layer, share, tensors);
      } else {
        denseMlp.declare(layer + "mlp.", share, tensors);
      }
      sizes.norms(layer, tensors);
    }
    if (stage.isLast()) {
      tensors.whole("model.norm.weight", sizes.hidden());
      if (stage.isFirst()) {
        head.declareBesideEmbedding(share, tensors);
      } else {
        head.declareAlone(share, tensors);
      }
    }
  }

  private void mixture(String layer, Share share, DeclaredTensors tensors) {
    tensors.whole(layer + "mlp.gate.weight", expertCount, sizes.hidden());
    if (hasCorrection) {
      tensors.whole(layer + "mlp.gate.e_score_correction_bias", DType.F32, expertCount);
    }
    if (sharedCount > 0) {
      sharedExperts.declare(layer + "mlp.shared_experts.", share, tensors);
    }
    VllmExperts.declare(layer, tensors);
  }
}
