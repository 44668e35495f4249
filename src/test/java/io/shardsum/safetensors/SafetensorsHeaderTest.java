package io.shardsum.safetensors;

import static io.shardsum.safetensors.FileBytes.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SafetensorsHeaderTest {

  @Test
  void readsFileOfTheReferenceWriter() throws IOException {
    String writtenBySafetensors080 =
        """
        {"__metadata__":{"format":"pt"},\
        "b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},\
        "a":{"dtype":"U8","shape":[3],"data_offsets":[4,7]}}\s\s\s\s\s\s\s""";
    SafetensorsHeader read = FileBytes.read(file(0x90, writtenBySafetensors080, 7));
    assertThat(read.tensors())
        .containsExactly(
            new TensorEntry("b", DType.F32, List.of(1L), 0, 4),
            new TensorEntry("a", DType.U8, List.of(3L), 4, 7));
    assertThat(read.metadata()).containsExactly(entry("format", "pt"));
    assertThat(read.dataOffsetBytes()).isEqualTo(0x98);
  }

  @Test
  void readsMetadataAnywhereInItsOrder() throws IOException {
    String header =
        """
        {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
        "\\u005f_metadata__":{"z":"1","y":"","":"3"}}""";
    SafetensorsHeader read = FileBytes.read(file(header, 1));
    assertThat(read.metadata()).containsExactly(entry("z", "1"), entry("y", ""), entry("", "3"));
    assertThat(read.tensors()).hasSize(1);
  }

  @Test
  void acceptsEmptyName() throws IOException {
    String header = "{\"\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
    assertThat(FileBytes.read(file(header, 1)).tensors().get(0).name()).isEmpty();
  }

  @Test
  void acceptsNamesAndStringsLongerThanJacksonsOwnLimits() throws IOException {
    String name = "n\u20ac".repeat(100_000);
    String text = "v".repeat(25_000_000);
    String header =
        "{\"__metadata__\":{\"k\":\""
            + text
            + "\"},\""
            + name
            + "\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
    SafetensorsHeader read = FileBytes.read(file(header, 1));
    assertThat(read.tensors().get(0).name().equals(name)).isTrue();
    assertThat(read.metadata().get("k").equals(text)).isTrue();
  }

  @Test
  void readsManyTensors() throws IOException {
    List<TensorSpec> specs = new ArrayList<>();
    for (int layer = 0; layer < 100_000; layer++) {
      specs.add(
          new TensorSpec(
              "model.layers." + layer + ".mlp.experts.down_proj.weight", DType.U8, List.of(1L)));
    }
    byte[] header = SafetensorsWriter.encodeHeader(specs, Map.of());
    byte[] file = Arrays.copyOf(header, header.length + specs.size());
    assertThat(FileBytes.read(file).tensors()).hasSize(100_000);
  }

  @Test
  void keepsNamesWholeInTheExceptionAndCutInItsMessage() {
    String name = "\u0007\n\u202e" + "x".repeat(10_000);
    String header = "{\"\\u0007\\n\\u202e" + "x".repeat(10_000) + "\":1}";
    SafetensorsFormatException refusal =
        FileBytes.assertRefused(
            file(header, 0),
            FormatRule.TENSOR_NOT_OBJECT,
            "tensor is not an object: tensor `\\u0007\\n\\u202e"
                + "x".repeat(197)
                + "… (10003 characters)`: expected an object, found 1");
    assertThat(refusal.tensor()).isEqualTo(name);
  }

  @Test
  void exceptionSurvivesJavaSerialization() throws Exception {
    SafetensorsFormatException refusal =
        catchThrowableOfType(
            SafetensorsFormatException.class, () -> FileBytes.read(file("{\"a", 0)));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(refusal);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      SafetensorsFormatException copy = (SafetensorsFormatException) in.readObject();
      assertThat(copy).hasMessage(refusal.getMessage());
      assertThat(copy.rule()).isEqualTo(FormatRule.HEADER_NOT_JSON);
    }
  }

  @Test
  void headerCannotBeChanged() throws IOException {
    SafetensorsHeader read = FileBytes.read(file("{\"__metadata__\":{\"k\":\"v\"}}", 0));
    assertThatThrownBy(() -> read.metadata().put("x", "y"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(null);
  }

  @Test
  void entryRefusesReversedOffsets() {
    assertThatThrownBy(() -> new TensorEntry("a", DType.U8, List.of(), 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid offsets of tensor `a`: [2, 1]");
  }
}
