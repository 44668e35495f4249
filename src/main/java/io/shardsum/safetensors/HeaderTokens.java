package io.shardsum.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * The JSON tokens of a header, held to what serde_json, the reference's parser, accepts where
 * Jackson is more lenient.
 *
 * <p>Jackson's own limits are lifted to the header's, since a name or a string may be as long as
 * the header is; only nesting stays limited, to what serde_json allows. Jackson reads characters,
 * not bytes, so that it does not take a header with zero bytes for UTF-16, and without its table of
 * names, which a file could flood.
 */
final class HeaderTokens implements Closeable {

  private static final int MAX_NESTING = 127;
  private static final String STRICTER =
      " (Shardsum is stricter here than the safetensors library)";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNameLength(SafetensorsHeader.MAX_HEADER_LENGTH_BYTES)
                  .maxStringLength(SafetensorsHeader.MAX_HEADER_LENGTH_BYTES)
                  .maxNumberLength(SafetensorsHeader.MAX_HEADER_LENGTH_BYTES)
                  .maxDocumentLength(SafetensorsHeader.MAX_HEADER_LENGTH_BYTES)
                  .maxNestingDepth(MAX_NESTING)
                  .build())
          .build();

  private final String file;
  private final JsonParser parser;
  private String tensor;

  HeaderTokens(String file, byte[] utf8) throws IOException {
    this.file = file;
    this.parser =
        JSON.createParser(
            new InputStreamReader(new ByteArrayInputStream(utf8), StandardCharsets.UTF_8));
  }

  /** Names the tensor that exceptions are about from here on; null for none. */
  void about(String tensorName) {
    tensor = tensorName;
  }

  /** The next token; null after the last. */
  JsonToken next() throws IOException {
    return parser.nextToken();
  }

  boolean at(JsonToken token) {
    return parser.currentToken() == token;
  }

  /** The current token, a name or a string. */
  String text() throws IOException {
    String text = parser.getText();
    if (hasLoneSurrogate(text)) {
      throw broken(FormatRule.LONE_SURROGATE, "a pair or no surrogate", HeaderText.quoted(text));
    }
    return text;
  }

  static boolean hasLoneSurrogate(String text) {
    int index = 0;
    while (index < text.length()) {
      int codePoint = text.codePointAt(index);
      if (Character.getType(codePoint) == Character.SURROGATE) {
        return true;
      }
      index += Character.charCount(codePoint);
    }
    return false;
  }

  /** The current token, a whole number from 0 to 2<sup>63</sup> - 1. */
  long wholeNumber(FormatRule ifNegative) throws IOException {
    if (!at(JsonToken.VALUE_NUMBER_INT)) {
      throw broken(FormatRule.NOT_AN_INTEGER, "digits alone", found());
    }
    String digits = parser.getText();
    if (digits.charAt(0) == '-') {
      throw broken(ifNegative, "0 or more", found());
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw broken(FormatRule.INTEGER_TOO_LARGE, "at most " + Long.MAX_VALUE, found());
    }
  }

  /** Passes over the current value, whatever it is, so long as it is sound. */
  void skipValue() throws IOException {
    if (at(JsonToken.START_OBJECT)) {
      Set<String> keys = new HashSet<>();
      while (next() == JsonToken.FIELD_NAME) {
        if (!keys.add(text())) {
          throw stricterKey(text());
        }
        next();
        skipValue();
      }
    } else if (at(JsonToken.START_ARRAY)) {
      while (next() != JsonToken.END_ARRAY) {
        skipValue();
      }
    } else if (at(JsonToken.VALUE_STRING)) {
      text();
    } else if (parser.currentToken().isNumeric()
        && Double.isInfinite(Double.parseDouble(parser.getText()))) {
      throw broken(FormatRule.HEADER_NOT_JSON, "a number within range", found());
    }
  }

  /** The current token in the words of a message. */
  String found() throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> "the string " + HeaderText.quoted(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> HeaderText.shown(parser.getText());
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_TRUE -> "true";
      case VALUE_FALSE -> "false";
      case VALUE_NULL -> "null";
      case FIELD_NAME, END_OBJECT, END_ARRAY, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw new IllegalStateException("not at a value: " + parser.currentToken());
    };
  }

  SafetensorsFormatException duplicateKey(String key) {
    return broken(
        FormatRule.DUPLICATE_KEY, "each key once", HeaderText.quoted(key) + " a second time");
  }

  /** As {@link #duplicateKey}, where the reference takes the last of the values. */
  SafetensorsFormatException stricterKey(String key) {
    return stricter(
        FormatRule.DUPLICATE_KEY, "each key once", HeaderText.quoted(key) + " a second time");
  }

  /** As {@link #broken}, where the reference may read the file. */
  SafetensorsFormatException stricter(FormatRule rule, String expected, String found) {
    return broken(rule, expected, found + STRICTER);
  }

  SafetensorsFormatException broken(FormatRule rule, String expected, String found) {
    return new SafetensorsFormatException(file, tensor, rule, expected, found);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
