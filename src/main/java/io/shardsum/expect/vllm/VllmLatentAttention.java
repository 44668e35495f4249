package io.shardsum.expect.vllm;

import io.shardsum.expect.model.DeclaredTensors;
import io.shardsum.expect.model.LatentAttention;
import io.shardsum.expect.model.Linear;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.recipe.Cast;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.Slice;
import io.shardsum.expect.recipe.Span;
import io.shardsum.expect.recipe.Stacked;
import io.shardsum.expect.recipe.Transposed;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * DeepSeek's attention in vLLM, which has the key and value rows of {@code kv_b_proj} a second
 * time: head by head, as the multiplication with the latent vector wants them.
 */
record VllmLatentAttention(LatentAttention attention) {
  private static final String HELD = "mla_attn.mla_attn.";

  static VllmLatentAttention of(ModelConfig config) {
    return new VllmLatentAttention(LatentAttention.of(config, "fused_qkv_a_proj"));
  }

  void declare(String layer, Share share, DeclaredTensors tensors) {
    attention.declare(layer, share, tensors);
    Linear keyValues = attention.keyValues(layer, share);
    String name = layer + "self_attn." + HELD;
    tensors.add(name + "W_UK_T", () -> stacked(keyValues, tensors, this::keys));
    tensors.add(name + "W_UV", () -> stacked(keyValues, tensors, this::values));
  }

  /** A head's part, made of the slice that is all of the head's rows. */
  private Recipe stacked(Linear keyValues, DeclaredTensors tensors, Function<Slice, Recipe> part) {
    Slice held = tensors.weights().stored(keyValues);
    long headRows = attention.plainDim() + attention.valueDim();
    List<Recipe> heads =
        LongStream.range(0, held.rows().length() / headRows)
            .mapToObj(head -> part.apply(rows(held, head * headRows, headRows)))
            .toList();
    return Cast.to(tensors.dtype(), new Stacked(heads));
  }

  private Recipe keys(Slice head) {
    return rows(head, 0, attention.plainDim());
  }

  private Recipe values(Slice head) {
    return new Transposed(rows(head, attention.plainDim(), attention.valueDim()));
  }

  private static Slice rows(Slice slice, long begin, long length) {
    return new Slice(
        slice.source(), new Span(slice.rows().begin() + begin, length), slice.columns());
  }
}
