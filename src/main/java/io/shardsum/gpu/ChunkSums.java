package io.shardsum.gpu;

import io.shardsum.checksum.SglangChecksum;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link SglangChecksum#sum} of many chunks at once, as operations on whole columns.
 *
 * <p>Word {@code i} is mixed with {@code (i * factor + seed) ^ rotl(i, distance)}. Tiles begin at
 * multiples of 8,192 words, so within a tile both terms are arithmetic progressions: with {@code i
 * = first + j} and {@code j < 8192}, the bits of {@code first} and {@code j} do not meet, and
 * {@code rotl(i, distance) = rotl(first, distance) + (j << distance)}. So each term is written in
 * one pass, from one number a tile.
 *
 * <p>Each of the two mixes passes 13 times over a piece: two progressions, two {@code xor}, eight
 * operations of {@code fmix}, one sum; with 4 bytes for each number read or written that is 112
 * bytes a word, so both move 56 bytes for each byte hashed. Behind the sums by tile comes one
 * number for 8,192 words. Besides the words, three columns of their size live at a time.
 *
 * @param <C> a column
 */
final class ChunkSums<C> {

  private static final Mix FIRST = new Mix(0x27D4EB2D, 0x243F6A88, 15);
  private static final Mix SECOND = new Mix(0x165667B1, 0x2C74EE7, 13);

  private final ColumnOperations<C> operations;

  ChunkSums(ColumnOperations<C> operations) {
    this.operations = operations;
  }

  /**
   * The sums of a batch: a 64-bit number a row, 0 for null rows.
   *
   * @return a column, which the caller closes
   */
  C sums(ChunkRows rows, ByteRows<C> bytes) {
    List<C> firsts = new ArrayList<>();
    List<C> seconds = new ArrayList<>();
    try {
      for (ColumnPiece piece : rows.pieces()) {
        if (piece.tiles() > 0) {
          sumTiles(piece, bytes, firsts, seconds);
        }
      }
      return firsts.isEmpty() ? zeros(rows.count()) : finish(rows, firsts, seconds);
    } finally {
      firsts.forEach(operations::close);
      seconds.forEach(operations::close);
    }
  }

  private void sumTiles(ColumnPiece piece, ByteRows<C> bytes, List<C> firsts, List<C> seconds) {
    try (Register<C> words = register(piece.words(bytes));
        Register<C> lengths = register(operations.numbers(piece.lengths()));
        Register<C> offsets = register(operations.numbers(piece.offsets()))) {
      firsts.add(sumsOfTiles(FIRST, piece, words, lengths, offsets));
      seconds.add(sumsOfTiles(SECOND, piece, words, lengths, offsets));
    }
  }

  private C sumsOfTiles(
      Mix mix, ColumnPiece piece, Register<C> words, Register<C> lengths, Register<C> offsets) {
    try (Register<C> keys = progressions(mix.products(piece), mix.factor(), lengths)) {
      keys.xor(words.column());
      xorRotations(keys, mix, piece, lengths);
      keys.fmix();
      return operations.sums(keys.column(), offsets.column());
    }
  }

  private void xorRotations(Register<C> keys, Mix mix, ColumnPiece piece, Register<C> lengths) {
    try (Register<C> rotations = progressions(mix.rotations(piece), 1 << mix.distance(), lengths)) {
      keys.xor(rotations.column());
    }
  }

  private Register<C> progressions(int[] starts, int step, Register<C> lengths) {
    try (Register<C> first = register(operations.numbers(starts))) {
      return register(operations.progressions(first.column(), step, lengths.column()));
    }
  }

  /** Mixes the tiles' two sums with their tensor's length, and adds them up by row. */
  private C finish(ChunkRows rows, List<C> firsts, List<C> seconds) {
    try (Register<C> lengths = register(operations.numbers(rows.paddedLengths()));
        Register<C> offsets = register(operations.numbers(rows.tileOffsets()));
        Register<C> high = register(operations.concatenate(firsts));
        Register<C> low = register(operations.concatenate(seconds))) {
      high.xor(lengths.column());
      high.fmix();
      high.widen();
      high.shiftLeft(Integer.SIZE);
      low.xor(lengths.column());
      low.fmix();
      low.widen();
      high.xor(low.column());
      return operations.sums(high.column(), offsets.column());
    }
  }

  private C zeros(int count) {
    try (Register<C> zeros = register(operations.numbers(new int[count]))) {
      return operations.widen(zeros.column());
    }
  }

  private Register<C> register(C column) {
    return new Register<>(operations, column);
  }

  /** How a word is mixed with its position. */
  private record Mix(int factor, int seed, int distance) {

    /** The product of each tile's first word. */
    int[] products(ColumnPiece piece) {
      int[] products = new int[piece.tiles()];
      for (int tile = 0; tile < products.length; tile++) {
        products[tile] = piece.position(tile) * factor + seed;
      }
      return products;
    }

    /** The rotation of each tile's first word. */
    int[] rotations(ColumnPiece piece) {
      int[] rotations = new int[piece.tiles()];
      for (int tile = 0; tile < rotations.length; tile++) {
        rotations[tile] = Integer.rotateLeft(piece.position(tile), distance);
      }
      return rotations;
    }
  }
}
