package io.shardsum.safetensors;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The header of one file: which tensors it holds, and where.
 *
 * @param tensors the tensors by offset; empty ones at the same offset before the one with bytes
 *     there, and by name in code point order. Each begins where the one before it ends, the first
 *     at 0, the last ends with the file.
 * @param metadata the strings of {@code __metadata__} in the file's order; empty if it has none
 * @param dataOffsetBytes offset of the data section from the start of the file
 */
public record SafetensorsHeader(
    List<TensorEntry> tensors, Map<String, String> metadata, long dataOffsetBytes) {

  /** The longest header that is read or written, in bytes; the reference's limit. */
  public static final int MAX_HEADER_LENGTH_BYTES = 100_000_000;

  /** The length of the field that holds the header's length, in bytes. */
  static final int LENGTH_FIELD_BYTES = 8;

  /** Copies the tensors and the metadata. */
  public SafetensorsHeader {
    tensors = List.copyOf(tensors);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(requireNonNull(metadata)));
  }

  /**
   * Reads and checks the header of a file. The tensors' bytes are not read.
   *
   * <p>Nothing is allocated before the header's length is known to be within the limit and the
   * file; memory then stays within some ten times that length.
   *
   * @throws SafetensorsFormatException if the file breaks a {@link FormatRule}
   * @throws IOException if the source cannot be read
   */
  public static SafetensorsHeader read(ByteSource source) throws IOException {
    return read(source, bytes -> {});
  }

  /**
   * The same, handing out what was read.
   *
   * @param sink takes all bytes before the data section, once they are known to be a header
   */
  public static SafetensorsHeader read(ByteSource source, Consumer<ByteBuffer> sink)
      throws IOException {
    HeaderBytes bytes = HeaderBytes.read(source);
    HeaderJson json = HeaderJson.parse(source.name(), bytes.utf8());
    List<TensorEntry> ordered =
        TensorLayout.inFileOrder(source.name(), json.tensors(), bytes.dataLengthBytes());
    bytes.handTo(sink);
    return new SafetensorsHeader(ordered, json.metadata(), bytes.dataOffsetBytes());
  }

  /** The number of bytes of the data section, which all the tensors together fill. */
  public long dataLengthBytes() {
    return tensors.isEmpty() ? 0 : tensors.get(tensors.size() - 1).endBytes();
  }
}
