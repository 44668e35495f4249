package io.shardsum.safetensors;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The object that describes one tensor. Unknown fields are passed over, as the reference does. */
final class TensorJson {

  private static final Set<String> FIELDS = Set.of("dtype", "shape", "data_offsets");

  private static final Map<String, DType> DTYPES =
      Arrays.stream(DType.values())
          .collect(Collectors.toUnmodifiableMap(DType::name, Function.identity()));

  private final HeaderTokens tokens;
  private DType dtype;
  private List<Long> shape;
  private List<Long> offsets;

  private TensorJson(HeaderTokens tokens) {
    this.tokens = tokens;
  }

  static TensorEntry read(HeaderTokens tokens, String name) throws IOException {
    if (tokens.at(JsonToken.START_ARRAY)) {
      throw tokens.stricter(FormatRule.TENSOR_NOT_OBJECT, "an object", tokens.found());
    }
    if (!tokens.at(JsonToken.START_OBJECT)) {
      throw tokens.broken(FormatRule.TENSOR_NOT_OBJECT, "an object", tokens.found());
    }
    TensorJson tensor = new TensorJson(tokens);
    tensor.readFields();
    return tensor.entry(name);
  }

  private void readFields() throws IOException {
    Set<String> fields = new HashSet<>();
    while (tokens.next() == JsonToken.FIELD_NAME) {
      String field = tokens.text();
      if (!fields.add(field)) {
        throw FIELDS.contains(field) ? tokens.duplicateKey(field) : tokens.stricterKey(field);
      }
      tokens.next();
      switch (field) {
        case "dtype" -> dtype = readDType();
        case "shape" -> shape = readNumbers(field, FormatRule.NEGATIVE_DIMENSION);
        case "data_offsets" -> offsets = readNumbers(field, FormatRule.NEGATIVE_OFFSET);
        default -> tokens.skipValue();
      }
    }
  }

  private DType readDType() throws IOException {
    if (tokens.at(JsonToken.START_OBJECT)) {
      throw tokens.stricter(FormatRule.FIELD_TYPE, "a string in `dtype`", tokens.found());
    }
    if (!tokens.at(JsonToken.VALUE_STRING)) {
      throw tokens.broken(FormatRule.FIELD_TYPE, "a string in `dtype`", tokens.found());
    }
    String name = tokens.text();
    DType known = DTYPES.get(name);
    if (known == null) {
      throw tokens.broken(
          FormatRule.UNKNOWN_DTYPE,
          "one of " + Arrays.toString(DType.values()),
          HeaderText.quoted(name));
    }
    return known;
  }

  private List<Long> readNumbers(String field, FormatRule ifNegative) throws IOException {
    if (!tokens.at(JsonToken.START_ARRAY)) {
      throw tokens.broken(
          FormatRule.FIELD_TYPE, "an array in " + HeaderText.quoted(field), tokens.found());
    }
    List<Long> numbers = new ArrayList<>();
    while (tokens.next() != JsonToken.END_ARRAY) {
      numbers.add(tokens.wholeNumber(ifNegative));
    }
    return numbers;
  }

  private TensorEntry entry(String name) throws IOException {
    requireField("dtype", dtype);
    requireField("shape", shape);
    requireField("data_offsets", offsets);
    if (offsets.size() != 2) {
      throw tokens.broken(
          FormatRule.OFFSETS_NOT_A_PAIR, "2 numbers", Integer.toString(offsets.size()));
    }
    long beginBytes = offsets.get(0);
    long endBytes = offsets.get(1);
    if (endBytes < beginBytes) {
      throw tokens.broken(
          FormatRule.OFFSETS_REVERSED, "an end of at least " + beginBytes, Long.toString(endBytes));
    }
    long lengthBytes = lengthBytes();
    if (endBytes - beginBytes != lengthBytes) {
      throw tokens.broken(
          FormatRule.LENGTH_MISMATCH,
          String.format(Locale.ROOT, "%d bytes for %s", lengthBytes, dtypeAndShape()),
          String.format(
              Locale.ROOT, "%d bytes at [%d, %d]", endBytes - beginBytes, beginBytes, endBytes));
    }
    return new TensorEntry(name, dtype, shape, beginBytes, endBytes);
  }

  private void requireField(String field, Object value) throws IOException {
    if (value == null) {
      throw tokens.broken(FormatRule.MISSING_FIELD, HeaderText.quoted(field), "none");
    }
  }

  private long lengthBytes() throws IOException {
    long lengthBits;
    try {
      lengthBits = dtype.bitsOf(shape);
    } catch (ArithmeticException e) {
      throw tokens.broken(
          FormatRule.SHAPE_OVERFLOW, "at most " + Long.MAX_VALUE + " bits", dtypeAndShape());
    }
    if (lengthBits % Byte.SIZE != 0) {
      throw tokens.broken(
          FormatRule.PARTIAL_BYTE,
          "a multiple of " + Byte.SIZE + " bits",
          String.format(Locale.ROOT, "%d bits for %s", lengthBits, dtypeAndShape()));
    }
    return lengthBits / Byte.SIZE;
  }

  private String dtypeAndShape() {
    int shownDimensions = 16;
    if (shape.size() <= shownDimensions) {
      return dtype + " " + shape;
    }
    return String.format(
        Locale.ROOT,
        "%s %s... (%d dimensions)",
        dtype,
        shape.subList(0, shownDimensions),
        shape.size());
  }
}
