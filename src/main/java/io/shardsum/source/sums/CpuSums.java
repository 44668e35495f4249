package io.shardsum.source.sums;

import io.shardsum.checksum.Fp8Dequantizer;
import io.shardsum.checksum.Fp8PairException;
import io.shardsum.checksum.SglangChecksum;
import io.shardsum.io.ReadThrough;
import io.shardsum.io.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Sums on the CPU, as pieces are read. */
public final class CpuSums implements PieceSums {

  /** Few enough to stay in a core's cache until they are hashed. */
  public static final int PIECE_BYTES = 256 * 1024;

  private static final int ELEMENT_BYTES = 2;
  private static final int TILE_ELEMENTS = Fp8Dequantizer.TILE_ELEMENTS;

  private final ReadWindow window;
  private final SglangChecksum checksum = new SglangChecksum();
  private ByteBuffer buffer;
  private ByteBuffer dequantized;
  private ByteBuffer piece;

  public CpuSums() {
    window = new ReadWindow(this::buffer);
  }

  /**
   * Hadoop's clients fill arrays, and the kernel fills memory outside of the heap: no copy more.
   */
  private ByteBuffer buffer(Shard shard) {
    boolean isThroughHadoop = shard.readThrough().equals(Optional.of(ReadThrough.STORE));
    if (buffer == null || buffer.isDirect() == isThroughHadoop) {
      buffer =
          isThroughHadoop
              ? ByteBuffer.allocate(PIECE_BYTES)
              : ByteBuffer.allocateDirect(PIECE_BYTES);
    }
    return buffer;
  }

  @Override
  public int mostBytes() {
    return PIECE_BYTES;
  }

  @Override
  public void beginFile() {
    window.clear();
  }

  @Override
  public ByteBuffer read(Shard shard, long positionBytes, int lengthBytes, long endOfUseBytes)
      throws IOException {
    if (!window.holds(positionBytes, lengthBytes)) {
      window.fill(shard, positionBytes, Math.max(lengthBytes, endOfUseBytes - positionBytes));
    }
    piece = window.slice(positionBytes, lengthBytes);
    return piece;
  }

  @Override
  public Sum sum(long firstWord, long tensorBytes) {
    return Sum.of(checksum.sum(piece, firstWord, tensorBytes));
  }

  @Override
  public Sum dequantizedSum(
      Fp8Dequantizer weight,
      long positionBytes,
      long weightBytes,
      Optional<Consumer<ByteBuffer>> bytes)
      throws IOException, Fp8PairException {
    return dequantizedSum(piece, weight, positionBytes, weightBytes, bytes);
  }

  /** The sum of any piece of a weight, as {@link PieceSums#dequantizedSum} has it. */
  public Sum dequantizedSum(
      ByteBuffer stored,
      Fp8Dequantizer weight,
      long positionBytes,
      long weightBytes,
      Optional<Consumer<ByteBuffer>> bytes)
      throws IOException, Fp8PairException {
    TileSums tiles = new TileSums(positionBytes, weightBytes, bytes);
    OptionalLong firstNan = OptionalLong.empty();
    for (int at = 0; at < stored.remaining(); at += TILE_ELEMENTS) {
      ByteBuffer tile = stored.slice(at, Math.min(TILE_ELEMENTS, stored.remaining() - at));
      OptionalLong sum =
          bytes.isPresent()
              ? OptionalLong.empty()
              : weight.sumOfTile(tile, positionBytes + at, weightBytes, checksum);
      if (sum.isPresent()) {
        tiles.add(sum.getAsLong(), tile.remaining() * ELEMENT_BYTES);
      } else {
        OptionalLong nan = dequantize(tile, weight, positionBytes + at, tiles);
        firstNan = firstNan.isPresent() ? firstNan : nan;
      }
    }
    return Sum.of(tiles.sum, firstNan);
  }

  /** Adds up dequantized tiles, one behind the other. */
  private final class TileSums implements Consumer<ByteBuffer> {
    private final long tensorBytes;
    private final Optional<Consumer<ByteBuffer>> bytes;
    private long firstWord;
    private long sum;

    TileSums(long positionBytes, long weightBytes, Optional<Consumer<ByteBuffer>> bytes) {
      this.tensorBytes = weightBytes * ELEMENT_BYTES;
      this.bytes = bytes;
      this.firstWord = positionBytes * ELEMENT_BYTES / Integer.BYTES;
    }

    @Override
    public void accept(ByteBuffer tile) {
      add(checksum.sum(tile, firstWord, tensorBytes), tile.remaining());
      bytes.ifPresent(sink -> sink.accept(tile));
    }

    void add(long ofTile, int tileBytes) {
      sum += ofTile;
      firstWord += tileBytes / Integer.BYTES;
    }
  }

  /**
   * Dequantizes any piece of a weight.
   *
   * @param positionBytes where it begins in the weight, as stored
   * @param tiles takes the dequantized bytes, a tile at a time
   * @return as {@link Sum#nan()}
   * @throws IOException if scales cannot be read
   * @throws Fp8PairException if packed scales are not what the engine makes
   */
  public OptionalLong dequantize(
      ByteBuffer stored, Fp8Dequantizer weight, long positionBytes, Consumer<ByteBuffer> tiles)
      throws IOException, Fp8PairException {
    if (dequantized == null) {
      dequantized = ByteBuffer.allocateDirect(SglangChecksum.TILE_BYTES);
    }
    OptionalLong firstNan = OptionalLong.empty();
    for (int at = 0; at < stored.remaining(); at += TILE_ELEMENTS) {
      ByteBuffer tile = stored.slice(at, Math.min(TILE_ELEMENTS, stored.remaining() - at));
      dequantized.clear();
      OptionalLong nan = weight.dequantize(tile, positionBytes + at, dequantized);
      firstNan = firstNan.isPresent() ? firstNan : nan;
      tiles.accept(dequantized.flip());
    }
    return firstNan;
  }

  @Override
  public void finish() {
    // A sum is complete as it is given out.
  }

  @Override
  public long bytesOnGpu() {
    return 0;
  }

  @Override
  public void close() {
    // Nothing is held but memory of Java's.
  }
}
