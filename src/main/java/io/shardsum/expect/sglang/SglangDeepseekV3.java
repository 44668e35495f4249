package io.shardsum.expect.sglang;

import io.shardsum.expect.model.DeclaredTensors;
import io.shardsum.expect.model.DecoderSizes;
import io.shardsum.expect.model.Experts;
import io.shardsum.expect.model.GatedMlp;
import io.shardsum.expect.model.LatentAttention;
import io.shardsum.expect.model.LinearBias;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelRules;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Vocabulary;
import io.shardsum.safetensors.DType;
import java.util.List;
import java.util.Set;

/**
 * {@code DeepseekV3ForCausalLM} in SGLang: attention and embedding are shared by the ranks of an
 * attention group; the head is on the last stage; layers for several tokens at once are dropped.
 */
final class SglangDeepseekV3 implements ModelRules {
  private static final long FUSIBLE_EXPERTS = 256;
  private static final Set<String> KEEP_APART =
      Set.of(
          "flashinfer_trtllm",
          "flashinfer_trtllm_routed",
          "experimental_sgl_trtllm",
          "flashinfer_cutedsl",
          "lora_triton",
          "lora_cutedsl",
          "lora_marlin");

  private final SglangEngine engine;
  private final DecoderSizes sizes;
  private final LatentAttention attention;
  private final GatedMlp denseMlp;
  private final SglangExperts experts;
  private final long expertCount;
  private final long sharedCount;
  private final long expertSize;
  private final long firstExperts;
  private final long expertSteps;
  private final boolean hasCorrection;
  private final boolean routerIsFloat;

  SglangDeepseekV3(ModelConfig config, SglangEngine engine) {
    this.engine = engine;
    this.sizes = DecoderSizes.of(config);
    this.attention = LatentAttention.of(config, "fused_qkv_a_proj_with_mqa");
    this.denseMlp = GatedMlp.of(config, LinearBias.NONE);
    this.expertCount = config.size("n_routed_experts");
    this.sharedCount = config.optionalCount("n_shared_experts").orElse(0);
    this.expertSize = config.size("moe_intermediate_size");
    Experts each = new Experts(sizes.hidden(), expertSize);
    this.experts = new SglangExperts(engine, each, expertCount, sizes.layers());
    this.firstExperts = config.count("first_k_dense_replace");
    this.expertSteps = config.size("moe_layer_freq");
    this.hasCorrection = config.requiredText("topk_method").equals("noaux_tc");
    this.routerIsFloat = config.flag("router_fp32");
  }

  @Override
  public void declare(int rank, Stage stage, DeclaredTensors tensors) {
    Share ofAttention = engine.topology().attentionShare(rank);
    Vocabulary vocabulary = sizes.vocabulary(Vocabulary.Padding.SGLANG);
    if (stage.isFirst() || (stage.isLast() && engine.speculates())) {
      Share ofTable = engine.replicatesEmbedding() ? Share.WHOLE : ofAttention;
      tensors.vocabulary(DecoderSizes.EMBEDDING, vocabulary, ofTable);
    }
    for (long index = stage.layers().begin(); index < stage.layers().end(); index++) {
      String layer = Stage.layerName(index);
      attention.declare(layer, ofAttention, tensors);
      if (index >= firstExperts && index % expertSteps == 0) {
        mixture(layer, rank, tensors);
      } else {
        denseMlp.declare(layer + "mlp.", denseShare(rank), tensors);
      }
      sizes.norms(layer, tensors);
    }
    if (stage.isLast()) {
      tensors.whole("model.norm.weight", sizes.hidden());
      head(rank, stage, vocabulary, tensors);
    }
  }

  private void mixture(String layer, int rank, DeclaredTensors tensors) {
    DType ofRouter = routerIsFloat ? DType.F32 : tensors.dtype();
    tensors.whole(layer + "mlp.gate.weight", ofRouter, expertCount, sizes.hidden());
    if (hasCorrection) {
      tensors.whole(layer + "mlp.gate.e_score_correction_bias", DType.F32, expertCount);
    }
    String shared = layer + "mlp.shared_experts.";
    boolean fuses = fusesShared();
    experts.declare(layer, rank, fuses ? List.of(shared) : List.of(), tensors);
    if (sharedCount > 0 && !fuses) {
      Share share = engine.moe().sharedWhole() ? Share.WHOLE : engine.topology().tensorShare(rank);
      new GatedMlp(
              sizes.hidden(), expertSize * sharedCount, "moe_intermediate_size", LinearBias.NONE)
          .declare(shared, share, tensors);
    }
  }

  /** Whether the shared expert counts among the routed ones. */
  private boolean fusesShared() {
    return engine.moe().mayFuseShared()
        && expertCount == FUSIBLE_EXPERTS
        && sharedCount == 1
        && engine.topology().ep() == 1
        && !KEEP_APART.contains(SglangExperts.runner(engine));
  }

  private Share denseShare(int rank) {
    return engine.moe().hasWholeDense() ? Share.WHOLE : engine.topology().tensorShare(rank);
  }

  private void head(int rank, Stage stage, Vocabulary vocabulary, DeclaredTensors tensors) {
    if (!sizes.tied()) {
      tensors.vocabulary(DecoderSizes.HEAD, vocabulary, engine.headShare(rank));
    } else if (!stage.isOnly()) {
      tensors.refuse(
          DecoderSizes.HEAD,
          "what a tied head of this class holds on another stage than the embedding is not known");
    }
  }
}
