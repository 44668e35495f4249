package io.shardsum.checksum;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of the scale of a block-quantized pair, wherever they lie. */
public interface ScaleBytes {

  /**
   * Fills {@code target} with the bytes from {@code positionBytes} of the scale on.
   *
   * @throws IOException if they cannot be read
   */
  void read(long positionBytes, ByteBuffer target) throws IOException;
}
