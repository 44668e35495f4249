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
 * {@code Qwen2ForCausalLM} in SGLang: attention and head are shared by all tensor-parallel ranks,
 * the embedding by those of an attention group; the head is on the last stage.
 */
final class SglangQwen2 implements ModelRules {
  private final SglangEngine engine;
  private final DecoderSizes sizes;
  private final GroupedAttention attention;
  private final GatedMlp mlp;

  SglangQwen2(ModelConfig config, SglangEngine engine) {
    this.engine = engine;
    this.sizes = DecoderSizes.of(config);
    this.attention =
        GroupedAttention.of(config, LinearBias.PRESENT, LinearBias.NONE, HeadNorms.NONE);
    this.mlp = GatedMlp.of(config, LinearBias.NONE);
  }

  @Override
  public void declare(int rank, Stage stage, DeclaredTensors tensors) {
    Share share = engine.topology().tensorShare(rank);
    Vocabulary vocabulary = sizes.vocabulary(Vocabulary.Padding.SGLANG);
    if (stage.isFirst()) {
      Share ofTable = engine.topology().attentionShare(rank);
      tensors.vocabulary(DecoderSizes.EMBEDDING, vocabulary, ofTable);
    }
    for (String layer : stage.layerNames()) {
      attention.declare(layer, share, tensors);
      mlp.declare(layer + "mlp.", share, tensors);
      sizes.norms(layer, tensors);
    }
    if (stage.isLast()) {
      tensors.whole("model.norm.weight", sizes.hidden());
      sizes.tieableHead(stage, vocabulary, share, tensors);
    }
  }
}
