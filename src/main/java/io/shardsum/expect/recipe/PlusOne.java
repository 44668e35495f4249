package io.shardsum.expect.recipe;

import io.shardsum.checksum.FloatCast;
import io.shardsum.safetensors.DType;
import java.nio.ByteOrder;

/** Each element plus 1, computed in float32 and rounded once: what a Gemma norm multiplies by. */
public record PlusOne(Recipe part) implements Elementwise {

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    FloatCast rounding = FloatCast.of(DType.F32, dtype());
    return new PiecewiseReader(
        Cast.to(DType.F32, part),
        this,
        checkpoint,
        (element, piece, target) -> {
          piece.order(ByteOrder.LITTLE_ENDIAN);
          for (int at = 0; at < piece.limit(); at += Float.BYTES) {
            piece.putFloat(at, piece.getFloat(at) + 1);
          }
          if (!rounding.cast(piece, target)) {
            throw new UnpredictableException(
                "a NaN among the elements of %s: its bits after the sum are not fixed"
                    .formatted(part));
          }
        });
  }

  @Override
  public String toString() {
    return part + " plus 1";
  }
}
