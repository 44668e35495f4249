package io.shardsum.safetensors;

import io.shardsum.text.ForeignText;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file holds that is not what its name says: a pointer to weights, a page of a web server,
 * an archive, weights of another format, zeros. Judged by the beginning of the file.
 */
public final class OtherContent {

  /** The most bytes of a file's beginning that are looked at. */
  public static final int BEGINNING_BYTES = 4096;

  private static final int FEWEST_ZEROS = 16;
  private static final int SHOWN_CODE_POINTS = 120;

  /** A character that text does not have. */
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\t\n\r\f]]");

  private static final Pattern LFS_POINTER =
      Pattern.compile("version https?://[a-z.-]+/spec/v\\S+\\s.*", Pattern.DOTALL);

  private static final Pattern LFS_OID = Pattern.compile("(?m)^oid (\\w{1,16}:\\w{1,128})\\s*$");
  private static final Pattern LFS_SIZE = Pattern.compile("(?m)^size (\\d{1,19})\\s*$");

  /** The bytes by which a format is known, as Latin-1, and what to call it. */
  private record Magic(int offset, String bytes, String name) {
    boolean isIn(byte[] beginning) {
      if (beginning.length < offset + bytes.length()) {
        return false;
      }
      for (int index = 0; index < bytes.length(); index++) {
        if ((beginning[offset + index] & 0xff) != bytes.charAt(index)) {
          return false;
        }
      }
      return true;
    }
  }

  private static final List<Magic> MAGICS =
      List.of(
          new Magic(0, "PK\3\4", "a zip archive, as PyTorch's .pth and .bin files are"),
          new Magic(0, "PK\5\6", "an empty zip archive"),
          new Magic(0, "GGUF", "a GGUF file"),
          new Magic(0, "\37\213", "data compressed by gzip"),
          new Magic(0, "\50\265\57\375", "data compressed by zstd"),
          new Magic(0, "\4\42\115\30", "data compressed by lz4"),
          new Magic(0, "\3757zXZ\0", "data compressed by xz"),
          new Magic(0, "BZh", "data compressed by bzip2"),
          new Magic(0, "7z\274\257\47\34", "a 7z archive"),
          new Magic(257, "ustar", "a tar archive"),
          new Magic(0, "\211HDF\r\n", "an HDF5 file"),
          new Magic(0, "\223NUMPY", "a NumPy file"),
          new Magic(0, "PAR1", "a Parquet file"));

  private OtherContent() {}

  /**
   * What a file of weights is instead, fit for a message after {@code found}.
   *
   * @param beginning its first {@link #BEGINNING_BYTES}, or all of them if it is shorter
   * @return empty if that is not known
   */
  static Optional<String> insteadOfWeights(byte[] beginning) {
    return insteadOfText(beginning).or(() -> text(beginning).map(OtherContent::nameOfText));
  }

  /**
   * What a JSON file is instead, fit for a message after {@code is not JSON but}.
   *
   * @param beginning its first {@link #BEGINNING_BYTES}, or all of them if it is shorter
   * @return empty if that is not known, or if the fault is one that a JSON parser names
   */
  public static Optional<String> insteadOfJson(byte[] beginning) {
    return insteadOfText(beginning)
        .or(
            () ->
                text(beginning)
                    .filter(text -> LFS_POINTER.matcher(text).matches() || isMarkup(text))
                    .map(OtherContent::nameOfText));
  }

  private static Optional<String> insteadOfText(byte[] beginning) {
    if (beginning.length == 0) {
      return Optional.of("an empty file");
    }
    int zeros = zerosAtTheFront(beginning);
    if (zeros == beginning.length || zeros >= FEWEST_ZEROS) {
      String more = zeros == BEGINNING_BYTES ? " or more" : "";
      return Optional.of("zeros: the file begins with zeros, " + zeros + " bytes" + more);
    }
    for (Magic magic : MAGICS) {
      if (magic.isIn(beginning)) {
        return Optional.of(magic.name());
      }
    }
    if (isPickle(beginning)) {
      return Optional.of("a Python pickle, as PyTorch's older .pth and .bin files are");
    }
    return Optional.empty();
  }

  private static int zerosAtTheFront(byte[] beginning) {
    int zeros = 0;
    while (zeros < beginning.length && beginning[zeros] == 0) {
      zeros++;
    }
    return zeros;
  }

  /** Whether it begins with the opcode PROTO and a protocol, and another opcode follows. */
  private static boolean isPickle(byte[] beginning) {
    return beginning.length > 2
        && beginning[0] == (byte) 0x80
        && beginning[1] >= 2
        && beginning[1] <= 5
        && beginning[2] != 0;
  }

  /** The beginning as text, unless a byte says that it is none. */
  private static Optional<String> text(byte[] beginning) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer characters = CharBuffer.allocate(beginning.length);
    // not the end of the input: a character may be cut there
    if (decoder.decode(ByteBuffer.wrap(beginning), characters, false).isError()) {
      return Optional.empty();
    }
    String text = characters.flip().toString().replaceFirst("^\ufeff", "");
    return text.isBlank() || CONTROL.matcher(text).find() ? Optional.empty() : Optional.of(text);
  }

  private static String nameOfText(String text) {
    if (LFS_POINTER.matcher(text).matches()) {
      return "a Git LFS pointer%s%s: the file itself was not fetched (git lfs pull)"
          .formatted(field(", oid ", LFS_OID, text), field(", size ", LFS_SIZE, text));
    }
    String stripped = text.strip();
    String beginning = HeaderText.quoted(ForeignText.beginning(stripped, SHOWN_CODE_POINTS));
    return kindOfText(stripped) + " that begins with " + beginning;
  }

  private static String kindOfText(String stripped) {
    if (isMarkup(stripped)) {
      String lowerCase = stripped.toLowerCase(Locale.ROOT);
      return lowerCase.startsWith("<!doctype html") || lowerCase.contains("<html")
          ? "an HTML page"
          : "an XML page";
    }
    return stripped.startsWith("{") || stripped.startsWith("[") ? "JSON text" : "text";
  }

  private static boolean isMarkup(String text) {
    return text.stripLeading().startsWith("<");
  }

  private static String field(String label, Pattern field, String text) {
    Matcher matcher = field.matcher(text);
    return matcher.find() ? label + matcher.group(1) : "";
  }
}
