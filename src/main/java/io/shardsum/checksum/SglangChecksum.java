package io.shardsum.checksum;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Supplier;

/**
 * The {@code sglang} tensor checksum: 64 bits, as sums over tiles of 32 KiB that merge by addition.
 *
 * <p>A tensor is its raw bytes in C order, zero-padded to 32-bit little-endian words {@code w[i]}.
 * Each word is mixed twice with its position, each tile's two sums are mixed with the tensor's
 * padded length, and the tiles' 64-bit values add up; {@link #finish} makes the checksum of the
 * total. All sums wrap, so any cut of a tensor at tile boundaries can be summed anywhere, in any
 * order:
 *
 * <pre>finish(sum(whole)) = finish(sum(piece 1) + sum(piece 2) + ...)</pre>
 *
 * <p>A change within one word is always seen, since each step from there to the tile's value can be
 * undone; any other that comes by chance is missed once in about 2<sup>64</sup> times. It is not
 * cryptographic: who wants to can make two tensors of one checksum. By construction it does not see
 * the tensor's dtype, shape and name, nor up to three zero bytes between the last byte and the end
 * of its word; copies are therefore compared by dtype and shape, too, which say the length.
 *
 * <p>An instance owns some scratch memory and is not safe for use by several threads.
 *
 * <p>Source of the rule: SGLang's {@code srt/utils/weight_checker.py} and its hash kernel, releases
 * 0.5.12 to 0.5.23, where the algorithm did not change.
 */
public final class SglangChecksum {

  /** Bytes of a tile; a piece of a tensor must begin at a multiple of this. */
  public static final int TILE_BYTES = 32 * 1024;

  private static final int WARM_UP_ROUNDS = 1000;

  private static final int TILE_WORDS = TILE_BYTES / Integer.BYTES;

  private final Supplier<WordLoops> choice;
  private final int[] words = new int[WordLoops.WORDS];
  private final int[] firstLanes = new int[WordLoops.WORDS];
  private final int[] secondLanes = new int[WordLoops.WORDS];

  /** Sums by the loops that are the fastest here and now. */
  public SglangChecksum() {
    choice = LoopChoice.OF_BYTES::now;
  }

  SglangChecksum(WordLoops loops) {
    choice = () -> loops;
  }

  /**
   * Sums the tiles of a piece of a tensor.
   *
   * @param data the piece, from its position to its limit; neither is changed, and the byte order
   *     of the buffer does not matter
   * @param firstWord the index of the piece's first 32-bit word within the tensor: a multiple of
   *     8,192
   * @param tensorBytes the length of the whole tensor in bytes
   * @return the piece's part of the tensor's sum
   * @throws IllegalArgumentException if the piece does not begin on a tile, reaches past the
   *     tensor, or ends neither on a tile nor with the tensor
   */
  public long sum(ByteBuffer data, long firstWord, long tensorBytes) {
    checkPiece(data.remaining(), firstWord, tensorBytes);
    int paddedLength = paddedLength(tensorBytes);
    ByteBuffer bytes = data.slice().order(ByteOrder.LITTLE_ENDIAN);
    IntBuffer source = bytes.asIntBuffer();
    WordLoops loops = choice.get();
    long sum = 0;
    int firstOfTile = (int) firstWord;
    while (source.remaining() >= TILE_WORDS) {
      beginTile();
      mixRounds(loops, source, TILE_WORDS / WordLoops.WORDS, firstOfTile);
      sum += endTile(paddedLength);
      firstOfTile += TILE_WORDS;
    }
    bytes.position(source.position() * Integer.BYTES);
    return bytes.hasRemaining() ? sum + lastTile(loops, bytes, firstOfTile, paddedLength) : sum;
  }

  /** Runs the plain loop until the virtual machine has compiled it for good. */
  public static void warmUp() {
    SglangChecksum checksum = new SglangChecksum(PlainLoops.INSTANCE);
    ByteBuffer data = ByteBuffer.allocateDirect(8 * TILE_BYTES);
    for (int round = 0; round < WARM_UP_ROUNDS; round++) {
      checksum.sum(data, 0, data.capacity());
    }
  }

  /**
   * The checksum of a tensor whose tiles add up to {@code sum}: 16 lower-case hex digits, as
   * engines report it. An empty tensor has the sum 0 and the checksum {@code 0000000000000000}.
   */
  public static String finish(long sum) {
    long x = sum;
    x ^= x >>> 30;
    x *= 0xBF58476D1CE4E5B9L;
    x ^= x >>> 27;
    x *= 0x94D049BB133111EBL;
    x ^= x >>> 31;
    return HexFormat.of().toHexDigits(x);
  }

  /**
   * A tile's part of the sum of its tensor.
   *
   * @param first its words, each mixed with its position, added up
   * @param second the same, of the second way to mix
   */
  public static long ofTile(int first, int second, long tensorBytes) {
    return mixed(first, second, paddedLength(tensorBytes));
  }

  private static int paddedLength(long tensorBytes) {
    return (int) ((tensorBytes + 3) & ~3L);
  }

  /**
   * Checks that bytes are a piece of a tensor that {@link #sum} takes.
   *
   * @throws IllegalArgumentException if they are not, as there
   */
  public static void checkPiece(int lengthBytes, long firstWord, long tensorBytes) {
    long begin = Math.multiplyExact(firstWord, Integer.BYTES);
    long end = begin + lengthBytes;
    boolean wholeTiles = lengthBytes % TILE_BYTES == 0 || end == tensorBytes;
    if (firstWord < 0 || firstWord % TILE_WORDS != 0 || end > tensorBytes || !wholeTiles) {
      throw new IllegalArgumentException(
          "Cannot sum bytes "
              + begin
              + " to "
              + end
              + " of a tensor of "
              + tensorBytes
              + " bytes: expected whole tiles of "
              + TILE_BYTES
              + " bytes");
    }
  }

  /** A tile follows, of which {@link #mix} takes the words. */
  void beginTile() {
    Arrays.fill(firstLanes, 0);
    Arrays.fill(secondLanes, 0);
  }

  /**
   * Mixes the next {@link WordLoops#WORDS} words of a tile.
   *
   * @param order in which they lie
   * @param firstWord the index of the first of them within the tensor
   */
  void mix(WordLoops loops, int[] ofTile, WordOrder order, int firstWord) {
    loops.mix(ofTile, order, firstWord, firstLanes, secondLanes);
  }

  /** The part that a tile has in the sum of its tensor. */
  long endTile(long tensorBytes) {
    return endTile(paddedLength(tensorBytes));
  }

  private long endTile(int paddedLength) {
    return mixed(total(firstLanes), total(secondLanes), paddedLength);
  }

  private void mixRounds(WordLoops loops, IntBuffer source, int rounds, int firstOfTile) {
    for (int round = 0; round < rounds; round++) {
      source.get(words, 0, WordLoops.WORDS);
      mix(loops, words, WordOrder.NATURAL, firstOfTile + round * WordLoops.WORDS);
    }
  }

  /** What is left of a tensor: less than a tile, and maybe a part of a word. */
  private long lastTile(WordLoops loops, ByteBuffer bytes, int firstOfTile, int paddedLength) {
    IntBuffer source = bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    beginTile();
    mixRounds(loops, source, source.remaining() / WordLoops.WORDS, firstOfTile);
    int first = total(firstLanes);
    int second = total(secondLanes);
    bytes.position(bytes.position() + source.position() * Integer.BYTES);
    int index = firstOfTile + source.position();
    while (bytes.hasRemaining()) {
      int word = nextWord(bytes);
      first += WordOrder.FIRST.mixed(word, index);
      second += WordOrder.SECOND.mixed(word, index);
      index++;
    }
    return mixed(first, second, paddedLength);
  }

  /** The next word; the last one of a tensor may be short of bytes, which are then 0. */
  private static int nextWord(ByteBuffer bytes) {
    if (bytes.remaining() >= Integer.BYTES) {
      return bytes.getInt();
    }
    int word = 0;
    for (int shift = 0; bytes.hasRemaining(); shift += Byte.SIZE) {
      word |= Byte.toUnsignedInt(bytes.get()) << shift;
    }
    return word;
  }

  private static long mixed(int first, int second, int paddedLength) {
    return ((long) fmix(first ^ paddedLength) << Integer.SIZE)
        | Integer.toUnsignedLong(fmix(second ^ paddedLength));
  }

  private static int total(int[] lanes) {
    int total = 0;
    for (int lane : lanes) {
      total += lane;
    }
    return total;
  }

  /** MurmurHash3's 32-bit finalizer. */
  static int fmix(int value) {
    int x = value;
    x ^= x >>> 16;
    x *= 0x85EBCA6B;
    x ^= x >>> 13;
    x *= 0xC2B2AE35;
    x ^= x >>> 16;
    return x;
  }
}
