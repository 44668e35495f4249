package io.shardsum.source.sums;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import java.util.function.UnaryOperator;

/**
 * Stands for a GPU on a machine without one. It does everything at the last moment, once somebody
 * waits for it: a buffer that is used again too early is copied as it is by then, and its sums are
 * wrong. Memory that nobody has written, or that was given back, holds no zeros.
 *
 * <p>Its kernel is a twin of {@code gpu/tile_sums.cu}, by other code than the CPU's sums.
 */
public final class FakeDevice implements Device {

  private static final AtomicInteger OPEN = new AtomicInteger();
  private static final AtomicLong TILES = new AtomicLong();

  /** Room for windows of a few MiB: a test has many tasks, and little to sum. */
  private static final long USUAL_MEMORY_BYTES = 10L << 20;

  private static volatile long memoryBytes = USUAL_MEMORY_BYTES;
  private static volatile LongPredicate wrongAtWord = word -> false;
  private static volatile UnaryOperator<ByteBuffer> eyes = UnaryOperator.identity();
  private static volatile boolean broken;
  private static volatile boolean wrongScales;

  private static final byte[] POISON = new byte[1 << 16];

  static {
    Arrays.fill(POISON, (byte) 0xA5);
  }

  private final TreeMap<Long, Memory> memory = new TreeMap<>();
  private final Deque<Runnable> copies = new ArrayDeque<>();
  private final Deque<Runnable> sums = new ArrayDeque<>();
  private final List<ByteBuffer> pinned = new ArrayList<>();
  private long nextAddress = 1L << 40;
  private long usedBytes;

  /** Opens one. */
  public FakeDevice() {
    if (broken) {
      throw new DeviceException(
          "Cannot hash on the GPU of executor 7 (host h): it is broken", null);
    }
    OPEN.incrementAndGet();
  }

  /** All that come are as they should be. */
  public static void reset() {
    memoryBytes = USUAL_MEMORY_BYTES;
    wrongAtWord = word -> false;
    eyes = UnaryOperator.identity();
    broken = false;
    wrongScales = false;
    TILES.set(0);
  }

  /** Those that come have so much memory. */
  public static void withMemory(long bytes) {
    memoryBytes = bytes;
  }

  /** Those that come sum tiles wrongly that begin with such words of a tensor. */
  public static void wrongAt(LongPredicate firstWord) {
    wrongAtWord = firstWord;
  }

  /** Those that come sum other bytes of a tile than there are. */
  public static void sees(UnaryOperator<ByteBuffer> bytes) {
    eyes = bytes;
  }

  /** Those that come dequantize to twice of what they should. */
  public static void dequantizesWrongly() {
    wrongScales = true;
  }

  /** None comes. */
  public static void breakDown() {
    broken = true;
  }

  /** How many are open. */
  public static int open() {
    return OPEN.get();
  }

  /** How many tiles were summed. */
  public static long tiles() {
    return TILES.get();
  }

  private record Memory(long address, ByteBuffer bytes) {}

  private record Pinned(ByteBuffer bytes) implements HostBuffer {}

  private final class OnDevice implements DeviceBuffer {
    private final Memory of;

    OnDevice(Memory of) {
      this.of = of;
    }

    @Override
    public long address() {
      return of.address;
    }

    @Override
    public void free() {
      memory.remove(of.address);
      usedBytes -= of.bytes.capacity();
      poison(of.bytes);
    }
  }

  private static ByteBuffer poison(ByteBuffer bytes) {
    ByteBuffer all = bytes.duplicate().clear();
    while (all.hasRemaining()) {
      all.put(POISON, 0, Math.min(POISON.length, all.remaining()));
    }
    return bytes;
  }

  @Override
  public HostBuffer hostBuffer(int bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    pinned.add(poison(buffer));
    return new Pinned(buffer);
  }

  @Override
  public DeviceBuffer deviceBuffer(long bytes) {
    if (usedBytes + bytes > memoryBytes) {
      throw new DeviceMemoryException(
          "Cannot hash on the GPU of this test: its memory is full", null);
    }
    usedBytes += bytes;
    Memory taken =
        new Memory(
            nextAddress,
            poison(
                ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN)));
    memory.put(taken.address, taken);
    nextAddress += (bytes / 256 + 2) * 256;
    return new OnDevice(taken);
  }

  @Override
  public Mark copyToDevice(HostBuffer from, int bytes, DeviceBuffer to, long offsetBytes) {
    return later(
        copies,
        () ->
            ((OnDevice) to)
                .of.bytes.put(
                    (int) offsetBytes, ((Pinned) from).bytes.duplicate().clear(), 0, bytes));
  }

  @Override
  public Mark sumTiles(DeviceBuffer table, int tiles, HostBuffer back) {
    return later(
        sums,
        () -> {
          ByteBuffer descriptors = ((OnDevice) table).of.bytes;
          for (int tile = 0; tile < tiles; tile++) {
            sumTile(descriptors.slice(64 * tile, 64).order(ByteOrder.LITTLE_ENDIAN));
          }
          TILES.addAndGet(tiles);
          ((Pinned) back).bytes.put(0, descriptors, 0, 64 * tiles);
        });
  }

  /** Done once somebody waits for it or for what came later. */
  private static Mark later(Deque<Runnable> queue, Runnable work) {
    queue.add(work);
    return () -> {
      while (queue.contains(work)) {
        queue.remove().run();
      }
    };
  }

  private void sumTile(ByteBuffer tile) {
    int length = tile.getInt(8);
    int firstWord = tile.getInt(12);
    ByteBuffer stored = eyes.apply(at(tile.getLong(0), length));
    long scales = tile.getLong(32);
    ByteBuffer summed = scales == 0 ? stored : dequantized(tile, stored, scales);
    int first = 0;
    int second = 0;
    for (int at = 0; at < summed.remaining(); at += 4) {
      int word = 0;
      for (int k = 0; k < 4 && at + k < summed.remaining(); k++) {
        word |= (summed.get(at + k) & 0xFF) << (8 * k);
      }
      int i = firstWord + at / 4;
      first += fmix(word ^ (i * 0x27D4EB2D + 0x243F6A88) ^ Integer.rotateLeft(i, 15));
      second += fmix(word ^ (i * 0x165667B1 + 0x2C74EE7) ^ Integer.rotateLeft(i, 13));
    }
    tile.putInt(16, tile.getInt(16) + second);
    tile.putInt(20, tile.getInt(20) + first + (wrongAtWord.test(firstWord) ? 1 : 0));
  }

  private ByteBuffer dequantized(ByteBuffer tile, ByteBuffer stored, long address) {
    ByteBuffer head = at(address, 64);
    long columns = head.getLong(0);
    long rows = head.getLong(8);
    long block = head.getLong(16);
    long firstRow = head.getLong(24);
    long stride = head.getLong(48);
    ByteBuffer result = ByteBuffer.allocate(2 * stored.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < stored.remaining(); at++) {
      long place = head.getLong(32) + tile.getInt(28) + at;
      long row = firstRow + place / columns;
      long down = (row / rows) * head.getLong(40) + (row % rows) / block - firstRow / block;
      long scale = down * stride + place % columns / block - head.getLong(56);
      float product =
          e4m3(stored.get(at))
              * at(address + 64 + 4 * scale, 4).getFloat(0)
              * (wrongScales ? 2 : 1);
      if (Float.isNaN(product) && tile.getInt(24) == -1) {
        tile.putInt(24, at);
      }
      result.putShort(2 * at, brain(product));
    }
    return result;
  }

  /** To the nearest, ties to even. */
  private static short brain(float value) {
    int bits = Float.floatToRawIntBits(value);
    int below = bits >>> 16;
    int rest = bits & 0xFFFF;
    boolean up = rest > 0x8000 || (rest == 0x8000 && (below & 1) == 1);
    return (short) (up ? below + 1 : below);
  }

  private static float e4m3(byte bits) {
    int exponent = (bits >> 3) & 0xF;
    int mantissa = bits & 7;
    float magnitude =
        exponent == 0 ? mantissa * 0x1p-9f : Math.scalb(1 + mantissa / 8f, exponent - 7);
    magnitude = (bits & 0x7F) == 0x7F ? Float.NaN : magnitude;
    return bits < 0 ? -magnitude : magnitude;
  }

  private ByteBuffer at(long address, int length) {
    Map.Entry<Long, Memory> holder = memory.floorEntry(address);
    int offset = (int) (address - holder.getKey());
    return holder.getValue().bytes.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int fmix(int value) {
    int x = (value ^ (value >>> 16)) * 0x85EBCA6B;
    x = (x ^ (x >>> 13)) * 0xC2B2AE35;
    return x ^ (x >>> 16);
  }

  @Override
  public void close() {
    List.copyOf(copies).forEach(Runnable::run);
    List.copyOf(sums).forEach(Runnable::run);
    memory.values().forEach(of -> poison(of.bytes));
    pinned.forEach(FakeDevice::poison);
    OPEN.decrementAndGet();
  }
}
