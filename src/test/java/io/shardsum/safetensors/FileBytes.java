package io.shardsum.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The bytes of small files, and what reading them gives. */
final class FileBytes {

  private FileBytes() {}

  /** A file that claims {@code headerLength}, holds the header, and as many zero bytes of data. */
  static byte[] file(long headerLength, byte[] header, int dataBytes) {
    return ByteBuffer.allocate(8 + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(headerLength)
        .put(header)
        .array();
  }

  static byte[] file(long headerLength, String header, int dataBytes) {
    return file(headerLength, header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  static byte[] file(String header, int dataBytes) {
    byte[] utf8 = header.getBytes(StandardCharsets.UTF_8);
    return file(utf8.length, utf8, dataBytes);
  }

  static SafetensorsHeader read(byte[] file) throws IOException {
    return SafetensorsHeader.read(new MemoryByteSource(file));
  }

  /** Asserts the refusal, its rule, and the message after {@code Cannot read m.safetensors: }. */
  static SafetensorsFormatException assertRefused(byte[] file, FormatRule rule, String message) {
    return assertRefused(new MemoryByteSource(file), rule, message);
  }

  static SafetensorsFormatException assertRefused(
      ByteSource source, FormatRule rule, String message) {
    SafetensorsFormatException refusal =
        catchThrowableOfType(
            SafetensorsFormatException.class, () -> SafetensorsHeader.read(source));
    assertThat(refusal).isNotNull().hasMessage("Cannot read m.safetensors: " + message);
    assertThat(refusal.rule()).isEqualTo(rule);
    assertThat(refusal.file()).isEqualTo("m.safetensors");
    return refusal;
  }
}
