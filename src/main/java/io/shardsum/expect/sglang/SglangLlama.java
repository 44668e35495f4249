package io.shardsum.expect.sglang;

import static io.shardsum.expect.model.GroupedAttention.HeadNorms;

import io.shardsum.expect.model.DeclaredTensors;
import io.shardsum.expect.model.DecoderSizes;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.GatedMlp;
import io.shardsum.expect.model.GroupedAttention;
import io.shardsum.expect.model.LinearBias;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelRules;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Vocabulary;

/**
 * {@code LlamaForCausalLM} and {@code MistralForCausalLM} in SGLang: attention, embedding and head
 * are shared by all tensor-parallel ranks, attention DP or not; an untied head is on every stage.
 */
final class SglangLlama implements ModelRules {
  private final SglangEngine engine;
  private final DecoderSizes sizes;
  private final GroupedAttention attention;
  private final GatedMlp mlp;

  SglangLlama(ModelConfig config, SglangEngine engine) {
    this.engine = engine;
    this.sizes = DecoderSizes.of(config);
    LinearBias bias = LinearBias.when(config.flag("attention_bias") || config.flag("bias"));
    this.attention = GroupedAttention.of(config, bias, bias, HeadNorms.NONE);
    this.mlp = GatedMlp.of(config, LinearBias.NONE);
    if (sizes.tied() && engine.topology().pp() > 1) {
      throw new ExpectException(
          ("pp is %s; expected 1: config.json has tie_word_embeddings, and later stages of this"
                  + " class have no embedding to tie to")
              .formatted(engine.topology().pp()));
    }
  }

  @Override
  public void declare(int rank, Stage stage, DeclaredTensors tensors) {
    Share share = engine.topology().tensorShare(rank);
    Vocabulary vocabulary = sizes.vocabulary(Vocabulary.Padding.SGLANG);
    if (stage.isFirst()) {
      tensors.vocabulary(DecoderSizes.EMBEDDING, vocabulary, share);
    }
    for (String layer : stage.layerNames()) {
      attention.declare(layer, share, tensors);
      mlp.declare(layer + "mlp.", share, tensors);
      sizes.norms(layer, tensors);
    }
    if (stage.isLast()) {
      tensors.whole("model.norm.weight", sizes.hidden());
    }
    if (!sizes.tied()) {
      tensors.vocabulary(DecoderSizes.HEAD, vocabulary, engine.headShare(rank));
    }
  }
}
