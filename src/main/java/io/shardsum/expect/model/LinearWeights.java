package io.shardsum.expect.model;

import io.shardsum.expect.recipe.Cast;
import io.shardsum.expect.recipe.Dequantized;
import io.shardsum.expect.recipe.Joined;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.Requantized;
import io.shardsum.expect.recipe.Slice;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.expect.recipe.Span;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.expect.recipe.Zeros;
import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.util.List;

/** The recipes of linear modules' parameters, as the engine's quantization stores them. */
public final class LinearWeights {
  private static final long BLOCK = 128;

  private final CheckpointTensors checkpoint;
  private final DType dtype;
  private final Quantization quantization;
  private final Fp8Loading loading;
  private final MissingBias missingBias;

  /** What becomes of a bias that the checkpoint does not have. */
  public enum MissingBias {
    ZERO,
    REFUSED
  }

  public LinearWeights(
      CheckpointTensors checkpoint,
      DType dtype,
      Quantization quantization,
      Fp8Loading loading,
      MissingBias missingBias) {
    this.checkpoint = checkpoint;
    this.dtype = dtype;
    this.quantization = quantization;
    this.loading = loading;
    this.missingBias = missingBias;
  }

  public Quantization quantization() {
    return quantization;
  }

  /** The module's weight, as the engine's checksum sees it. */
  Recipe weight(Linear linear) {
    return switch (quantization.scheme(linear)) {
      case NONE -> plain(linear);
      case BLOCK_FP8 -> dequantized(linear);
      case REFUSED, UNKNOWN -> throw new UnpredictableException(quantization.refusal());
    };
  }

  private Recipe dequantized(Linear linear) {
    requireWholeBlocks(linear);
    Recipe weight = quantized(linear);
    Recipe scales = scales(linear);
    if (scales.shape().get(0) != blocks(weight.shape().get(0))) {
      throw new UnpredictableException(
          "%s has %s rows in blocks of 128, and its parts %s rows of scales"
              .formatted(linear.name(), weight.shape().get(0), scales.shape().get(0)));
    }
    return loaded(weight, scales, loading);
  }

  /** The dequantized weight of a pair, after loading. */
  static Recipe loaded(Recipe weight, Recipe scales, Fp8Loading loading) {
    Dequantized pair = Dequantized.of(weight, scales);
    List<Long> shape = weight.shape();
    long rows = shape.get(shape.size() - 2);
    long columns = shape.get(shape.size() - 1);
    return loading.requantizes(rows, columns) ? Requantized.of(pair) : pair;
  }

  /** The module's weight with the parameters' dtype. */
  Recipe plain(Linear linear) {
    return Joined.of(linear.parts().stream().map(this::plain).toList());
  }

  private Recipe plain(LinearPart part) {
    return Cast.to(dtype, slice(part));
  }

  private Slice slice(LinearPart part) {
    List<Long> shape = List.of(part.outputs(), part.inputs());
    return new Slice(checkpoint.get(part.module() + ".weight", shape), part.rows(), part.columns());
  }

  /**
   * The weight of a module that is one of the checkpoint's, as it lies there.
   *
   * @throws UnpredictableException if it is quantized
   */
  public Slice stored(Linear linear) {
    if (quantization.scheme(linear) != Quantization.Scheme.NONE) {
      throw new UnpredictableException(quantization.refusal());
    }
    return slice(linear.parts().get(0));
  }

  /** The module's weight in FP8. */
  Recipe quantized(Linear linear) {
    return Joined.of(linear.parts().stream().map(part -> (Recipe) quantized(slice(part))).toList());
  }

  private static Slice quantized(Slice slice) {
    if (slice.dtype() != DType.F8_E4M3) {
      throw new UnpredictableException(
          "%s is %s; config.json asks for F8_E4M3".formatted(slice, slice.dtype()));
    }
    return slice;
  }

  /** The scales of the module's weight in FP8. */
  Recipe scales(Linear linear) {
    return Joined.of(linear.parts().stream().map(this::scales).toList());
  }

  private Recipe scales(LinearPart part) {
    List<Long> shape = List.of(blocks(part.outputs()), blocks(part.inputs()));
    SourceTensor scales = checkpoint.get(part.module() + ".weight_scale_inv", shape);
    return Cast.to(DType.F32, new Slice(scales, blocks(part.rows()), blocks(part.columns())));
  }

  private static long blocks(long elements) {
    return (elements + BLOCK - 1) / BLOCK;
  }

  private static Span blocks(Span elements) {
    return new Span(elements.begin() / BLOCK, blocks(elements.length()));
  }

  /**
   * Checks that no cut goes through a block.
   *
   * @throws ExpectException as the engine, which does not start
   */
  private static void requireWholeBlocks(Linear linear) {
    for (LinearPart part : linear.parts()) {
      if (linear.isFused() || !part.rows().isWhole(part.outputs())) {
        requireWholeBlocks(part.module(), "rows", part.rows().length());
      }
      if (!part.columns().isWhole(part.inputs())) {
        requireWholeBlocks(part.module(), "columns", part.columns().length());
      }
    }
  }

  static void requireWholeBlocks(String module, String what, long length) {
    if (length % BLOCK != 0) {
      throw new ExpectException(
          "%s %s of %s on a rank: expected a multiple of 128, the size of an FP8 block"
              .formatted(length, what, ForeignText.shown(module)));
    }
  }

  /** The module's bias. */
  Recipe bias(Linear linear) {
    return Joined.of(linear.parts().stream().map(this::bias).toList());
  }

  private Recipe bias(LinearPart part) {
    String name = part.module() + ".bias";
    if (missingBias == MissingBias.ZERO && checkpoint.find(name).isEmpty()) {
      return new Zeros(dtype, List.of(part.rows().length()));
    }
    SourceTensor bias = checkpoint.get(name, List.of(part.outputs()));
    return Cast.to(dtype, new Slice(bias, part.rows(), Span.whole(1)));
  }
}
