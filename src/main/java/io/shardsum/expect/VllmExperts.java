package io.shardsum.expect;

/** The routed experts in vLLM. */
final class VllmExperts {
  private static final String REASON =
      "vLLM stores experts as the kernel wants them that it picks when it starts";

  private VllmExperts() {}

  /**
   * Declares that a layer has experts.
   *
   * @param layer what the names of the layer's tensors begin with
   */
  static void declare(String layer, RankTensors tensors) {
    String name = layer + "mlp.experts.routed_experts.";
    tensors.refuse(name + "w13_weight", REASON);
    tensors.refuse(name + "w2_weight", REASON);
  }
}
