package io.shardsum.source.sums;

import io.shardsum.checksum.Fp8Dequantizer;
import io.shardsum.checksum.Fp8PairException;
import io.shardsum.io.Shard;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads pieces of tensors and sums them, on the CPU or on a GPU. A piece is a chunk, or what is
 * left of one behind whole pieces of {@link #mostBytes()}. Not safe for use by several threads.
 *
 * <p>Errors of a GPU are {@link DeviceException}s: no other reader could take over unnoticed.
 */
public interface PieceSums extends Closeable {

  /** Most bytes of a piece: a multiple of the checksum's tile. */
  int mostBytes();

  /** Forgets what was read ahead: another file follows. */
  void beginFile();

  /**
   * Reads a piece.
   *
   * @param endOfUseBytes up to where bytes of the file are wanted later on
   * @return its bytes, valid until the next call
   */
  ByteBuffer read(Shard shard, long positionBytes, int lengthBytes, long endOfUseBytes)
      throws IOException;

  /**
   * Sums the piece that was read last.
   *
   * @param firstWord index of its first 32-bit word within the tensor
   * @param tensorBytes length of the tensor
   */
  Sum sum(long firstWord, long tensorBytes);

  /**
   * Sums what the engine makes of the piece that was read last: it is one of a weight in
   * block-quantized FP8.
   *
   * @param positionBytes where it begins in the weight, as stored
   * @param weightBytes length of the weight, as stored
   * @param bytes takes the dequantized bytes, if they are wanted
   * @throws IOException if scales cannot be read
   * @throws Fp8PairException if packed scales are not what the engine makes
   */
  Sum dequantizedSum(
      Fp8Dequantizer weight,
      long positionBytes,
      long weightBytes,
      Optional<Consumer<ByteBuffer>> bytes)
      throws IOException, Fp8PairException;

  /** Completes all sums that were asked for. */
  void finish();

  /** How many stored bytes a GPU has summed. */
  long bytesOnGpu();

  @Override
  void close();
}
