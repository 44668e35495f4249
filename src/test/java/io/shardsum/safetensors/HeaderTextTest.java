package io.shardsum.safetensors;

import static io.shardsum.safetensors.FileBytes.assertRefused;
import static io.shardsum.safetensors.FileBytes.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderTextTest {

  private static final String EXTRA =
      """
      {"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"extra":%s}}""";

  @Test
  void rejectsByteThatIsNoUtf8() {
    byte[] header = {'{', '"', (byte) 0xff, '"', ':', '{', '}', '}'};
    assertRefused(
        file(header.length, header, 0),
        FormatRule.HEADER_NOT_UTF8,
        "header is not UTF-8: expected UTF-8, found byte 0xff at byte 2 of the header");
  }

  @Test
  void rejectsSurrogateInUtf8() {
    byte[] header = {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ':', '{', '}', '}'};
    assertRefused(
        file(header.length, header, 0),
        FormatRule.HEADER_NOT_UTF8,
        "header is not UTF-8: expected UTF-8, found byte 0xed at byte 2 of the header");
  }

  @Test
  void rejectsOverlongUtf8() {
    byte[] header = {'{', '"', (byte) 0xc0, (byte) 0xaf, '"', ':', '{', '}', '}'};
    assertRefused(
        file(header.length, header, 0),
        FormatRule.HEADER_NOT_UTF8,
        "header is not UTF-8: expected UTF-8, found byte 0xc0 at byte 2 of the header");
  }

  @Test
  void rejectsUtf8CutByTheEndOfTheHeader() {
    byte[] header = {'{', '}', (byte) 0xe2, (byte) 0x82};
    assertRefused(
        file(header.length, header, 0),
        FormatRule.HEADER_NOT_UTF8,
        "header is not UTF-8: expected UTF-8, found byte 0xe2 at byte 2 of the header");
  }

  @Test
  void findsBadByteFarIntoTheHeader() {
    byte[] header = ("{}" + " ".repeat(20_000) + "?").getBytes(StandardCharsets.UTF_8);
    header[20_002] = (byte) 0x80;
    assertRefused(
        file(header.length, header, 0),
        FormatRule.HEADER_NOT_UTF8,
        "header is not UTF-8: expected UTF-8, found byte 0x80 at byte 20002 of the header");
  }

  @Test
  void rejectsHeaderOfWhiteSpace() {
    assertRefused(
        file(" \n\t\r", 0),
        FormatRule.HEADER_START,
        "header does not start with `{`: expected byte 0x7b, found only white space");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u000b{}", "\f{}", "\0{}", "\u00a0{}"})
  void rejectsWhatIsNoWhiteSpaceInJsonBeforeTheObject(String header) {
    assertThatThrownBy(() -> FileBytes.read(file(header, 0)))
        .isInstanceOfSatisfying(
            SafetensorsFormatException.class,
            e -> assertThat(e.rule()).isEqualTo(FormatRule.HEADER_START));
  }

  /** As writers pad that align the data to a page. */
  @Test
  void acceptsPaddingBeforeTheObject() throws IOException {
    String tensor = "{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}";
    String padding = " ".repeat(4096 - 8 - tensor.length());
    SafetensorsHeader header = FileBytes.read(file(padding + tensor, 1));
    assertThat(header.dataOffsetBytes()).isEqualTo(4096);
    assertThat(header.tensors()).extracting(TensorEntry::name).containsExactly("a");
    assertThat(FileBytes.read(file("\r \t\n{}\n", 0)).tensors()).isEmpty();
  }

  @Test
  void rejectsByteOrderMark() {
    assertRefused(
        file("\ufeff{}", 0),
        FormatRule.HEADER_START,
        "header does not start with `{`: expected byte 0x7b, found byte 0xef");
  }

  @Test
  void rejectsArray() {
    assertRefused(
        file("[]", 0),
        FormatRule.HEADER_START,
        "header does not start with `{`: expected byte 0x7b, found byte 0x5b");
  }

  @Test
  void acceptsEmptyObjectWithoutData() throws IOException {
    assertThat(FileBytes.read(file("{}", 0)))
        .isEqualTo(new SafetensorsHeader(List.of(), Map.of(), 10));
  }

  @Test
  void acceptsPaddingOfSpaces() throws IOException {
    assertThat(FileBytes.read(file("{}      ", 0)).dataOffsetBytes()).isEqualTo(16);
  }

  @Test
  void acceptsPaddingOfOtherWhiteSpaceAsTheReferenceDoes() throws IOException {
    assertThat(FileBytes.read(file("{}\r \t\n", 0)).tensors()).isEmpty();
  }

  @Test
  void rejectsObjectThatDoesNotEnd() {
    SafetensorsFormatException refusal =
        assertRefused(
            file("{\"a", 0),
            FormatRule.HEADER_NOT_JSON,
            "header is not one JSON object: expected JSON, found an error at character 3:"
                + " Unexpected end-of-input in field name");
    assertThat(refusal).hasCauseInstanceOf(JsonProcessingException.class);
  }

  @Test
  void rejectsSecondObject() {
    assertRefused(
        file("{} {}", 0),
        FormatRule.HEADER_NOT_JSON,
        "header is not one JSON object: expected one object, found more after it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}}",
        "{},",
        "{}\0\0",
        "{\0}\0",
        "{}\u00a0",
        "{}//",
        "{,}",
        "{'a':1}",
        "{a:1}",
        "{\"\t\":1}",
        "{\"\\x41\":1}",
        "{\"a\" 1}",
        "{\"__metadata__\":{},}"
      })
  void rejectsWhatIsNotStrictJson(String header) {
    assertNotJson(file(header, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NaN",
        "Infinity",
        "-Infinity",
        "+1",
        "01",
        "-",
        ".5",
        "5.",
        "1e",
        "0x1",
        "nul",
        "True",
        "[1,]",
        "[,1]",
        "[1 2]",
        "/**/1",
        "1e999",
        "'x'",
        ""
      })
  void rejectsUnknownFieldThatIsNotStrictJson(String value) {
    assertNotJson(file(EXTRA.formatted(value), 1));
  }

  private static void assertNotJson(byte[] file) {
    assertThatThrownBy(() -> FileBytes.read(file))
        .isInstanceOfSatisfying(
            SafetensorsFormatException.class,
            e -> assertThat(e.rule()).isEqualTo(FormatRule.HEADER_NOT_JSON))
        .hasMessageStartingWith("Cannot read m.safetensors: header is not one JSON object: ");
  }

  @Test
  void acceptsNestingOfUnknownFieldUpToTheReferencesLimit() throws IOException {
    String deepest = "[".repeat(125) + "]".repeat(125);
    assertThat(FileBytes.read(file(EXTRA.formatted(deepest), 1)).tensors()).hasSize(1);
    assertNotJson(file(EXTRA.formatted("[" + deepest + "]"), 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\ud800", "\\udc00", "\\udc00\\ud800", "\\ud83dx", "x\\ud83d"})
  void rejectsLoneSurrogateInTensorName(String name) {
    String header = "{\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}";
    assertRefused(
        file(header, 1),
        FormatRule.LONE_SURROGATE,
        "string has half of a surrogate pair: expected a pair or no surrogate, found `"
            + name
            + "`");
  }

  @Test
  void rejectsLoneSurrogateInMetadata() {
    assertRefused(
        file("{\"__metadata__\":{\"k\":\"\\ud800\"}}", 0),
        FormatRule.LONE_SURROGATE,
        "string has half of a surrogate pair: expected a pair or no surrogate, found `\\ud800`");
  }

  @Test
  void rejectsLoneSurrogateInUnknownField() {
    assertRefused(
        file(EXTRA.formatted("[\"\\udfff\"]"), 1),
        FormatRule.LONE_SURROGATE,
        "string has half of a surrogate pair: tensor `a`: expected a pair or no surrogate,"
            + " found `\\udfff`");
  }

  @Test
  void readsEscapedSurrogatePairAsOneCharacter() throws IOException {
    String header = "{\"\\ud83d\\ude00\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}";
    assertThat(FileBytes.read(file(header, 1)).tensors().get(0).name()).isEqualTo("\ud83d\ude00");
  }
}
