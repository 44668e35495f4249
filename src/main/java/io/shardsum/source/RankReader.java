package io.shardsum.source;

import io.shardsum.io.Retries;
import io.shardsum.io.Shard;
import io.shardsum.io.ShardOpener;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What a reader does that takes more of a rank than the file at hand: it finds the engine's names,
 * and hashes block-quantized weights with their scales.
 */
final class RankReader implements Closeable {

  private static final int NONE = -1;

  private final ChunkRow row;
  private final OnError onError;
  private final ShardOpener opener;
  private final ScaleFile scales;
  private RankTensors rank;
  private Fp8Hash hash;
  private int weightIndex = NONE;
  private boolean hashing;

  RankReader(ChunkRow row, OnError onError, ShardOpener opener) {
    this.row = row;
    this.onError = onError;
    this.opener = opener;
    this.scales = new ScaleFile(opener);
  }

  /** Another file follows. */
  void beginFile(ScannedFile file, Shard shard) {
    weightIndex = NONE;
    scales.beginFile(file.listed(), shard);
    if (file.group().isNone()) {
      return;
    }
    if (rank == null || !rank.isOf(file.group())) {
      rank = new RankTensors(file.group(), opener);
    }
    rank.add(file.listed(), shard.header());
  }

  /**
   * The pairs of the file, if the row has columns for them.
   *
   * @throws IOException only if Spark wants the task to stop
   */
  Fp8Pairs pairs(ScannedFile file, Shard shard) throws IOException {
    return row.hasFp8() && file.group().fp8().dequantizes()
        ? Fp8Pairs.of(file.listed(), file.group().fp8(), shard.header(), rank)
        : Fp8Pairs.none();
  }

  /**
   * The tensors of the file that the engine calls otherwise, if the row has columns for them.
   *
   * @throws IOException only if Spark wants the task to stop
   */
  EngineNames names(ScannedFile file, Shard shard) throws IOException {
    return row.has(ChunkColumn.ENGINE_NAME)
        ? EngineNames.of(file.listed(), file.group(), shard.header(), rank)
        : EngineNames.none();
  }

  /** Begins with a row. */
  void beginRow(ChunkCursor cursor) {
    hashing =
        cursor.half().isPresent()
            && !(cursor.half().get() instanceof Fp8Half.Scale)
            && row.needsTensorBytes();
    if (hashing && cursor.tensorIndex() != weightIndex) {
      weightIndex = cursor.tensorIndex();
      if (hash == null) {
        hash = new Fp8Hash(row, scales);
      }
      hash.begin(cursor, cursor.half().get());
    }
  }

  /**
   * Takes a piece of a chunk.
   *
   * @param data left as it is
   * @param at where it begins in the chunk
   * @throws IOException if the scale cannot be read, where errors are not to be reported
   */
  void add(ChunkCursor cursor, ByteBuffer data, int at) throws IOException {
    if (!hashing) {
      return;
    }
    try {
      hash.add(data, cursor.firstWord() * Integer.BYTES + at);
    } catch (IOException e) {
      if (onError == OnError.FAIL || Retries.isInterrupt(e)) {
        throw e;
      }
      hash.fail(e.getMessage());
    }
  }

  /** The chunk is whole. */
  void endChunk(ChunkCursor cursor) {
    if (hashing) {
      hash.endChunk(cursor);
    }
  }

  @Override
  public void close() throws IOException {
    scales.close();
  }
}
