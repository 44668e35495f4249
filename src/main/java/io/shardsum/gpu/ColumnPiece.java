package io.shardsum.gpu;

import io.shardsum.checksum.SglangChecksum;

/** Some rows of a batch, seen as the tiles of their words. */
final class ColumnPiece {

  private static final int TILE_WORDS = SglangChecksum.TILE_BYTES / Integer.BYTES;

  private final ChunkRows rows;
  private final int beginRow;
  private final int endRow;
  private final int[] positions;
  private final int[] lengths;
  private final int[] offsets;

  ColumnPiece(ChunkRows rows, int beginRow, int endRow) {
    this.rows = rows;
    this.beginRow = beginRow;
    this.endRow = endRow;
    int tiles = 0;
    for (int row = beginRow; row < endRow; row++) {
      tiles += rows.tiles(row);
    }
    positions = new int[tiles];
    lengths = new int[tiles];
    offsets = new int[tiles + 1];
    int tile = 0;
    for (int row = beginRow; row < endRow; row++) {
      int rowWords = (rows.lengthBytes(row) + rows.paddingBytes(row)) / Integer.BYTES;
      for (int at = 0; at < rows.tiles(row) * TILE_WORDS; at += TILE_WORDS) {
        positions[tile] = (int) (rows.firstWord(row) + at);
        lengths[tile] = Math.min(TILE_WORDS, rowWords - at);
        offsets[tile + 1] = offsets[tile] + lengths[tile];
        tile++;
      }
    }
  }

  int tiles() {
    return lengths.length;
  }

  /** The low 32 bits of the index within its tensor that a tile's first word has. */
  int position(int tile) {
    return positions[tile];
  }

  /** How many words each tile has. */
  int[] lengths() {
    return lengths;
  }

  /** Where each tile begins among the words of the piece, and at last how many words it has. */
  int[] offsets() {
    return offsets;
  }

  /**
   * The words of all rows, zero-padded, one row behind the other. If every row begins and ends on a
   * boundary of words, that is what lies in the buffer already; if not, or if a null row has bytes,
   * the rows are copied with their padding.
   */
  <C> C words(ByteRows<C> bytes) {
    if (bytes.beginOnAWord() && isWholeWords()) {
      return bytes.words(rows.offsetBytes(beginRow), offsets[tiles()]);
    }
    int[] padding = new int[endRow - beginRow];
    for (int row = beginRow; row < endRow; row++) {
      padding[row - beginRow] = rows.paddingBytes(row);
    }
    return bytes.paddedWords(beginRow, endRow, padding);
  }

  private boolean isWholeWords() {
    for (int row = beginRow; row < endRow; row++) {
      int bounds = rows.offsetBytes(row) | rows.lengthBytes(row);
      if (bounds % Integer.BYTES != 0 || (!rows.isPresent(row) && rows.lengthBytes(row) > 0)) {
        return false;
      }
    }
    return true;
  }
}
