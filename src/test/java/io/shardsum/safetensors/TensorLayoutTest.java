package io.shardsum.safetensors;

import static io.shardsum.safetensors.FileBytes.assertRefused;
import static io.shardsum.safetensors.FileBytes.file;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class TensorLayoutTest {

  @Test
  void rejectsGapBeforeTheFirstTensor() {
    String header =
        """
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""";
    SafetensorsFormatException refusal =
        assertRefused(
            file(header, 3),
            FormatRule.GAP,
            "bytes that belong to no tensor: tensor `a`: expected its begin at 0 of the data,"
                + " found 1");
    assertThat(refusal.tensor()).isEqualTo("a");
    assertThat(refusal.expected()).isEqualTo("its begin at 0 of the data");
    assertThat(refusal.found()).isEqualTo("1");
  }

  @Test
  void rejectsGapBetweenTensors() {
    String header =
        """
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},\
        "b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""";
    assertRefused(
        file(header, 5),
        FormatRule.GAP,
        "bytes that belong to no tensor: tensor `b`: expected its begin at 2 of the data,"
            + " found 3");
  }

  @Test
  void rejectsOverlap() {
    String header =
        """
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},\
        "b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""";
    assertRefused(
        file(header, 3),
        FormatRule.OVERLAP,
        "tensors overlap: tensor `b`: expected its begin at 2 of the data, found 1");
  }

  @Test
  void rejectsTensorsOfTheSameBytes() {
    String header =
        """
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},\
        "b":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}""";
    assertRefused(
        file(header, 2),
        FormatRule.OVERLAP,
        "tensors overlap: tensor `b`: expected its begin at 2 of the data, found 0");
  }

  @Test
  void rejectsEmptyTensorInsideAnother() {
    String header =
        """
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},\
        "b":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}""";
    assertRefused(
        file(header, 2),
        FormatRule.OVERLAP,
        "tensors overlap: tensor `b`: expected its begin at 2 of the data, found 1");
  }

  @Test
  void rejectsBytesAfterTheLastTensor() {
    String header =
        """
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""";
    SafetensorsFormatException refusal =
        assertRefused(
            file(header, 3),
            FormatRule.TRAILING_BYTES,
            "bytes after the last tensor: expected 2 bytes of data, found 3 bytes");
    assertThat(refusal.tensor()).isNull();
  }

  @Test
  void rejectsDataWithoutTensors() {
    assertRefused(
        file("{}", 1),
        FormatRule.TRAILING_BYTES,
        "bytes after the last tensor: expected 0 bytes of data, found 1 bytes");
  }

  @Test
  void rejectsTruncatedFile() {
    String header =
        """
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},\
        "b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""";
    assertRefused(
        file(header, 5),
        FormatRule.DATA_TRUNCATED,
        "tensor runs past the end of the file: tensor `b`: expected at least 6 bytes of data,"
            + " found 5 bytes");
  }

  @Test
  void rejectsTensorOfHugeLengthInSmallFile() {
    String header =
        """
        {"a":{"dtype":"U8","shape":[1152921504606846975],"data_offsets":[0,1152921504606846975]}}""";
    assertRefused(
        file(header, 5),
        FormatRule.DATA_TRUNCATED,
        "tensor runs past the end of the file: tensor `a`: expected at least 1152921504606846975"
            + " bytes of data, found 5 bytes");
  }

  @Test
  void ordersTensorsByOffsetWhateverTheOrderOfTheHeader() throws IOException {
    String header =
        """
        {"c":{"dtype":"U8","shape":[1],"data_offsets":[3,4]},\
        "a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},\
        "b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""";
    SafetensorsHeader read = FileBytes.read(file(header, 4));
    assertThat(read.tensors()).extracting(TensorEntry::name).containsExactly("b", "a", "c");
    assertThat(read.tensors()).extracting(TensorEntry::lengthBytes).containsExactly(1L, 2L, 1L);
    assertThat(read.dataLengthBytes()).isEqualTo(4);
  }

  @Test
  void ordersEmptyTensorsBeforeTheOneWithBytesAndByCodePoint() throws IOException {
    String header =
        """
        {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
        "\uff01":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},\
        "\ud83d\ude00":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},\
        "b":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},\
        "bb":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},\
        "c":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}""";
    assertThat(FileBytes.read(file(header, 1)).tensors())
        .extracting(TensorEntry::name)
        .containsExactly("b", "bb", "\uff01", "\ud83d\ude00", "a", "c");
  }
}
