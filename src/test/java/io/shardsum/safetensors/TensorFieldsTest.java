package io.shardsum.safetensors;

import static io.shardsum.safetensors.FileBytes.assertRefused;
import static io.shardsum.safetensors.FileBytes.file;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorFieldsTest {

  /** A file of tensor `a` with these fields, and one byte of data. */
  private static byte[] tensor(String dtype, String shape, String offsets) {
    return file(
        String.join("", "{\"a\":{\"dtype\":", dtype, ",\"shape\":", shape, ",\"data_offsets\":")
            + offsets
            + "}}",
        1);
  }

  @Test
  void rejectsTensorThatIsNoObject() {
    assertRefused(
        file("{\"a\":[\"U8\",[1],[0,1]]}", 1),
        FormatRule.TENSOR_NOT_OBJECT,
        "tensor is not an object: tensor `a`: expected an object, found an array"
            + " (Shardsum is stricter here than the safetensors library)");
    assertRefused(
        file("{\"a\":\"U8\"}", 1),
        FormatRule.TENSOR_NOT_OBJECT,
        "tensor is not an object: tensor `a`: expected an object, found the string `U8`");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "dtype        | {\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}",
        "shape        | {\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}",
        "data_offsets | {\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}",
        "dtype        | {\"a\":{}}"
      })
  void rejectsTensorWithoutOneOfItsFields(String missing, String header) {
    assertRefused(
        file(header, 1),
        FormatRule.MISSING_FIELD,
        "tensor lacks a field: tensor `a`: expected `" + missing + "`, found none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "1.5e300",
        "\"text\"",
        "[[],{}]",
        "{\"dtype\":\"F64\",\"shape\":{\"k\":[-1,false]}}"
      })
  void ignoresUnknownFieldAsTheReferenceDoes(String value) throws IOException {
    String header =
        "{\"a\":{\"x\":%s,\"dtype\":\"U8\",\"shape\":[1],\"y\":%s,\"data_offsets\":[0,1]}}";
    assertThat(FileBytes.read(file(header.formatted(value, value), 1)).tensors())
        .containsExactly(new TensorEntry("a", DType.U8, List.of(1L), 0, 1));
  }

  @Test
  void rejectsUnknownDtype() {
    assertRefused(
        tensor("\"u8\"", "[1]", "[0,1]"),
        FormatRule.UNKNOWN_DTYPE,
        "unknown dtype: tensor `a`: expected one of [BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2,"
            + " F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, I16, U16, F16, BF16, I32, U32, F32,"
            + " C64, F64, I64, U64], found `u8`");
  }

  @Test
  void rejectsDtypeThatIsNoString() {
    assertRefused(
        tensor("{\"U8\":null}", "[1]", "[0,1]"),
        FormatRule.FIELD_TYPE,
        "field of a tensor has the wrong type: tensor `a`: expected a string in `dtype`,"
            + " found an object (Shardsum is stricter here than the safetensors library)");
  }

  @Test
  void rejectsShapeThatIsNoArray() {
    assertRefused(
        tensor("\"U8\"", "1", "[0,1]"),
        FormatRule.FIELD_TYPE,
        "field of a tensor has the wrong type: tensor `a`: expected an array in `shape`, found 1");
  }

  @Test
  void rejectsOffsetsThatAreNoArray() {
    assertRefused(
        tensor("\"U8\"", "[1]", "null"),
        FormatRule.FIELD_TYPE,
        "field of a tensor has the wrong type: tensor `a`: expected an array in `data_offsets`,"
            + " found null");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0", "1e0", "10E-1", "-1.5", "null", "true"})
  void rejectsNumberThatIsNoPlainInteger(String number) {
    String message = "not a plain integer: tensor `a`: expected digits alone, found " + number;
    assertRefused(
        tensor("\"U8\"", "[" + number + "]", "[0,1]"), FormatRule.NOT_AN_INTEGER, message);
    assertRefused(
        tensor("\"U8\"", "[1]", "[0," + number + "]"), FormatRule.NOT_AN_INTEGER, message);
  }

  @Test
  void rejectsNumberInQuotes() {
    assertRefused(
        tensor("\"U8\"", "[\"1\"]", "[0,1]"),
        FormatRule.NOT_AN_INTEGER,
        "not a plain integer: tensor `a`: expected digits alone, found the string `1`");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-0", "-9223372036854775809"})
  void rejectsNegativeDimension(String dimension) {
    assertRefused(
        tensor("\"U8\"", "[" + dimension + "]", "[0,1]"),
        FormatRule.NEGATIVE_DIMENSION,
        "negative dimension: tensor `a`: expected 0 or more, found " + dimension);
  }

  @Test
  void rejectsNegativeOffset() {
    assertRefused(
        tensor("\"U8\"", "[1]", "[-1,0]"),
        FormatRule.NEGATIVE_OFFSET,
        "negative offset: tensor `a`: expected 0 or more, found -1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"9223372036854775808", "18446744073709551616"})
  void rejectsIntegerPastTheLargest(String number) {
    String message =
        "integer is too large: tensor `a`: expected at most 9223372036854775807, found " + number;
    assertRefused(
        tensor("\"U8\"", "[0," + number + "]", "[0,0]"), FormatRule.INTEGER_TOO_LARGE, message);
    assertRefused(
        tensor("\"U8\"", "[1]", "[0," + number + "]"), FormatRule.INTEGER_TOO_LARGE, message);
  }

  @Test
  void cutsEndlessIntegerInTheMessage() {
    assertRefused(
        tensor("\"U8\"", "[" + "9".repeat(5000) + "]", "[0,1]"),
        FormatRule.INTEGER_TOO_LARGE,
        "integer is too large: tensor `a`: expected at most 9223372036854775807, found "
            + "9".repeat(200)
            + "… (5000 characters)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"[]|0", "[0]|1", "[0,1,1]|3"})
  void rejectsOffsetsThatAreNotTwo(String offsets, String count) {
    assertRefused(
        tensor("\"U8\"", "[1]", offsets),
        FormatRule.OFFSETS_NOT_A_PAIR,
        "`data_offsets` is not a pair: tensor `a`: expected 2 numbers, found " + count);
  }

  @Test
  void rejectsEndBeforeBegin() {
    assertRefused(
        tensor("\"U8\"", "[1]", "[1,0]"),
        FormatRule.OFFSETS_REVERSED,
        "tensor ends before it begins: tensor `a`: expected an end of at least 1, found 0");
  }

  @Test
  void rejectsProductOfDimensionsThatOverflows() {
    assertRefused(
        tensor("\"U8\"", "[4294967296,4294967296]", "[0,1]"),
        FormatRule.SHAPE_OVERFLOW,
        "size of the shape overflows: tensor `a`: expected at most 9223372036854775807 bits,"
            + " found U8 [4294967296, 4294967296]");
  }

  @Test
  void rejectsProductOfDimensionsAndElementBitsThatOverflows() {
    assertRefused(
        tensor("\"F64\"", "[144115188075855872]", "[0,1]"),
        FormatRule.SHAPE_OVERFLOW,
        "size of the shape overflows: tensor `a`: expected at most 9223372036854775807 bits,"
            + " found F64 [144115188075855872]");
  }

  @Test
  void showsTheFirstOfManyDimensions() {
    assertRefused(
        tensor("\"U8\"", "[" + "2,".repeat(99) + "2]", "[0,1]"),
        FormatRule.SHAPE_OVERFLOW,
        "size of the shape overflows: tensor `a`: expected at most 9223372036854775807 bits,"
            + " found U8 [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]... (100 dimensions)");
  }

  @Test
  void rejectsElementsThatDoNotFillWholeBytes() {
    assertRefused(
        tensor("\"F4\"", "[3]", "[0,2]"),
        FormatRule.PARTIAL_BYTE,
        "elements do not fill whole bytes: tensor `a`: expected a multiple of 8 bits,"
            + " found 12 bits for F4 [3]");
    assertRefused(
        tensor("\"F6_E3M2\"", "[]", "[0,1]"),
        FormatRule.PARTIAL_BYTE,
        "elements do not fill whole bytes: tensor `a`: expected a multiple of 8 bits,"
            + " found 6 bits for F6_E3M2 []");
  }

  @Test
  void acceptsElementsOfLessThanAByteThatFillWholeBytes() throws IOException {
    assertThat(FileBytes.read(tensor("\"F4\"", "[2]", "[0,1]")).tensors()).hasSize(1);
    String header = "{\"a\":{\"dtype\":\"F6_E2M3\",\"shape\":[4],\"data_offsets\":[0,3]}}";
    assertThat(FileBytes.read(file(header, 3)).tensors()).hasSize(1);
  }

  @Test
  void rejectsOffsetsThatDoNotFitDtypeAndShape() {
    assertRefused(
        tensor("\"F16\"", "[2,3]", "[0,11]"),
        FormatRule.LENGTH_MISMATCH,
        "offsets do not fit dtype and shape: tensor `a`: expected 12 bytes for F16 [2, 3],"
            + " found 11 bytes at [0, 11]");
  }

  @Test
  void acceptsShapeWithoutDimensionsAsOneElement() throws IOException {
    assertThat(FileBytes.read(tensor("\"BOOL\"", "[]", "[0,1]")).tensors())
        .containsExactly(new TensorEntry("a", DType.BOOL, List.of(), 0, 1));
  }

  @Test
  void acceptsShapeWithZeroAsNoBytes() throws IOException {
    String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[3,0,5],\"data_offsets\":[0,0]}}";
    assertThat(FileBytes.read(file(header, 0)).tensors())
        .containsExactly(new TensorEntry("a", DType.F32, List.of(3L, 0L, 5L), 0, 0));
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void readsEveryDtype(DType dtype) throws IOException {
    byte[] header =
        SafetensorsWriter.encodeHeader(List.of(new TensorSpec("a", dtype, List.of(8L))), Map.of());
    assertThat(
            FileBytes.read(Arrays.copyOf(header, header.length + dtype.bits()))
                .tensors()
                .get(0)
                .dtype())
        .isEqualTo(dtype);
  }
}
