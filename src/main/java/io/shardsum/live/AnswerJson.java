package io.shardsum.live;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.shardsum.text.ForeignText;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads the JSON of an answer token by token, held to limits, and complains with the place: {@code
 * ranks[2].checksums}.
 */
final class AnswerJson implements Closeable {

  private static final int MOST_CODE_POINTS = 60;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final int LONGEST_NAME = 4_096;
  private static final int LONGEST_TEXT = 1 << 20;
  private static final int DEEPEST = 64;
  private static final int LONGEST_KEPT = 4_096;
  private static final int MOST_KEPT = 64;
  private static final String DUPLICATE = "Duplicate field";
  private static final String CUT = "Unexpected end-of-input";

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNameLength(LONGEST_NAME)
                  .maxStringLength(LONGEST_TEXT)
                  .maxNestingDepth(DEEPEST)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  /** Reads the value of a field, or of an element, that the parser stands at. */
  @FunctionalInterface
  interface Field {
    void read(String name) throws IOException, MalformedAnswerException;
  }

  /** Reads one element of a list. */
  @FunctionalInterface
  interface Element {
    void read(int index) throws IOException, MalformedAnswerException;
  }

  /** Something that reads. */
  @FunctionalInterface
  interface Reading<T> {
    T read() throws IOException, MalformedAnswerException;
  }

  private final JsonParser parser;
  private final Secret secret;
  private final Map<String, String> names = new HashMap<>();
  private final Map<String, String> otherFields = new HashMap<>();
  private String place = "";

  private AnswerJson(JsonParser parser, Secret secret) {
    this.parser = parser;
    this.secret = secret;
  }

  /**
   * Begins to read UTF-8, after a byte order mark if there is one.
   *
   * @throws IOException if nothing can be read
   */
  static AnswerJson of(InputStream body, Secret secret) throws IOException {
    PushbackInputStream marked = new PushbackInputStream(body, BYTE_ORDER_MARK.length);
    byte[] begin = marked.readNBytes(BYTE_ORDER_MARK.length);
    if (!Arrays.equals(begin, BYTE_ORDER_MARK)) {
      marked.unread(begin);
    }
    Reader text = new InputStreamReader(marked, StandardCharsets.UTF_8.newDecoder());
    return new AnswerJson(FACTORY.createParser(text), secret);
  }

  /**
   * Reads the whole text, which is one value.
   *
   * @throws MalformedAnswerException if it is not JSON, not UTF-8, or beyond a limit
   * @throws IOException if it cannot be read
   */
  <T> T whole(Reading<T> value) throws IOException, MalformedAnswerException {
    try {
      parser.nextToken();
      T read = value.read();
      if (parser.nextToken() != null) {
        throw new MalformedAnswerException("there is more text after the end of the answer");
      }
      return read;
    } catch (JsonProcessingException e) {
      throw new MalformedAnswerException(
          "not JSON%s: %s".formatted(place.isEmpty() ? "" : " in " + place, fault(e)));
    } catch (CharacterCodingException e) {
      throw new MalformedAnswerException("not UTF-8" + (place.isEmpty() ? "" : " in " + place));
    }
  }

  private String fault(JsonProcessingException e) {
    if (e instanceof StreamConstraintsException) {
      return "nested deeper, or with a longer text, than any known answer";
    }
    String said = e.getOriginalMessage();
    if (said != null && said.startsWith(CUT)) {
      return "it ends too early";
    }
    return said != null && said.startsWith(DUPLICATE)
        ? shown(said)
        : "a fault in line %s, column %s"
            .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
  }

  /** Reads the fields of an object. */
  void object(Field fields) throws IOException, MalformedAnswerException {
    require(JsonToken.START_OBJECT, "an object");
    String outside = place;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      place = outside.isEmpty() ? shown(name) : outside + "." + shown(name);
      parser.nextToken();
      fields.read(name);
    }
    place = outside;
  }

  /** Reads the elements of a list. */
  void list(Element elements) throws IOException, MalformedAnswerException {
    require(JsonToken.START_ARRAY, "a list");
    String outside = place;
    for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
      place = outside + "[" + index + "]";
      elements.read(index);
    }
    place = outside;
  }

  boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  boolean isList() {
    return parser.currentToken() == JsonToken.START_ARRAY;
  }

  Optional<String> text() throws IOException, MalformedAnswerException {
    if (isNull()) {
      return Optional.empty();
    }
    require(JsonToken.VALUE_STRING, "text");
    return Optional.of(secret.blotted(parser.getText()));
  }

  Optional<Boolean> truth() throws MalformedAnswerException {
    return switch (parser.currentToken()) {
      case VALUE_NULL -> Optional.empty();
      case VALUE_TRUE -> Optional.of(true);
      case VALUE_FALSE -> Optional.of(false);
      default -> throw unexpected("true or false");
    };
  }

  /** A number that is not below zero. */
  OptionalInt count() throws IOException, MalformedAnswerException {
    if (isNull()) {
      return OptionalInt.empty();
    }
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() == JsonParser.NumberType.INT
        && parser.getIntValue() >= 0) {
      return OptionalInt.of(parser.getIntValue());
    }
    throw unexpected("a whole number, 0 or more");
  }

  /** The checksum of a tensor. */
  String checksum(TensorDigest digest) throws IOException, MalformedAnswerException {
    require(JsonToken.VALUE_STRING, "text");
    String text = parser.getText();
    if (!digest.fits(text)) {
      throw malformed(
          "expected %s lower-case hex digits, found '%s'"
              .formatted(digest.hexDigits(), shown(text)));
    }
    return text;
  }

  /**
   * A name, the same object each time: ranks have the same names.
   *
   * @throws MalformedAnswerException if it is half of a surrogate pair, which no bytes stand for
   */
  String name(String name) throws MalformedAnswerException {
    String known = names.get(name);
    if (known != null) {
      return known;
    }
    boolean half = name.codePoints().anyMatch(point -> point >= 0xD800 && point <= 0xDFFF);
    if (half) {
      throw malformed("the name has half of a surrogate pair, so it is not valid Unicode");
    }
    String blotted = secret.blotted(name);
    names.put(name, blotted);
    return blotted;
  }

  /** Keeps the value of a field that is not known here. */
  void keep() throws IOException {
    if (otherFields.size() >= MOST_KEPT) {
      parser.skipChildren();
      return;
    }
    StringWriter kept = new CutWriter(LONGEST_KEPT);
    try (JsonGenerator copy = FACTORY.createGenerator(kept)) {
      copy.copyCurrentStructure(parser);
    }
    String text = kept.toString();
    otherFields.put(
        place, text.length() < LONGEST_KEPT ? secret.blotted(text) : secret.blottedBeginning(text));
  }

  /** What {@link #keep} kept, by place. */
  Map<String, String> otherFields() {
    return otherFields;
  }

  /** A fault at the place where the parser stands. */
  MalformedAnswerException malformed(String what) {
    return new MalformedAnswerException(place.isEmpty() ? what : place + ": " + what);
  }

  private void require(JsonToken token, String what) throws MalformedAnswerException {
    if (parser.currentToken() != token) {
      throw unexpected(what);
    }
  }

  private MalformedAnswerException unexpected(String what) {
    return malformed("expected %s, found %s".formatted(what, found()));
  }

  private String found() {
    JsonToken token = parser.currentToken();
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_STRING -> "text";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "true or false";
      case VALUE_NULL -> "null";
      default -> "no value";
    };
  }

  private String shown(String text) {
    return ForeignText.shown(secret.blotted(text), MOST_CODE_POINTS);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  /** Keeps the beginning of what is written. */
  private static final class CutWriter extends StringWriter {
    private final int most;

    CutWriter(int most) {
      this.most = most;
    }

    @Override
    public void write(char[] text, int from, int length) {
      int left = most - getBuffer().length();
      super.write(text, from, Math.max(0, Math.min(left, length)));
    }
  }
}
