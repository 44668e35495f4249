package io.shardsum.expect.sglang;

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
import io.shardsum.expect.model.Vocabulary;

/**
 * {@code Qwen3ForCausalLM} in SGLang: attention and embedding are shared by the ranks of an
 * attention group; the head is on the last stage.
 */
final class SglangQwen3 implements ModelRules {
  private final SglangEngine engine;
  private final DecoderSizes sizes;
  private final GroupedAttention attention;
  private final GatedMlp mlp;

  SglangQwen3(ModelConfig config, SglangEngine engine) {
    this.engine = engine;
    this.sizes = DecoderSizes.of(config);
    this.attention = attention(config);
    this.mlp = GatedMlp.of(config, LinearBias.NONE);
  }

  /** The attention of this class, which {@code Qwen3MoeForCausalLM} has, too. */
  static GroupedAttention attention(ModelConfig config) {
    LinearBias bias = LinearBias.when(config.flag("attention_bias"));
    return GroupedAttention.of(config, bias, bias, HeadNorms.PRESENT);
  }

  @Override
  public void declare(int rank, Stage stage, DeclaredTensors tensors) {
    Share share = engine.topology().tensorShare(rank);
    Share ofAttention = engine.topology().attentionShare(rank);
    Vocabulary vocabulary = sizes.vocabulary(Vocabulary.Padding.SGLANG);
    if (stage.isFirst()) {
      tensors.vocabulary(DecoderSizes.EMBEDDING, vocabulary, ofAttention);
    }
    for (String layer : stage.layerNames()) {
      attention.declare(layer, ofAttention, tensors);
      mlp.declare(layer + "mlp.", share, tensors);
      sizes.norms(layer, tensors);
    }
    if (stage.isLast()) {
      tensors.whole("model.norm.weight", sizes.hidden());
      sizes.tieableHead(stage, vocabulary, engine.headShare(rank), tensors);
    }
  }
}
