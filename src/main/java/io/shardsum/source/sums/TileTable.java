package io.shardsum.source.sums;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

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

  private static final int TILE_LONGS = TILE_BYTES / Long.BYTES;

  /** Places of pairs of numbers, and of addresses: fewer calls than one for each number. */
  private static final int DATA = 0;

  private static final int LENGTH_FIRST_WORD = 1;
  private static final int SECOND_FIRST = 2;
  private static final int NAN_ELEMENT = 3;
  private static final int SCALES = 4;

  private final LongBuffer longs;
  private int tiles;

  /** A table in memory that is there. */
  public TileTable(ByteBuffer bytes) {
    this.longs = bytes.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
  }

  /** How many tiles were added. */
  public int tiles() {
    return tiles;
  }

  int room() {
    return longs.capacity() / TILE_LONGS - tiles;
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
    int at = TILE_LONGS * tiles++;
    longs
        .put(at + DATA, address)
        .put(at + LENGTH_FIRST_WORD, pair(lengthBytes, firstWord))
        .put(at + SECOND_FIRST, 0)
        .put(at + NAN_ELEMENT, pair(NO_NAN, element))
        .put(at + SCALES, scales);
  }

  /** Two numbers, one behind the other. */
  private static long pair(int low, int high) {
    return ((long) high << Integer.SIZE) | Integer.toUnsignedLong(low);
  }

  /** The tile's first sum, once it is there. */
  public int first(int tile) {
    return high(tile, SECOND_FIRST);
  }

  /** The tile's second sum, once it is there. */
  public int second(int tile) {
    return low(tile, SECOND_FIRST);
  }

  int nan(int tile) {
    return low(tile, NAN_ELEMENT);
  }

  int element(int tile) {
    return high(tile, NAN_ELEMENT);
  }

  private int low(int tile, int place) {
    return (int) longs.get(TILE_LONGS * tile + place);
  }

  private int high(int tile, int place) {
    return (int) (longs.get(TILE_LONGS * tile + place) >>> Integer.SIZE);
  }
}
