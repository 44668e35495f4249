package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** The rows of a matrix as columns. */
public record Transposed(Recipe part) implements Recipe {
  private static final int DIMENSIONS = 2;

  /**
   * Checks the part.
   *
   * @throws IllegalArgumentException if it is no matrix
   */
  public Transposed {
    if (part.shape().size() != DIMENSIONS) {
      throw new IllegalArgumentException("Not a matrix: " + part);
    }
  }

  @Override
  public DType dtype() {
    return part.dtype();
  }

  @Override
  public List<Long> shape() {
    return List.of(part.shape().get(1), part.shape().get(0));
  }

  /** Of more than one row: all of the part's rows. */
  @Override
  public List<SourceRows> sources(long begin, long end) {
    if (begin >= end) {
      return List.of();
    }
    long row = begin / rowElements();
    if (row != (end - 1) / rowElements()) {
      return part.sources(0, part.elements());
    }
    long first = begin % rowElements();
    long last = (end - 1) % rowElements();
    return part.sources(first * part.rowElements() + row, last * part.rowElements() + row + 1);
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new Reader(this, checkpoint);
  }

  @Override
  public String toString() {
    return part + " transposed";
  }

  /** Reads the part tile by tile, and of each tile column by column. */
  private static final class Reader implements RecipeReader {
    private static final int TILE_ELEMENTS = 64 * 1024;

    private final RecipeReader part;
    private final int elementBytes;
    private final long rows;
    private final long columns;
    private final int tileRows;
    private final int tileColumns;
    private final ByteBuffer tile;
    private long heldRow = -1;
    private long heldColumn = -1;

    Reader(Transposed recipe, CheckpointBytes checkpoint) {
      this.part = recipe.part().open(checkpoint);
      this.elementBytes = recipe.dtype().bits() / Byte.SIZE;
      this.rows = recipe.part().shape().get(0);
      this.columns = recipe.part().shape().get(1);
      this.tileRows = (int) Math.min(rows, TILE_ELEMENTS);
      this.tileColumns = (int) Math.min(columns, TILE_ELEMENTS / tileRows);
      this.tile = ByteBuffer.allocate(tileRows * tileColumns * elementBytes);
    }

    @Override
    public void read(long offsetBytes, ByteBuffer target) throws IOException {
      long element = offsetBytes / elementBytes;
      while (target.hasRemaining()) {
        long row = element % rows;
        long column = element / rows;
        hold(row - row % tileRows, column - column % tileColumns);
        int inTile = (int) (row - heldRow);
        int run = (int) Math.min(Math.min(tileRows - inTile, rows - row), remaining(target));
        for (int index = inTile; index < inTile + run; index++) {
          int from = index * tileColumns + (int) (column - heldColumn);
          target.put(tile.slice(from * elementBytes, elementBytes));
        }
        element += run;
      }
    }

    private int remaining(ByteBuffer target) {
      return target.remaining() / elementBytes;
    }

    /** Reads the tile that begins there, unless it is held. */
    private void hold(long row, long column) throws IOException {
      if (row == heldRow && column == heldColumn) {
        return;
      }
      int count = (int) Math.min(tileRows, rows - row);
      int width = (int) Math.min(tileColumns, columns - column);
      for (int index = 0; index < count; index++) {
        int begin = index * tileColumns * elementBytes;
        part.read(
            ((row + index) * columns + column) * elementBytes,
            tile.slice(begin, width * elementBytes));
      }
      heldRow = row;
      heldColumn = column;
    }
  }
}
