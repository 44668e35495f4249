package io.shardsum.source.sums;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The table of descriptors that {@code gpu/tile_sums.cu} reads, 64 bytes a tile, and into which it
 * writes their sums:
 *
 * <table>
 * <caption>A tile, little-endian</caption>
 * <tr><td>0</td><td>address of its first byte</td></tr>
 * <tr><td>8</td><td>length in bytes, as stored</td></tr>
 * <tr><td>12</td><td>index of its first word within what is summed, modulo 2<sup>32</sup></td></tr>
 * <tr><td>16, 20</td><td>second sum, first sum</td></tr>
 * <tr><td>24</td><td>its first element that is NaN; -1: none</td></tr>
 * <tr><td>28</td><td>of FP8: its first element, from the chunk's first</td></tr>
 * <tr><td>32</td><td>of FP8: address of the chunk's {@link ScaleArea}, else 0</td></tr>
 * </table>
 */
public final class TileTable {

  /** Bytes of a tile's descriptor: so many as it has lanes, each of which is called by a byte. */
  public static final int TILE_BYTES = 64;

  static final int NO_NAN = -1;

  private static final int DATA = 0;
  private static final int LENGTH = 8;
  private static final int FIRST_WORD = 12;
  private static final int SECOND = 16;
  private static final int FIRST = 20;
  private static final int NAN = 24;
  private static final int ELEMENT = 28;
  private static final int SCALES = 32;

  private final ByteBuffer bytes;
  private int tiles;

  /** A table in memory that is there. */
  public TileTable(ByteBuffer bytes) {
    this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** How many tiles were added. */
  public int tiles() {
    return tiles;
  }

  int room() {
    return bytes.capacity() / TILE_BYTES - tiles;
  }

  void clear() {
    tiles = 0;
  }

  /** Adds a tile of bytes that are summed as they are. */
  public void add(long address, int lengthBytes, int firstWord) {
    add(address, lengthBytes, firstWord, 0, 0);
  }

  /** Adds a tile of a weight in FP8. */
  public void add(long address, int lengthBytes, int firstWord, int element, long scales) {
    int at = TILE_BYTES * tiles++;
    bytes
        .putLong(at + DATA, address)
        .putInt(at + LENGTH, lengthBytes)
        .putInt(at + FIRST_WORD, firstWord)
        .putInt(at + SECOND, 0)
        .putInt(at + FIRST, 0)
        .putInt(at + NAN, NO_NAN)
        .putInt(at + ELEMENT, element)
        .putLong(at + SCALES, scales);
  }

  /** The tile's first sum, once it is there. */
  public int first(int tile) {
    return bytes.getInt(TILE_BYTES * tile + FIRST);
  }

  /** The tile's second sum, once it is there. */
  public int second(int tile) {
    return bytes.getInt(TILE_BYTES * tile + SECOND);
  }

  int nan(int tile) {
    return bytes.getInt(TILE_BYTES * tile + NAN);
  }

  int element(int tile) {
    return bytes.getInt(TILE_BYTES * tile + ELEMENT);
  }
}
