package io.shardsum.checksum;

import java.io.IOException;

/** The scales of {@link WordLoops#BLOCKS} blocks that follow each other along a weight's rows. */
final class BlockScales {

  private final BlockFp8 pair;
  private final Fp8Scales scales;
  private final Fp8Tables tables;
  private final float[] values = new float[WordLoops.BLOCKS];
  private final long[] blockColumns = new long[WordLoops.BLOCKS];
  private long row;
  private long blockColumn;
  private long matrix;
  private long blockRow;

  BlockScales(BlockFp8 pair, Fp8Scales scales, Fp8Tables tables) {
    this.pair = pair;
    this.scales = scales;
    this.tables = tables;
  }

  /** {@link #next} begins with the block of this element. */
  void moveTo(long element) {
    row = element / pair.columns();
    blockColumn = element % pair.columns() / pair.block();
    enterRow();
  }

  /**
   * Takes the scales of the blocks that follow.
   *
   * @return whether all are numbers
   * @throws Fp8PairException if packed scales are not what the engine makes
   */
  boolean next() throws IOException, Fp8PairException {
    boolean areNumbers = true;
    for (int block = 0; block < WordLoops.BLOCKS; block++) {
      values[block] = scales.at(matrix, blockRow, blockColumn);
      blockColumns[block] = blockColumn;
      areNumbers &= Float.isFinite(values[block]);
      blockColumn++;
      if (blockColumn * pair.block() == pair.columns()) {
        blockColumn = 0;
        row++;
        enterRow();
      }
    }
    return areNumbers;
  }

  private void enterRow() {
    matrix = row / pair.rows();
    blockRow = row % pair.rows() / pair.block();
  }

  float[] values() {
    return values;
  }

  /** As {@link Fp8Tables#table} has it. */
  int[] table(int block) {
    return tables.table(blockColumns[block], values[block]);
  }

  /** Whether {@link Fp8Tables#roundsByAddition} holds for all. */
  boolean roundByAddition() {
    boolean all = true;
    for (int block = 0; block < WordLoops.BLOCKS; block++) {
      all &= tables.roundsByAddition(blockColumns[block], values[block]);
    }
    return all;
  }
}
