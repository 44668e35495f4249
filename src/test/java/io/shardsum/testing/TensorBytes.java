package io.shardsum.testing;

import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * The bytes of one tensor in a file, to be changed in place.
 *
 * @param fileOffsetBytes where they begin in the file
 */
public record TensorBytes(Path file, long fileOffsetBytes, int lengthBytes) {

  /** Finds a tensor. */
  public static TensorBytes of(Path file, String tensor) {
    try (ByteSource source = ByteSource.ofPath(file)) {
      SafetensorsHeader header = SafetensorsHeader.read(source);
      TensorEntry entry =
          header.tensors().stream()
              .filter(candidate -> candidate.name().equals(tensor))
              .findFirst()
              .orElseThrow();
      return new TensorBytes(
          file,
          header.dataOffsetBytes() + entry.beginBytes(),
          Math.toIntExact(entry.lengthBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the bytes, has them changed, and writes them. */
  public void change(Consumer<byte[]> how) {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      byte[] bytes = new byte[lengthBytes];
      channel.read(ByteBuffer.wrap(bytes), fileOffsetBytes);
      how.accept(bytes);
      channel.write(ByteBuffer.wrap(bytes), fileOffsetBytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
