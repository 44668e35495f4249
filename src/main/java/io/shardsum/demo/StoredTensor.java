package io.shardsum.demo;

import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;

/**
 * A tensor in a file, to be damaged as a disk would: the file's time of modification stays.
 *
 * @param file holds it
 * @param positionBytes where its bytes begin in the file
 * @param lengthBytes how long it is
 */
record StoredTensor(Path file, long positionBytes, long lengthBytes) {

  private static final int BLOCK_BYTES = 4096;

  static StoredTensor find(Path file, String name) throws IOException {
    try (ByteSource source = ByteSource.ofPath(file)) {
      SafetensorsHeader header = SafetensorsHeader.read(source);
      TensorEntry tensor =
          header.tensors().stream()
              .filter(entry -> entry.name().equals(name))
              .findFirst()
              .orElseThrow();
      return new StoredTensor(
          file, header.dataOffsetBytes() + tensor.beginBytes(), tensor.lengthBytes());
    }
  }

  /** Flips bits of one byte. */
  void flip(long offsetBytes, int mask) throws IOException {
    ByteBuffer flipped = ByteBuffer.allocate(1);
    try (ByteSource source = ByteSource.ofPath(file)) {
      source.readFully(positionBytes + offsetBytes, flipped);
    }
    flipped.put(0, (byte) (flipped.get(0) ^ mask)).flip();
    overwrite(offsetBytes, flipped);
  }

  /** Makes whole blocks of the file zeros, from the first that begins behind an offset. */
  void clearBlocks(long offsetBytes, int count) throws IOException {
    long block = (positionBytes + offsetBytes) / BLOCK_BYTES + 1;
    overwrite(block * BLOCK_BYTES - positionBytes, ByteBuffer.allocate(count * BLOCK_BYTES));
  }

  private void overwrite(long offsetBytes, ByteBuffer bytes) throws IOException {
    FileTime modified = Files.getLastModifiedTime(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(bytes, positionBytes + offsetBytes);
    }
    Files.setLastModifiedTime(file, modified);
  }
}
