package io.shardsum.source.sglang;

import io.shardsum.io.ListedFile;
import io.shardsum.io.Shard;
import io.shardsum.io.ShardOpener;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import io.shardsum.source.sums.PieceSums;
import io.shardsum.source.sums.Sum;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a reader does that takes more of a rank than the file at hand: it finds the engine's names,
 * and hashes block-quantized weights with their scales.
 */
public final class RankReader implements Closeable {

  private static final int NONE = -1;

  private final Fp8Row row;
  private final ShardOpener opener;
  private final ScaleFile scales;
  private final PieceSums sums;
  private ListedFile file;
  private ShardGroup group;
  private RankTensors rank;
  private Fp8Hash hash;
  private int weightIndex = NONE;
  private boolean hashing;

  /**
   * Reads other files of a rank by {@code opener}.
   *
   * @param sums reads and sums the pieces of tensors
   */
  public RankReader(Fp8Row row, ShardOpener opener, PieceSums sums) {
    this.row = row;
    this.opener = opener;
    this.sums = sums;
    this.scales = new ScaleFile(opener);
  }

  /** Another file follows. */
  public void beginFile(ListedFile next, ShardGroup ofRank, SafetensorsHeader header, Shard shard) {
    file = next;
    group = ofRank;
    weightIndex = NONE;
    scales.beginFile(file, shard);
    if (group.isNone()) {
      return;
    }
    if (rank == null || !rank.isOf(group)) {
      rank = new RankTensors(group, opener);
    }
    rank.add(file, header);
  }

  /**
   * The pairs of the file, if the row has columns for them.
   *
   * @throws IOException only if Spark wants the task to stop
   */
  public Fp8Pairs pairs(SafetensorsHeader header) throws IOException {
    return row.hasFp8() && group.fp8().dequantizes()
        ? Fp8Pairs.of(file, group.fp8(), header, rank)
        : Fp8Pairs.none();
  }

  /**
   * The tensors of the file that the engine calls otherwise.
   *
   * @throws IOException only if Spark wants the task to stop
   */
  public EngineNames names(SafetensorsHeader header) throws IOException {
    return EngineNames.of(file, group, header, rank);
  }

  /** Begins with a row in which nothing of this is hashed. */
  public void beginOtherRow() {
    hashing = false;
  }

  /**
   * Begins with a row of a tensor that is in a pair.
   *
   * @param index of the tensor in the file
   */
  public void beginRow(Fp8Half half, int index, TensorEntry tensor) {
    hashing = !(half instanceof Fp8Half.Scale);
    if (hashing && index != weightIndex) {
      weightIndex = index;
      if (hash == null) {
        hash = new Fp8Hash(row, scales, sums);
      }
      hash.begin(tensor, half);
    }
  }

  /**
   * Takes the piece of a tensor that was read last.
   *
   * @param data the piece, left as it is
   * @param positionBytes where it begins in the tensor
   * @return the sum of what the engine makes of it; empty if it makes nothing else of it
   * @throws IOException if the scale cannot be read
   */
  public Optional<Sum> add(ByteBuffer data, long positionBytes) throws IOException {
    return hashing ? hash.add(data, positionBytes) : Optional.empty();
  }

  /**
   * The sum of a piece that {@link #add} has summed, by the CPU; empty if the scales are gone: the
   * weight has no checksum then.
   */
  public Optional<Sum> onCpu(ByteBuffer data, long positionBytes) {
    return hash.onCpu(data, positionBytes);
  }

  /** The scale cannot be read: the weight has no checksum. */
  public void fail(IOException why) {
    hash.fail(why.getMessage());
  }

  /**
   * The chunk is whole.
   *
   * @param ends whether the tensor is
   */
  public void endChunk(boolean ends) {
    if (hashing) {
      hash.endChunk(ends);
    }
  }

  @Override
  public void close() throws IOException {
    scales.close();
  }
}
