package io.shardsum.safetensors;

import static io.shardsum.safetensors.FileBytes.assertRefused;
import static io.shardsum.safetensors.FileBytes.file;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderKeysTest {

  private static final String STRICTER =
      " (Shardsum is stricter here than the safetensors library)";

  private static final String EXTRA =
      """
      {"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"extra":%s}}""";

  @Test
  void rejectsTensorNamedTwice() {
    String header =
        """
        {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
        "\\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""";
    assertRefused(
        file(header, 2),
        FormatRule.DUPLICATE_KEY,
        "object has a key twice: expected each key once, found `a` a second time" + STRICTER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"dtype\":\"U8\"", "\"shape\":[1]", "\"data_offsets\":[0,1]"})
  void rejectsTensorFieldTwice(String field) {
    String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]," + field + "}}";
    String name = field.substring(1, field.indexOf(':') - 1);
    assertRefused(
        file(header, 1),
        FormatRule.DUPLICATE_KEY,
        "object has a key twice: tensor `a`: expected each key once, found `"
            + name
            + "` a second time");
  }

  @Test
  void rejectsUnknownFieldTwice() {
    assertRefused(
        file(EXTRA.formatted("1,\"extra\":2"), 1),
        FormatRule.DUPLICATE_KEY,
        "object has a key twice: tensor `a`: expected each key once,"
            + " found `extra` a second time"
            + STRICTER);
  }

  @Test
  void rejectsKeyTwiceInsideUnknownField() {
    assertRefused(
        file(EXTRA.formatted("[{\"k\":1,\"k\":1}]"), 1),
        FormatRule.DUPLICATE_KEY,
        "object has a key twice: tensor `a`: expected each key once, found `k` a second time"
            + STRICTER);
  }

  @Test
  void rejectsMetadataKeyTwice() {
    assertRefused(
        file("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0),
        FormatRule.DUPLICATE_KEY,
        "object has a key twice: expected each key once, found `k` a second time" + STRICTER);
  }

  @Test
  void rejectsMetadataTwice() {
    assertRefused(
        file("{\"__metadata__\":{},\"__metadata__\":{}}", 0),
        FormatRule.DUPLICATE_KEY,
        "object has a key twice: expected each key once, found `__metadata__` a second time");
  }

  @Test
  void takesNullForNoMetadata() throws IOException {
    assertThat(FileBytes.read(file("{\"__metadata__\":null}", 0)).metadata()).isEmpty();
    assertRefused(
        file("{\"__metadata__\":null,\"__metadata__\":null}", 0),
        FormatRule.DUPLICATE_KEY,
        "object has a key twice: expected each key once, found `__metadata__` a second time");
    assertRefused(
        file("{\"__metadata__\":{\"k\":null}}", 0),
        FormatRule.METADATA_NOT_STRINGS,
        "`__metadata__` is not a map of strings: expected a string for `k`, found null");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "false"})
  void rejectsMetadataThatIsNoObject(String value) {
    assertRefused(
        file("{\"__metadata__\":" + value + "}", 0),
        FormatRule.METADATA_NOT_STRINGS,
        "`__metadata__` is not a map of strings: expected an object, found " + value);
  }

  @Test
  void rejectsMetadataArray() {
    assertRefused(
        file("{\"__metadata__\":[]}", 0),
        FormatRule.METADATA_NOT_STRINGS,
        "`__metadata__` is not a map of strings: expected an object, found an array");
  }

  @Test
  void rejectsMetadataValueThatIsNoString() {
    assertRefused(
        file("{\"__metadata__\":{\"k\":{}}}", 0),
        FormatRule.METADATA_NOT_STRINGS,
        "`__metadata__` is not a map of strings: expected a string for `k`, found an object");
    assertRefused(
        file("{\"__metadata__\":{\"k\":1.5}}", 0),
        FormatRule.METADATA_NOT_STRINGS,
        "`__metadata__` is not a map of strings: expected a string for `k`, found 1.5");
  }
}
