package io.shardsum.expect.recipe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The blocks of tensors that were read last, so that recipes that advance side by side over one
 * tensor read it once. Not safe for use by several threads.
 */
final class BlockCache implements CheckpointBytes {
  private static final float LOAD_FACTOR = 0.75f;

  private record Block(SourceTensor tensor, long index) {}

  private final CheckpointBytes checkpoint;
  private final int blockBytes;
  private final Map<Block, ByteBuffer> held;
  private final Deque<ByteBuffer> unused = new ArrayDeque<>();

  /**
   * @param blocks most blocks that are held
   */
  BlockCache(CheckpointBytes checkpoint, int blockBytes, int blocks) {
    this.checkpoint = checkpoint;
    this.blockBytes = blockBytes;
    this.held =
        new LinkedHashMap<>(2 * blocks, LOAD_FACTOR, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Block, ByteBuffer> eldest) {
            if (size() <= blocks) {
              return false;
            }
            unused.push(eldest.getValue());
            return true;
          }
        };
  }

  @Override
  public void read(SourceTensor tensor, long offsetBytes, ByteBuffer target) throws IOException {
    long offset = offsetBytes;
    while (target.hasRemaining()) {
      ByteBuffer block = block(tensor, offset / blockBytes);
      int inBlock = (int) (offset % blockBytes);
      int length = Math.min(block.limit() - inBlock, target.remaining());
      target.put(block.slice(inBlock, length));
      offset += length;
    }
  }

  private ByteBuffer block(SourceTensor tensor, long index) throws IOException {
    Block key = new Block(tensor, index);
    ByteBuffer block = held.get(key);
    if (block == null) {
      long begin = index * blockBytes;
      block = unused.isEmpty() ? ByteBuffer.allocate(blockBytes) : unused.pop();
      block.clear().limit((int) Math.min(blockBytes, tensor.lengthBytes() - begin));
      checkpoint.read(tensor, begin, block);
      block.flip();
      held.put(key, block);
    }
    return block;
  }
}
