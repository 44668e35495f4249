package io.shardsum.expect.model;

import io.shardsum.expect.model.Quantization.Scheme;
import io.shardsum.expect.recipe.Interleaved;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.Stacked;
import io.shardsum.expect.recipe.UnpredictableException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The experts of a layer that a rank holds, stacked in slots.
 *
 * @param hidden columns of an expert's first matrix
 * @param intermediate rows of gate, and of up
 */
public record Experts(long hidden, long intermediate) {
  private static final String WHAT = "moe_intermediate_size";

  /**
   * Declares both tensors.
   *
   * @param name the module's name in the engine
   * @param slots the modules of the checkpoint, slot by slot
   * @param share which part of each expert the rank holds
   */
  public void declare(
      String name,
      List<String> slots,
      Share share,
      ExpertLayout layout,
      Fp8Loading loading,
      DeclaredTensors tensors) {
    LinearWeights weights = tensors.weights();
    if (weights.quantization().ofExperts(name) == Scheme.BLOCK_FP8) {
      long length = share.span(intermediate, WHAT).length();
      LinearWeights.requireWholeBlocks(name, "rows of each expert", length);
    }
    tensors.add(
        name + ".w13_weight",
        () -> {
          List<Linear> gates = slots.stream().map(slot -> first(slot, "gate_proj", share)).toList();
          List<Linear> ups = slots.stream().map(slot -> first(slot, "up_proj", share)).toList();
          return switch (layout) {
            case GATE_FIRST -> stacked(name, halves(gates, ups), weights, loading);
            case UP_FIRST -> stacked(name, halves(ups, gates), weights, loading);
            case INTERLEAVED -> interleaved(gates, ups, weights);
          };
        });
    tensors.add(
        name + ".w2_weight",
        () ->
            stacked(
                name, slots.stream().map(slot -> second(slot, share)).toList(), weights, loading));
  }

  /**
   * Checks that ranks can share each expert.
   *
   * @throws ExpectException if the parts are not equal
   */
  public void requireEqualParts(Share share) {
    share.span(intermediate, WHAT);
  }

  private Linear first(String slot, String half, Share share) {
    Linear.Source source = new Linear.Source(slot + half, intermediate, WHAT);
    return Linear.column(slot + half, hidden, source, share);
  }

  private Linear second(String slot, Share share) {
    String module = slot + "down_proj";
    Linear.Source source = new Linear.Source(module, hidden, "hidden_size");
    return Linear.row(module, intermediate, WHAT, source, share);
  }

  private static List<Linear> halves(List<Linear> above, List<Linear> below) {
    return IntStream.range(0, above.size())
        .mapToObj(slot -> above.get(slot).above(below.get(slot)))
        .toList();
  }

  private static Recipe stacked(
      String name, List<Linear> slots, LinearWeights weights, Fp8Loading loading) {
    return switch (weights.quantization().ofExperts(name)) {
      case NONE -> stacked(slots, weights::plain);
      case BLOCK_FP8 ->
          LinearWeights.loaded(
              stacked(slots, weights::quantized), stacked(slots, weights::scales), loading);
      case REFUSED, UNKNOWN -> throw new UnpredictableException(weights.quantization().refusal());
    };
  }

  private static Recipe stacked(List<Linear> slots, Function<Linear, Recipe> recipe) {
    return new Stacked(slots.stream().map(recipe).toList());
  }

  private static Recipe interleaved(List<Linear> gates, List<Linear> ups, LinearWeights weights) {
    return new Stacked(
        IntStream.range(0, gates.size())
            .mapToObj(
                slot ->
                    (Recipe)
                        new Interleaved(
                            weights.plain(gates.get(slot)), weights.plain(ups.get(slot))))
            .toList());
  }
}
