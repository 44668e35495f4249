package io.shardsum.source;

import io.shardsum.io.ListedFile;
import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.SafetensorsWriter;
import io.shardsum.safetensors.TensorSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Files of weights, made for a test. */
final class WeightFiles {

  private WeightFiles() {}

  /** Writes tensors of bytes, named t0, t1, ..., of the lengths given, filled at random. */
  static Path write(Path file, int... lengths) throws IOException {
    Random random = new Random(lengths.length);
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    for (int length : lengths) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      tensors.put(bytes("t" + tensors.size(), length), bytes);
    }
    return write(file, tensors);
  }

  static Path write(Path file, Map<TensorSpec, byte[]> tensors) throws IOException {
    Files.createDirectories(file.getParent());
    SafetensorsWriter.write(file, tensors, Map.of());
    return file;
  }

  /** Writes one tensor of zeros that take no room on the disk. */
  static Path writeSparse(Path file, long length) throws IOException {
    byte[] header = SafetensorsWriter.encodeHeader(List.of(bytes("huge", length)), Map.of());
    Files.write(file, header);
    setLength(file, header.length + length);
    return file;
  }

  static void setLength(Path file, long length) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(length);
    }
  }

  static TensorSpec bytes(String name, long length) {
    return new TensorSpec(name, DType.U8, List.of(length));
  }

  static long headerBytes(Path file) throws IOException {
    return header(file).dataOffsetBytes();
  }

  static SafetensorsHeader header(Path file) throws IOException {
    try (ByteSource source = ByteSource.ofPath(file)) {
      return SafetensorsHeader.read(source);
    }
  }

  /** The file as a lister finds it now. */
  static ScannedFile listed(Path file, String... skip) throws IOException {
    return listed(uri(file), file, skip);
  }

  static ScannedFile listed(String path, Path file, String... skip) throws IOException {
    return new ScannedFile(
        new ListedFile(path, Files.size(file), Files.getLastModifiedTime(file).toMillis()),
        List.of(skip));
  }

  /** The file's path as rows and messages show it. */
  static String uri(Path file) {
    return "file:" + file.toAbsolutePath();
  }

  static FileSlice whole(ScannedFile file) {
    return new FileSlice(0, file, 0, file.lengthBytes());
  }
}
