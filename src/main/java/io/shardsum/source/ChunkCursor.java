package io.shardsum.source;

import static io.shardsum.source.ChunkColumn.CHUNK_BYTES;

import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import java.util.List;
import java.util.Optional;

/**
 * Walks the chunks that belong to a slice of a file, in the order of the file.
 *
 * <p>A chunk belongs to the slice in which it begins. Where tensors must stay whole, a chunk
 * belongs to the slice in which its tensor begins. A tensor to be skipped is one chunk without
 * data, where it begins.
 */
final class ChunkCursor {

  /** What keeps together. */
  enum Unit {
    CHUNK,
    TENSOR
  }

  private final FileSlice slice;
  private final Unit unit;
  private final long dataOffsetBytes;
  private final List<TensorEntry> tensors;
  private int tensorIndex = -1;
  private long chunkIndex;
  private long chunkCount;
  private Optional<String> skippedBy = Optional.empty();

  ChunkCursor(SafetensorsHeader header, FileSlice slice, Unit unit) {
    this.slice = slice;
    this.unit = unit;
    this.dataOffsetBytes = header.dataOffsetBytes();
    this.tensors = header.tensors();
  }

  /** Moves to the next chunk; false behind the last one. */
  boolean next() {
    if (nextOfTensor()) {
      return true;
    }
    while (++tensorIndex < tensors.size() && !slice.isBehind(offsetBytes())) {
      if (enterTensor()) {
        return true;
      }
    }
    tensorIndex = tensors.size();
    return false;
  }

  /** Moves to the next chunk of the same tensor; false, without moving, if there is none here. */
  boolean nextOfTensor() {
    boolean more = chunkIndex + 1 < chunkCount && ownsChunk(chunkIndex + 1);
    if (more) {
      chunkIndex++;
    }
    return more;
  }

  /** Goes to the tensor's first chunk in this slice; false if there is none. */
  private boolean enterTensor() {
    boolean beginsHere = slice.owns(offsetBytes());
    long endBytes = offsetBytes() + tensor().lengthBytes();
    if (!beginsHere && (unit == Unit.TENSOR || endBytes <= slice.beginBytes())) {
      return false;
    }
    skippedBy =
        slice.file().skip().stream()
            .filter(pattern -> tensor().name().contains(pattern))
            .findFirst();
    chunkCount = skippedBy.isPresent() ? 1 : Math.max(1, chunksThatHold(tensor().lengthBytes()));
    chunkIndex = beginsHere ? 0 : chunksThatHold(slice.beginBytes() - offsetBytes());
    return chunkIndex < chunkCount && ownsChunk(chunkIndex);
  }

  private boolean ownsChunk(long chunk) {
    return unit == Unit.TENSOR || slice.owns(offsetBytes() + chunk * CHUNK_BYTES);
  }

  private static long chunksThatHold(long bytes) {
    return (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
  }

  TensorEntry tensor() {
    return tensors.get(tensorIndex);
  }

  /** Position of the tensor within the file's header, by offset. */
  int tensorIndex() {
    return tensorIndex;
  }

  /** Where the tensor begins in the file. */
  long offsetBytes() {
    return dataOffsetBytes + tensor().beginBytes();
  }

  /** The pattern by which the tensor is skipped. */
  Optional<String> skippedBy() {
    return skippedBy;
  }

  int chunk() {
    return Math.toIntExact(chunkIndex);
  }

  boolean isLastChunk() {
    return chunkIndex == chunkCount - 1;
  }

  long firstWord() {
    return chunkIndex * (CHUNK_BYTES / Integer.BYTES);
  }

  /** Where the chunk begins in the file. */
  long chunkOffsetBytes() {
    return offsetBytes() + chunkIndex * CHUNK_BYTES;
  }

  /** Length of the chunk. */
  int chunkBytes() {
    return (int) Math.min(CHUNK_BYTES, tensor().lengthBytes() - chunkIndex * CHUNK_BYTES);
  }
}
