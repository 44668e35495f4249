package io.shardsum.expect.vllm;

import io.shardsum.expect.model.DeclaredTensors;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.Topology;

/** The routed experts in vLLM. */
final class VllmExperts {
  private static final String REASON =
      "vLLM stores experts as the kernel wants them that it picks when it starts";

  private VllmExperts() {}

  /**
   * Checks that the ranks can cut each expert into equal parts, if they do.
   *
   * @throws ExpectException if they cannot
   */
  static void requireEqualParts(ModelConfig config, Topology topology) {
    String size = "moe_intermediate_size";
    if (topology.ep() == 1) {
      topology.tensorShare(0).span(config.size(size), size);
    }
  }

  /**
   * Declares that a layer has experts.
   *
   * @param layer what the names of the layer's tensors begin with
   */
  static void declare(String layer, DeclaredTensors tensors) {
    String name = layer + "mlp.experts.routed_experts.";
    tensors.refuse(name + "w13_weight", REASON);
    tensors.refuse(name + "w2_weight", REASON);
  }
}
