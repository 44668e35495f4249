package io.shardsum.safetensors;

import static io.shardsum.safetensors.SafetensorsHeader.LENGTH_FIELD_BYTES;
import static io.shardsum.safetensors.SafetensorsHeader.MAX_HEADER_LENGTH_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** The bytes of a file's header, known to be UTF-8, and the length of the data after them. */
final class HeaderBytes {

  private static final int SHORTEST_HEADER_BYTES = 2;
  private static final int CHECKED_AT_ONCE = 8192;

  private final byte[] utf8;
  private final long dataLengthBytes;

  private HeaderBytes(byte[] utf8, long dataLengthBytes) {
    this.utf8 = utf8;
    this.dataLengthBytes = dataLengthBytes;
  }

  static HeaderBytes read(ByteSource source) throws IOException {
    try {
      int lengthBytes = checkedLengthBytes(source);
      byte[] utf8 = new byte[lengthBytes];
      source.readFully(LENGTH_FIELD_BYTES, ByteBuffer.wrap(utf8));
      checkStart(source, utf8);
      checkUtf8(source, utf8);
      return new HeaderBytes(utf8, source.lengthBytes() - LENGTH_FIELD_BYTES - lengthBytes);
    } catch (SafetensorsFormatException e) {
      throw named(source, e);
    }
  }

  /** The refusal, or one that says what the file is instead. */
  private static SafetensorsFormatException named(
      ByteSource source, SafetensorsFormatException refusal) {
    int length = (int) Math.min(source.lengthBytes(), OtherContent.BEGINNING_BYTES);
    ByteBuffer beginning = ByteBuffer.allocate(length);
    try {
      source.readFully(0, beginning);
    } catch (IOException e) {
      refusal.addSuppressed(e);
      return refusal;
    }
    Optional<String> other = OtherContent.insteadOfWeights(beginning.array());
    if (other.isEmpty()) {
      return refusal;
    }
    SafetensorsFormatException named =
        broken(source, FormatRule.NOT_SAFETENSORS, "a header", other.get());
    named.initCause(refusal);
    return named;
  }

  private static void checkStart(ByteSource source, byte[] utf8) throws IOException {
    int start = 0;
    while (start < utf8.length && isWhiteSpace(utf8[start])) {
      start++;
    }
    if (start == utf8.length) {
      throw broken(source, FormatRule.HEADER_START, "byte 0x7b", "only white space");
    }
    if (utf8[start] != '{') {
      throw broken(
          source,
          FormatRule.HEADER_START,
          "byte 0x7b",
          String.format(Locale.ROOT, "byte 0x%02x", utf8[start]));
    }
  }

  /** White space as JSON defines it. */
  private static boolean isWhiteSpace(byte unit) {
    return unit == ' ' || unit == '\t' || unit == '\n' || unit == '\r';
  }

  private static int checkedLengthBytes(ByteSource source) throws IOException {
    long fileBytes = source.lengthBytes();
    if (fileBytes < LENGTH_FIELD_BYTES) {
      throw broken(
          source,
          FormatRule.FILE_TOO_SHORT,
          "at least " + LENGTH_FIELD_BYTES + " bytes",
          fileBytes + " bytes");
    }
    ByteBuffer field = ByteBuffer.allocate(LENGTH_FIELD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    source.readFully(0, field);
    long lengthBytes = field.getLong(0);
    String found = Long.toUnsignedString(lengthBytes) + " bytes";
    if (Long.compareUnsigned(lengthBytes, MAX_HEADER_LENGTH_BYTES) > 0) {
      String expected = "at most " + MAX_HEADER_LENGTH_BYTES + " bytes";
      throw broken(source, FormatRule.HEADER_TOO_LONG, expected, found);
    }
    if (lengthBytes < SHORTEST_HEADER_BYTES) {
      String expected = "at least " + SHORTEST_HEADER_BYTES + " bytes";
      throw broken(source, FormatRule.HEADER_TOO_SHORT, expected, found);
    }
    long roomBytes = fileBytes - LENGTH_FIELD_BYTES;
    if (lengthBytes > roomBytes) {
      String expected = "at most the " + roomBytes + " bytes that follow";
      throw broken(source, FormatRule.HEADER_PAST_END_OF_FILE, expected, found);
    }
    return (int) lengthBytes;
  }

  private static void checkUtf8(ByteSource source, byte[] bytes) throws IOException {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer input = ByteBuffer.wrap(bytes);
    CharBuffer scratch = CharBuffer.allocate(Math.min(bytes.length, CHECKED_AT_ONCE));
    CoderResult result;
    do {
      result = decoder.decode(input, scratch.clear(), true);
    } while (result.isOverflow());
    if (result.isError()) {
      int position = input.position();
      throw broken(
          source,
          FormatRule.HEADER_NOT_UTF8,
          "UTF-8",
          String.format(
              Locale.ROOT, "byte 0x%02x at byte %d of the header", bytes[position], position));
    }
  }

  private static SafetensorsFormatException broken(
      ByteSource source, FormatRule rule, String expected, String found) {
    return new SafetensorsFormatException(source.name(), null, rule, expected, found);
  }

  byte[] utf8() {
    return utf8;
  }

  /** Hands out the length field, then the header. */
  void handTo(Consumer<ByteBuffer> sink) {
    ByteBuffer field = ByteBuffer.allocate(LENGTH_FIELD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    sink.accept(field.putLong(0, utf8.length));
    sink.accept(ByteBuffer.wrap(utf8));
  }

  long dataLengthBytes() {
    return dataLengthBytes;
  }

  long dataOffsetBytes() {
    return (long) LENGTH_FIELD_BYTES + utf8.length;
  }
}
