package io.shardsum.expect.recipe;

import io.shardsum.checksum.FloatCast;
import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Each element plus 1, computed in float32 and rounded once: what a Gemma norm multiplies by. */
public record PlusOne(Recipe part) implements Elementwise {

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    RecipeReader wide = Cast.to(DType.F32, part).open(checkpoint);
    return (offsetBytes, target) -> add(wide, offsetBytes, target);
  }

  private void add(RecipeReader wide, long offsetBytes, ByteBuffer target) throws IOException {
    int bytes = dtype().bits() / Byte.SIZE;
    int count = target.remaining() / bytes;
    ByteBuffer sums = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    wide.read(offsetBytes / bytes * Float.BYTES, sums);
    for (int at = 0; at < sums.capacity(); at += Float.BYTES) {
      sums.putFloat(at, sums.getFloat(at) + 1);
    }
    if (!FloatCast.of(DType.F32, dtype()).cast(sums.flip(), target)) {
      throw new UnpredictableException(
          "a NaN among the elements of %s: its bits after the sum are not fixed".formatted(part));
    }
  }

  @Override
  public String toString() {
    return part + " plus 1";
  }
}
