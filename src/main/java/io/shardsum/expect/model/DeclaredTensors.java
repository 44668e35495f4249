package io.shardsum.expect.model;

import io.shardsum.expect.recipe.Cast;
import io.shardsum.expect.recipe.Either;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.Slice;
import io.shardsum.expect.recipe.UnlessEqual;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.safetensors.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Collects what one rank holds, while the rules of its model class declare it. */
public final class DeclaredTensors {
  private final int rank;
  private final CheckpointTensors checkpoint;
  private final DType dtype;
  private final LinearWeights weights;
  private final List<ExpectedTensor> tensors = new ArrayList<>();
  private final List<Refusal> refused = new ArrayList<>();

  /**
   * @param dtype of every parameter that is not said to have another
   */
  public DeclaredTensors(
      int rank, CheckpointTensors checkpoint, DType dtype, LinearWeights weights) {
    this.rank = rank;
    this.checkpoint = checkpoint;
    this.dtype = dtype;
    this.weights = weights;
  }

  /** A parameter that is the checkpoint's tensor of that name, whole. */
  public void whole(String name, Long... shape) {
    whole(name, dtype, shape);
  }

  /** As the other, with a dtype of its own. */
  public void whole(String name, DType to, Long... shape) {
    add(name, () -> Cast.to(to, Slice.whole(checkpoint.get(name, List.of(shape)))));
  }

  /** The weight of a linear module, and its bias. */
  public void linear(Linear linear, LinearBias bias) {
    linear.parts().forEach(part -> checkpoint.note(part.module() + ".weight"));
    add(linear.name() + ".weight", () -> weights.weight(linear));
    if (bias == LinearBias.PRESENT) {
      add(linear.name() + ".bias", () -> weights.bias(linear));
    }
  }

  /** A share of a vocabulary's rows, from the checkpoint's tensor of the same name. */
  public void vocabulary(String name, Vocabulary vocabulary, Share share) {
    vocabulary(name, name, vocabulary, share);
  }

  /** As the other, from the checkpoint's tensor {@code source}. */
  public void vocabulary(String name, String source, Vocabulary vocabulary, Share share) {
    vocabulary(name, () -> vocabulary.rows(checkpoint, source, dtype, share));
  }

  /**
   * As the other, from the checkpoint's tensor of the same name or from {@code source}.
   *
   * @param reason why it is one or the other
   */
  void vocabularyOfEither(
      String name, String source, String reason, Vocabulary vocabulary, Share share) {
    vocabulary(
        name,
        () ->
            new Either(
                vocabulary.rows(checkpoint, name, dtype, share),
                vocabulary.rows(checkpoint, source, dtype, share),
                reason));
  }

  private void vocabulary(String name, Supplier<Recipe> rows) {
    Quantization quantization = weights.quantization();
    if (name.equals(DecoderSizes.HEAD) && quantization.scheme() == Quantization.Scheme.UNKNOWN) {
      refuse(name, quantization.refusal());
    } else {
      add(name, rows);
    }
  }

  /** As {@link #vocabulary}; the rank drops it if it is equal to the share of {@code other}. */
  public void vocabularyUnlessEqual(String name, String other, Vocabulary vocabulary, Share share) {
    Quantization quantization = weights.quantization();
    if (quantization.scheme() == Quantization.Scheme.UNKNOWN) {
      refuse(name, quantization.refusal());
    } else {
      add(
          name,
          () ->
              new UnlessEqual(
                  vocabulary.rows(checkpoint, name, dtype, share),
                  vocabulary.rows(checkpoint, other, dtype, share)));
    }
  }

  /** A tensor made by the recipe; refused if it turns out that it cannot be predicted. */
  public void add(String name, Supplier<Recipe> recipe) {
    try {
      tensors.add(new ExpectedTensor(name, recipe.get()));
    } catch (UnpredictableException e) {
      refuse(name, e.getMessage());
    }
  }

  /** A tensor that is there, with unknown bytes. */
  public void refuse(String name, String reason) {
    refused.add(new Refusal(name, reason));
  }

  /** The checkpoint's tensors. */
  CheckpointTensors checkpoint() {
    return checkpoint;
  }

  /** Of the parameters that are not said to have another. */
  public DType dtype() {
    return dtype;
  }

  /** How linear modules are stored. */
  public LinearWeights weights() {
    return weights;
  }

  public ExpectedRank build() {
    return new ExpectedRank(rank, tensors, refused);
  }
}
