package io.shardsum.source.sglang;

import io.shardsum.io.ListedFile;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;

/**
 * A tensor, and where it lies.
 *
 * @param offsetBytes of its first byte in the file
 */
public record TensorPlace(ListedFile file, TensorEntry tensor, long offsetBytes) {

  static TensorPlace of(ListedFile file, SafetensorsHeader header, TensorEntry tensor) {
    return new TensorPlace(file, tensor, header.dataOffsetBytes() + tensor.beginBytes());
  }
}
