package io.shardsum.source;

import static io.shardsum.source.ChunkColumn.CHUNK_BYTES;

import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import io.shardsum.source.sglang.EngineNames;
import io.shardsum.source.sglang.Fp8Half;
import io.shardsum.source.sglang.Fp8Pairs;
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
  private final EngineNames names;
  private final Fp8Pairs pairs;
  private int tensorIndex = -1;
  private long chunkIndex;
  private long chunkCount;
  private Optional<EngineNames.Renamed> renamed = Optional.empty();
  private Optional<Fp8Half> half = Optional.empty();
  private Optional<String> skippedBy = Optional.empty();

  /** Walks a file whose tensors are hashed as they are stored, under the names that they have. */
  ChunkCursor(SafetensorsHeader header, FileSlice slice, Unit unit) {
    this(header, slice, unit, EngineNames.none(), Fp8Pairs.none());
  }

  /** Walks a file; what is skipped goes by the engine's names, and halves of pairs are not. */
  ChunkCursor(
      SafetensorsHeader header, FileSlice slice, Unit unit, EngineNames names, Fp8Pairs pairs) {
    this.slice = slice;
    this.unit = unit;
    this.names = names;
    this.pairs = pairs;
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
    renamed = names.renamed(tensor());
    half = pairs.half(tensor());
    skippedBy = half.isPresent() ? Optional.empty() : skipPattern();
    chunkCount = skippedBy.isPresent() ? 1 : Math.max(1, chunksThatHold(tensor().lengthBytes()));
    chunkIndex = beginsHere ? 0 : chunksThatHold(slice.beginBytes() - offsetBytes());
    return chunkIndex < chunkCount && ownsChunk(chunkIndex);
  }

  private Optional<String> skipPattern() {
    String name = renamed.map(EngineNames.Renamed::name).orElse(tensor().name());
    return slice.file().skip().stream().filter(name::contains).findFirst();
  }

  private boolean ownsChunk(long chunk) {
    return unit == Unit.TENSOR || slice.owns(offsetBytes() + chunk * CHUNK_BYTES);
  }

  private static long chunksThatHold(long bytes) {
    return (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
  }

  /** Where the last chunk of the slice ends. */
  long endBytes() {
    for (int index = tensors.size() - 1; index >= 0; index--) {
      long begin = dataOffsetBytes + tensors.get(index).beginBytes();
      if (!slice.isBehind(begin)) {
        long end = dataOffsetBytes + tensors.get(index).endBytes();
        long chunks = chunksThatHold(Math.max(0, slice.endBytes() - begin));
        return unit == Unit.TENSOR ? end : Math.min(end, begin + chunks * CHUNK_BYTES);
      }
    }
    return slice.endBytes();
  }

  TensorEntry tensor() {
    return tensors.get(tensorIndex);
  }

  /** Position of the tensor within the file's header, by offset. */
  int tensorIndex() {
    return tensorIndex;
  }

  /** Whether no tensor follows in the file. */
  boolean isAtLastTensor() {
    return tensorIndex == tensors.size() - 1;
  }

  /** Where the tensor begins in the file. */
  long offsetBytes() {
    return dataOffsetBytes + tensor().beginBytes();
  }

  /** What the engine calls the tensor, if not as the file does. */
  Optional<EngineNames.Renamed> renamed() {
    return renamed;
  }

  /** What the tensor is in a block-quantized pair; empty: it is in none. */
  Optional<Fp8Half> half() {
    return half;
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
