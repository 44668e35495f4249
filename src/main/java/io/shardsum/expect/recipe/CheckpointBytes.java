package io.shardsum.expect.recipe;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of a checkpoint's tensors. */
public interface CheckpointBytes {

  /**
   * Fills all that remains of {@code target} with the tensor's bytes from {@code offsetBytes} on.
   *
   * @param offsetBytes relative to the tensor's first byte
   * @throws IOException if the file cannot be read, or ends too soon
   */
  void read(SourceTensor tensor, long offsetBytes, ByteBuffer target) throws IOException;
}
