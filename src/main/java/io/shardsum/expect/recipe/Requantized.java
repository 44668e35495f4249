package io.shardsum.expect.recipe;

import io.shardsum.checksum.Ue8m0Requantizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A dequantized weight that was quantized again when it was loaded, with powers of two as scales;
 * in bf16, as the engine's checksum sees it.
 */
public record Requantized(Dequantized part) implements Elementwise {
  private static final long PACKED_ROWS = 128;

  /**
   * The weight after loading.
   *
   * @throws UnpredictableException if the engine's checksum cannot dequantize it
   */
  public static Requantized of(Dequantized part) {
    long rows = part.shape().get(part.shape().size() - 2);
    if (rows % PACKED_ROWS != 0) {
      throw new UnpredictableException(
          "the engine's own checksum fails: it needs a multiple of 128 rows where scales are packed,"
              + " found "
              + rows);
    }
    return new Requantized(part);
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new Reader(this, checkpoint);
  }

  @Override
  public String toString() {
    return "requantized(" + part + ")";
  }

  /** Holds a band of 128 rows at a time; a matrix has a multiple of that. */
  private static final class Reader implements RecipeReader {
    private final Requantized recipe;
    private final RecipeReader part;
    private final int columns;
    private final ByteBuffer band;
    private final short[] elements;
    private long held = -1;

    Reader(Requantized recipe, CheckpointBytes checkpoint) {
      this.recipe = recipe;
      this.part = recipe.part().open(checkpoint);
      this.columns = Math.toIntExact(recipe.shape().get(recipe.shape().size() - 1));
      this.elements = new short[Math.multiplyExact(Ue8m0Requantizer.TILE, columns)];
      this.band =
          ByteBuffer.allocate(Math.multiplyExact(elements.length, Short.BYTES))
              .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void read(long offsetBytes, ByteBuffer target) throws IOException {
      long offset = offsetBytes;
      while (target.hasRemaining()) {
        hold(offset / band.capacity());
        int inBand = (int) (offset % band.capacity());
        int length = Math.min(band.capacity() - inBand, target.remaining());
        target.put(band.slice(inBand, length));
        offset += length;
      }
    }

    private void hold(long index) throws IOException {
      if (index == held) {
        return;
      }
      held = -1;
      band.clear();
      part.read(index * band.capacity(), band);
      band.clear();
      band.asShortBuffer().get(elements);
      if (!Ue8m0Requantizer.requantize(elements, Ue8m0Requantizer.TILE, columns)) {
        throw new UnpredictableException(
            "an infinity among the elements of %s: what it is quantized to is not fixed"
                .formatted(recipe.part().part()));
      }
      band.asShortBuffer().put(elements);
      held = index;
    }
  }
}
