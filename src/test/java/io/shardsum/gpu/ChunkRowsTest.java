package io.shardsum.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkRowsTest {

  private static final int MIB = 1024 * 1024;

  @Test
  void aBatchIsCutIntoPiecesOfWholeRows() {
    ChunkRows rows = tensors(100 * MIB, 20 * MIB, 20 * MIB, 300 * MIB, 8 * MIB, 0);

    assertThat(tilesOf(rows)).containsExactly(120 * 32, 20 * 32, 300 * 32, 8 * 32);
  }

  @Test
  void aPieceHasABoundOnItsRowsToo() {
    int[] lengths = new int[3_000_000];

    assertThat(tensors(lengths).pieces()).hasSize(2);
  }

  private static List<Integer> tilesOf(ChunkRows rows) {
    List<Integer> tiles = new ArrayList<>();
    rows.pieces().forEach(piece -> tiles.add(piece.tiles()));
    return tiles;
  }

  private static ChunkRows tensors(int... lengths) {
    int[] offsets = new int[lengths.length + 1];
    for (int row = 0; row < lengths.length; row++) {
      offsets[row + 1] = offsets[row] + lengths[row];
    }
    ChunkRows rows = new ChunkRows(offsets);
    for (int length : lengths) {
      rows.add(0, length);
    }
    return rows;
  }
}
