package io.shardsum.expect.model;

import io.shardsum.expect.recipe.Cast;
import io.shardsum.expect.recipe.Joined;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.Slice;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.expect.recipe.Span;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.expect.recipe.Zeros;
import io.shardsum.safetensors.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * An embedding's rows, padded with zeros at the end so that every rank has as many.
 *
 * @param size real rows
 * @param hidden columns
 * @param padding how the rows are made a multiple of the ranks
 */
public record Vocabulary(long size, long hidden, Padding padding) {
  private static final long MULTIPLE = 64;

  public enum Padding {
    /** To 64; where the ranks do not divide that, to 64 for each rank. */
    SGLANG,
    /** To 64; the ranks must divide that. */
    VLLM
  }

  /**
   * The rows of one rank.
   *
   * @throws UnpredictableException if the checkpoint does not have exactly the real rows
   * @throws ExpectException if the padded rows do not divide
   */
  public Recipe rows(CheckpointTensors checkpoint, String source, DType dtype, Share share) {
    SourceTensor table = checkpoint.get(source, List.of(size, hidden));
    Span held = share.span(padded(share.count()), "vocabulary of rows, padded,");
    long begin = Math.min(held.begin(), size);
    long end = Math.min(held.end(), size);
    List<Recipe> parts = new ArrayList<>();
    if (end > begin) {
      Slice real = new Slice(table, new Span(begin, end - begin), Span.whole(hidden));
      parts.add(Cast.to(dtype, real));
    }
    if (end - begin < held.length()) {
      parts.add(new Zeros(dtype, List.of(held.length() - (end - begin), hidden)));
    }
    return Joined.of(parts);
  }

  private long padded(int ranks) {
    long padded = roundUp(MULTIPLE);
    return padding == Padding.SGLANG && padded % ranks != 0 ? roundUp(MULTIPLE * ranks) : padded;
  }

  private long roundUp(long multiple) {
    return (size + multiple - 1) / multiple * multiple;
  }
}
