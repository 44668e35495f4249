package io.shardsum.expect.sglang;

import io.shardsum.expect.model.DeclaredTensors;
import io.shardsum.expect.model.DecoderSizes;
import io.shardsum.expect.model.Experts;
import io.shardsum.expect.model.GroupedAttention;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelRules;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Vocabulary;
import java.util.List;

/**
 * {@code Qwen3MoeForCausalLM} in SGLang: as Qwen3, but every layer is a mixture of experts,
 * whatever config.json says of sparse steps, and every stage has a head, which is never tied.
 */
final class SglangQwen3Moe implements ModelRules {
  private final SglangEngine engine;
  private final DecoderSizes sizes;
  private final GroupedAttention attention;
  private final SglangExperts experts;
  private final long expertCount;

  SglangQwen3Moe(ModelConfig config, SglangEngine engine) {
    this.engine = engine;
    this.sizes = DecoderSizes.of(config);
    this.attention = SglangQwen3.attention(config);
    this.expertCount =
        config.optionalSize("num_experts").orElseGet(() -> config.size("num_local_experts"));
    Experts each = new Experts(sizes.hidden(), config.size("moe_intermediate_size"));
    this.experts = new SglangExperts(engine, each, expertCount, sizes.layers());
  }

  @Override
  public void declare(int rank, Stage stage, DeclaredTensors tensors) {
    Share ofAttention = engine.topology().attentionShare(rank);
    Vocabulary vocabulary = sizes.vocabulary(Vocabulary.Padding.SGLANG);
    if (stage.isFirst()) {
      tensors.vocabulary(DecoderSizes.EMBEDDING, vocabulary, ofAttention);
    }
    for (String layer : stage.layerNames()) {
      attention.declare(layer, ofAttention, tensors);
      tensors.whole(layer + "mlp.gate.weight", expertCount, sizes.hidden());
      experts.declare(layer, rank, List.of(), tensors);
      sizes.norms(layer, tensors);
    }
    if (stage.isLast()) {
      tensors.whole("model.norm.weight", sizes.hidden());
    }
    tensors.vocabulary(DecoderSizes.HEAD, vocabulary, engine.headShare(rank));
  }
}
