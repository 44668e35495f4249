package io.shardsum.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {

  @TempDir private Path folder;

  @Test
  void writesLengthHeaderPaddingAndData() throws IOException {
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    tensors.put(
        new TensorSpec("w\u20ac\ud83d\ude00", DType.BF16, List.of(1L, 2L)),
        new byte[] {1, 2, 3, 4});
    tensors.put(new TensorSpec("e", DType.F32, List.of(0L)), new byte[0]);
    tensors.put(new TensorSpec("s", DType.U8, List.of()), new byte[] {5});
    Path file = folder.resolve("m.safetensors");

    SafetensorsWriter.write(file, tensors, Map.of("k", "\"v\""));

    String json =
        """
        {"__metadata__":{"k":"\\"v\\""},\
        "w\u20ac\ud83d\ude00":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]},\
        "e":{"dtype":"F32","shape":[0],"data_offsets":[4,4]},\
        "s":{"dtype":"U8","shape":[],"data_offsets":[4,5]}}""";
    byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Files.readAllBytes(file);
    int headerLength = bytes.length - 8 - 5;
    assertThat(bytes).startsWith(headerLength, 0, 0, 0, 0, 0, 0, 0).endsWith(1, 2, 3, 4, 5);
    assertThat(headerLength % 8).isZero();
    assertThat(new String(bytes, 8, headerLength, StandardCharsets.UTF_8))
        .isEqualTo(json + " ".repeat(headerLength - utf8.length));
  }

  @Test
  void writesWhatTheReaderReads() throws IOException {
    Path file = folder.resolve("m.safetensors");
    Map<TensorSpec, byte[]> tensors =
        Map.of(new TensorSpec("a", DType.I16, List.of(2L)), new byte[] {1, 2, 3, 4});

    SafetensorsWriter.write(file, tensors, Map.of("k", "v"));

    try (ByteSource source = ByteSource.ofPath(file)) {
      SafetensorsHeader header = SafetensorsHeader.read(source);
      assertThat(header.tensors())
          .containsExactly(new TensorEntry("a", DType.I16, List.of(2L), 0, 4));
      assertThat(header.metadata()).isEqualTo(Map.of("k", "v"));
    }
  }

  @Test
  void writesEmptyFile() {
    assertThat(SafetensorsWriter.encodeHeader(List.of(), Map.of()))
        .containsExactly(8, 0, 0, 0, 0, 0, 0, 0, '{', '}', ' ', ' ', ' ', ' ', ' ', ' ');
  }

  @Test
  void rejectsTwoTensorsOfOneName() {
    TensorSpec first = new TensorSpec("a", DType.U8, List.of());
    TensorSpec second = new TensorSpec("a", DType.I8, List.of());
    assertThatThrownBy(() -> SafetensorsWriter.encodeHeader(List.of(first, second), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid tensors: two are named `a`");
  }

  @Test
  void rejectsBytesThatDoNotFitTheShapeAndWritesNothing() {
    Path file = folder.resolve("m.safetensors");
    Map<TensorSpec, byte[]> tensors =
        Map.of(new TensorSpec("a", DType.I16, List.of(2L)), new byte[3]);
    assertThatThrownBy(() -> SafetensorsWriter.write(file, tensors, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid bytes of tensor `a`: expected 4, found 3");
    assertThat(file).doesNotExist();
  }

  @Test
  void rejectsMetadataWithLoneSurrogate() {
    assertThatThrownBy(() -> SafetensorsWriter.encodeHeader(List.of(), Map.of("k", "\ud800")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid metadata string at `k`");
  }

  @Test
  void rejectsHeaderOverTheCap() {
    Map<String, String> metadata = Map.of("k", "v".repeat(100_000_000));
    assertThatThrownBy(() -> SafetensorsWriter.encodeHeader(List.of(), metadata))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid header: longer than 100000000 bytes: 100000032");
  }

  @Test
  void specRejectsNameOfTheMetadata() {
    assertThatThrownBy(() -> new TensorSpec("__metadata__", DType.U8, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid tensor name: `__metadata__`");
  }

  @Test
  void specRejectsNameWithLoneSurrogate() {
    assertThatThrownBy(() -> new TensorSpec("\udc00", DType.U8, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid tensor name: `\\udc00`");
  }

  @Test
  void specRejectsNegativeDimension() {
    assertThatThrownBy(() -> new TensorSpec("a", DType.U8, List.of(-1L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid shape: [-1]");
  }

  @Test
  void specRejectsShapeThatOverflows() {
    assertThatThrownBy(() -> new TensorSpec("a", DType.U8, List.of(1L << 60)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid shape, size overflows: [1152921504606846976]");
  }

  @Test
  void specRejectsElementsThatDoNotFillWholeBytes() {
    assertThatThrownBy(() -> new TensorSpec("a", DType.F4, List.of(1L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid shape for F4, does not fill whole bytes: [1]");
  }
}
