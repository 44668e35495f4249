package io.shardsum.expect.recipe;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Random access to the bytes of one recipe, in memory that its size does not decide. */
public interface RecipeReader {

  /**
   * Fills all that remains of {@code target} with the recipe's bytes from {@code offsetBytes} on.
   *
   * <p>Both the offset and what remains are multiples of the element's size, and within the recipe.
   *
   * @throws UnpredictableException if the checkpoint's bytes are such that the engine's are not
   *     known
   * @throws IOException if the checkpoint cannot be read
   */
  void read(long offsetBytes, ByteBuffer target) throws IOException;

  /**
   * Whether the engine turns out to hold no such tensor. Known once all bytes were read, from front
   * to back.
   */
  default boolean isAbsent() {
    return false;
  }
}
