package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor that the engine drops if it finds it equal to another, number by number: 0 equals -0,
 * and a NaN nothing. Whether it does is known once all bytes were read.
 */
public record UnlessEqual(Recipe part, Recipe other) implements Elementwise {

  /**
   * Checks that the two can be compared.
   *
   * @throws IllegalArgumentException if they differ in dtype or shape
   */
  public UnlessEqual {
    Elementwise.requireAlike(part, other);
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new Reader(this, checkpoint);
  }

  @Override
  public String toString() {
    return part + " unless equal to " + other;
  }

  /** Compares what it reads, from the front on, up to the first difference. */
  private static final class Reader implements RecipeReader {
    private static final int PIECE_BYTES = 64 * 1024;

    private final RecipeReader part;
    private final RecipeReader other;
    private final DType dtype;
    private final long lengthBytes;
    private final ByteBuffer piece =
        ByteBuffer.allocate(PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long equalBytes;

    Reader(UnlessEqual recipe, CheckpointBytes checkpoint) {
      this.part = recipe.part().open(checkpoint);
      this.other = recipe.other().open(checkpoint);
      this.dtype = recipe.dtype();
      this.lengthBytes = recipe.lengthBytes();
    }

    @Override
    public boolean isAbsent() {
      return equalBytes == lengthBytes;
    }

    @Override
    public void read(long offsetBytes, ByteBuffer target) throws IOException {
      int begin = target.position();
      part.read(offsetBytes, target);
      if (offsetBytes == equalBytes) {
        compare(target.slice(begin, target.position() - begin).order(ByteOrder.LITTLE_ENDIAN));
      }
    }

    private void compare(ByteBuffer read) throws IOException {
      while (read.hasRemaining()) {
        piece.clear().limit(Math.min(PIECE_BYTES, read.remaining()));
        other.read(equalBytes, piece);
        piece.flip();
        while (piece.hasRemaining()) {
          if (!isEqual(next(read), next(piece))) {
            return;
          }
          equalBytes += dtype.bits() / Byte.SIZE;
        }
      }
    }

    private int next(ByteBuffer elements) {
      return dtype == DType.F32 ? elements.getInt() : elements.getShort() << Short.SIZE;
    }

    /** Of bits that begin with the sign, with zeros behind a short number. */
    private boolean isEqual(int one, int two) {
      int magnitude = one & Integer.MAX_VALUE;
      return magnitude == 0
          ? (two & Integer.MAX_VALUE) == 0
          : one == two && magnitude <= infinity();
    }

    private int infinity() {
      return dtype == DType.F16 ? 0x7C00_0000 : 0x7F80_0000;
    }
  }
}
