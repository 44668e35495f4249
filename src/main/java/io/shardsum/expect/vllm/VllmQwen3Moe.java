package io.shardsum.expect.vllm;

import static io.shardsum.expect.model.GroupedAttention.HeadNorms;

import io.shardsum.expect.model.DeclaredTensors;
import io.shardsum.expect.model.DecoderSizes;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.GatedMlp;
import io.shardsum.expect.model.GroupedAttention;
import io.shardsum.expect.model.Linear;
import io.shardsum.expect.model.LinearBias;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelRules;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.recipe.Span;
import java.util.List;
import java.util.stream.LongStream;

/**
 * {@code Qwen3MoeForCausalLM} in vLLM: embedding, last norm and head are on every stage; which
 * layers are mixtures of experts is as config.json says.
 */
final class VllmQwen3Moe implements ModelRules {
  private final VllmEngine engine;
  private final VllmHead head;
  private final DecoderSizes sizes;
  private final GroupedAttention attention;
  private final GatedMlp mlp;
  private final long expertCount;
  private final long sparseStep;
  private final List<Long> denseLayers;

  VllmQwen3Moe(ModelConfig config, VllmEngine engine, VllmHead head) {
    this.engine = engine;
    this.head = head;
    VllmExperts.requireEqualParts(config, engine.topology());
    this.sizes = DecoderSizes.of(config);
    this.attention = attention(config);
    this.mlp = GatedMlp.of(config, LinearBias.NONE);
    this.expertCount =
        config.optionalSize("num_experts").orElseGet(() -> config.size("num_local_experts"));
    this.sparseStep = config.size("decoder_sparse_step");
    this.denseLayers = config.numbers("mlp_only_layers");
    if (engine.topology().tp() > expertCount) {
      throw new ExpectException(
          "tp is %s; expected at most the %s routed experts"
              .formatted(engine.topology().tp(), expertCount));
    }
  }

  /** The attention of this class, which {@code Qwen3ForCausalLM} has, too. */
  static GroupedAttention attention(ModelConfig config) {
    LinearBias bias = LinearBias.when(config.flag("attention_bias"));
    return GroupedAttention.of(config, bias, LinearBias.NONE, HeadNorms.PRESENT);
  }

  @Override
  public void declare(int rank, Stage stage, DeclaredTensors tensors) {
    Share share = engine.topology().tensorShare(rank);
    requireExperts(stage);
    head.declareEmbedding(share, tensors);
    for (long index = stage.layers().begin(); index < stage.layers().end(); index++) {
      String layer = Stage.layerName(index);
      attention.declare(layer, share, tensors);
      if (isDense(index)) {
        mlp.declare(layer + "mlp.", share, tensors);
      } else {
        tensors.linear(gate(layer), LinearBias.NONE);
        VllmExperts.declare(layer, tensors);
      }
      sizes.norms(layer, tensors);
    }
    tensors.whole("model.norm.weight", sizes.hidden());
    head.declareBesideEmbedding(share, tensors);
  }

  private void requireExperts(Stage stage) {
    Span layers = stage.layers();
    if (LongStream.range(layers.begin(), layers.end()).allMatch(this::isDense)) {
      throw new ExpectException(
          "pipeline stage %s has no layer with experts: expected one at least in this class in vLLM"
              .formatted(stage.index()));
    }
  }

  private boolean isDense(long layer) {
    return denseLayers.contains(layer) || (layer + 1) % sparseStep != 0;
  }

  private Linear gate(String layer) {
    String name = layer + "mlp.gate";
    Linear.Source source = new Linear.Source(name, expertCount, "num_experts");
    return Linear.replicated(name, sizes.hidden(), List.of(source));
  }
}
