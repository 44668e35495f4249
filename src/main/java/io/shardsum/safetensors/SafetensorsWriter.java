package io.shardsum.safetensors;

import static io.shardsum.safetensors.SafetensorsHeader.LENGTH_FIELD_BYTES;
import static io.shardsum.safetensors.SafetensorsHeader.MAX_HEADER_LENGTH_BYTES;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Writes files of the format: the tensors one after another, in the order given.
 *
 * <p>The header is padded with spaces so that the data begins at a multiple of 8 bytes. The
 * reference also sorts tensors by falling alignment, so that each is aligned; here that is the
 * caller's choice.
 */
public final class SafetensorsWriter {

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();

  private SafetensorsWriter() {}

  /**
   * The leading bytes of a file: header length and header. The tensors' bytes must follow.
   *
   * @param metadata the strings of {@code __metadata__}, which is left out if there are none
   * @throws IllegalArgumentException if two tensors have one name, a metadata string has a lone
   *     surrogate, or the header is longer than {@link SafetensorsHeader#MAX_HEADER_LENGTH_BYTES}
   * @throws ArithmeticException if the tensors together pass 2<sup>63</sup> - 1 bytes
   */
  public static byte[] encodeHeader(List<TensorSpec> tensors, Map<String, String> metadata) {
    byte[] json = encodeJson(tensors, metadata);
    int paddedBytes =
        (json.length + LENGTH_FIELD_BYTES - 1) / LENGTH_FIELD_BYTES * LENGTH_FIELD_BYTES;
    if (paddedBytes > MAX_HEADER_LENGTH_BYTES) {
      throw new IllegalArgumentException(
          "Invalid header: longer than " + MAX_HEADER_LENGTH_BYTES + " bytes: " + paddedBytes);
    }
    ByteBuffer header =
        ByteBuffer.allocate(LENGTH_FIELD_BYTES + paddedBytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(paddedBytes).put(json);
    Arrays.fill(header.array(), header.position(), header.capacity(), (byte) ' ');
    return header.array();
  }

  /**
   * Writes a whole file, over any that is there.
   *
   * @param tensors each tensor's bytes, little-endian and row-major, in the map's order
   * @param metadata the strings of {@code __metadata__}, which is left out if there are none
   * @throws IllegalArgumentException if a tensor has another number of bytes than its dtype and
   *     shape ask for, or as {@link #encodeHeader}
   */
  public static void write(Path file, Map<TensorSpec, byte[]> tensors, Map<String, String> metadata)
      throws IOException {
    for (Map.Entry<TensorSpec, byte[]> tensor : tensors.entrySet()) {
      TensorSpec spec = tensor.getKey();
      if (tensor.getValue().length != spec.lengthBytes()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "Invalid bytes of tensor %s: expected %d, found %d",
                HeaderText.quoted(spec.name()),
                spec.lengthBytes(),
                tensor.getValue().length));
      }
    }
    byte[] header = encodeHeader(List.copyOf(tensors.keySet()), metadata);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(header);
      for (byte[] bytes : tensors.values()) {
        out.write(bytes);
      }
    }
  }

  private static byte[] encodeJson(List<TensorSpec> tensors, Map<String, String> metadata) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(json)) {
      generator.writeStartObject();
      if (!metadata.isEmpty()) {
        writeMetadata(generator, metadata);
      }
      writeTensors(generator, tensors);
      generator.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return json.toByteArray();
  }

  private static void writeMetadata(JsonGenerator generator, Map<String, String> metadata)
      throws IOException {
    generator.writeObjectFieldStart(HeaderJson.METADATA_KEY);
    for (Map.Entry<String, String> property : metadata.entrySet()) {
      if (HeaderTokens.hasLoneSurrogate(property.getKey() + '\n' + property.getValue())) {
        throw new IllegalArgumentException(
            "Invalid metadata string at " + HeaderText.quoted(property.getKey()));
      }
      generator.writeStringField(property.getKey(), property.getValue());
    }
    generator.writeEndObject();
  }

  private static void writeTensors(JsonGenerator generator, List<TensorSpec> tensors)
      throws IOException {
    Set<String> names = new HashSet<>();
    long position = 0;
    for (TensorSpec tensor : tensors) {
      if (!names.add(tensor.name())) {
        throw new IllegalArgumentException(
            "Invalid tensors: two are named " + HeaderText.quoted(tensor.name()));
      }
      long end = Math.addExact(position, tensor.lengthBytes());
      generator.writeObjectFieldStart(tensor.name());
      generator.writeStringField("dtype", tensor.dtype().name());
      generator.writeArrayFieldStart("shape");
      for (long dimension : tensor.shape()) {
        generator.writeNumber(dimension);
      }
      generator.writeEndArray();
      generator.writeArrayFieldStart("data_offsets");
      generator.writeNumber(position);
      generator.writeNumber(end);
      generator.writeEndArray();
      generator.writeEndObject();
      position = end;
    }
  }
}
