package io.shardsum.expect.recipe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Parts one after another. Only the part that was read last stays open. */
final class JoinedReader implements RecipeReader {
  private final List<Recipe> parts;
  private final CheckpointBytes checkpoint;
  private final long[] begins;
  private int openPart = -1;
  private RecipeReader open;

  JoinedReader(List<Recipe> parts, CheckpointBytes checkpoint) {
    this.parts = parts;
    this.checkpoint = checkpoint;
    this.begins = new long[parts.size() + 1];
    for (int index = 0; index < parts.size(); index++) {
      begins[index + 1] = begins[index] + parts.get(index).lengthBytes();
    }
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    int limit = target.limit();
    long offset = offsetBytes;
    while (target.position() < limit) {
      int index = partAt(offset);
      int length = (int) Math.min(begins[index + 1] - offset, limit - target.position());
      target.limit(target.position() + length);
      opened(index).read(offset - begins[index], target);
      offset += length;
    }
  }

  private int partAt(long offset) {
    int found = Arrays.binarySearch(begins, offset);
    int index = found < 0 ? -found - 2 : found;
    while (begins[index + 1] == offset) {
      index++;
    }
    return index;
  }

  private RecipeReader opened(int index) {
    if (index != openPart) {
      open = parts.get(index).open(checkpoint);
      openPart = index;
    }
    return open;
  }
}
