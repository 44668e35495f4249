package io.shardsum.checksum;

import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * By which loops this process hashes: the plain ones, until those of the Vector API turn out to be
 * faster. Whether a virtual machine compiles these well is partly luck, so both are timed, on real
 * shapes, on a thread beside the work; and again from time to time, as long as there is work. Loops
 * that find other sums than the plain ones are never used again.
 */
final class LoopChoice {

  /** The property that allows the Vector API: conf/jvm-vector.options. */
  private static final String PROPERTY = "shardsum.vector-loops";

  private static final WordLoops PLAIN = PlainLoops.INSTANCE;
  private static final WordLoops VECTOR = vectorLoops();

  private static final int WINDOW_BYTES = 256 * 1024;
  private static final long COLUMNS = 8192;

  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Enough for a virtual machine to compile a loop, if it is told to do so soon. */
  private static final int ROUNDS_BEFORE = 30;

  private static final int ROUNDS = 5;

  /** One after the other: a single one may be chance. */
  private static final int WINS = 2;

  /** How long the compilers may take. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final long PAUSE_MILLIS = 50;

  /** The other loops must be faster by so much, or the choice would change with each jitter. */
  private static final double CLEARLY = 1.05;

  /** Asked for each read, so that a race begins behind the first 256 MiB. */
  static final LoopChoice OF_BYTES = new LoopChoice(1024, LoopChoice::sumOfBytes);

  /** Asked for each weight. */
  static final LoopChoice OF_BLOCK_FP8 = new LoopChoice(4, LoopChoice::sumOfWeight);

  /** How often to ask before there is a race: a small scan is done before the compilers are. */
  private final int asksBefore;

  private final AtomicInteger asks = new AtomicInteger();
  private final Function<WordLoops, LongSupplier> work;
  private final AtomicBoolean isRacing = new AtomicBoolean();
  private volatile long lastRaceNanos = System.nanoTime() - AGAIN_NANOS;
  private volatile WordLoops chosen = PLAIN;
  private LongSupplier plain;
  private LongSupplier vector;
  private long expected;

  private LoopChoice(int asksBefore, Function<WordLoops, LongSupplier> work) {
    this.asksBefore = asksBefore;
    this.work = work;
  }

  /** The loops to use next; it costs next to nothing to ask each time. */
  WordLoops now() {
    boolean isDue =
        VECTOR != PLAIN
            && (asks.get() > asksBefore || asks.incrementAndGet() > asksBefore)
            && System.nanoTime() - lastRaceNanos >= AGAIN_NANOS;
    if (isDue && isRacing.compareAndSet(false, true)) {
      Thread race = new Thread(this::race, "loop-choice");
      race.setDaemon(true);
      race.start();
    }
    return chosen;
  }

  private void race() {
    try {
      if (plain == null) {
        plain = work.apply(PLAIN);
        vector = work.apply(VECTOR);
        expected = plain.getAsLong();
      }
      chosen = vectorWins() ? VECTOR : PLAIN;
      lastRaceNanos = System.nanoTime();
      isRacing.set(false);
    } catch (InterruptedException | RuntimeException | LinkageError | OutOfMemoryError e) {
      chosen = PLAIN; // and there is no other race: isRacing stays
    }
  }

  private boolean vectorWins() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    fastestNanos(plain, ROUNDS_BEFORE, end);
    fastestNanos(vector, ROUNDS_BEFORE, end);
    int wins = 0;
    while (System.nanoTime() < end) {
      wins = isFaster() ? wins + 1 : 0;
      if (wins == WINS) {
        return true;
      }
      Thread.sleep(PAUSE_MILLIS);
    }
    return false;
  }

  private boolean isFaster() {
    long ofVector = fastestNanos(vector, ROUNDS, Long.MAX_VALUE);
    return ofVector * CLEARLY < fastestNanos(plain, ROUNDS, Long.MAX_VALUE);
  }

  private long fastestNanos(LongSupplier work, int rounds, long endNanos) {
    long fastest = Long.MAX_VALUE;
    long end = System.nanoTime();
    for (int round = 0; round < rounds && end < endNanos; round++) {
      long begin = System.nanoTime();
      if (work.getAsLong() != expected) {
        throw new IllegalStateException("The loops do not find the same sum");
      }
      end = System.nanoTime();
      fastest = Math.min(fastest, end - begin);
    }
    return fastest;
  }

  private static LongSupplier sumOfBytes(WordLoops loops) {
    SglangChecksum checksum = new SglangChecksum(loops);
    ByteBuffer window = window();
    return () -> checksum.sum(window, 0, WINDOW_BYTES);
  }

  private static LongSupplier sumOfWeight(WordLoops loops) {
    SglangChecksum checksum = new SglangChecksum(loops);
    ByteBuffer window = window();
    Fp8Dequantizer dequantizer = new Fp8Dequantizer(oneRowOfBlocks(), LoopChoice::scales, loops);
    return () -> {
      long sum = 0;
      for (int at = 0; at < WINDOW_BYTES; at += Fp8Dequantizer.TILE_ELEMENTS) {
        ByteBuffer tile = window.slice(at, Fp8Dequantizer.TILE_ELEMENTS);
        try {
          sum += dequantizer.sumOfTile(tile, at, WINDOW_BYTES, checksum).orElseThrow();
        } catch (IOException | Fp8PairException e) {
          throw new IllegalStateException("A weight in memory cannot be summed", e);
        }
      }
      return sum;
    };
  }

  /** Each byte but those that are NaN in FP8, at each place of a word. */
  private static ByteBuffer window() {
    ByteBuffer window = ByteBuffer.allocateDirect(WINDOW_BYTES);
    for (int index = 0; index < WINDOW_BYTES; index++) {
      int element = index + index / 1024;
      window.put(index, (byte) ((element & 0x7F) == 0x7F ? 0 : element));
    }
    return window;
  }

  private static BlockFp8 oneRowOfBlocks() {
    try {
      return BlockFp8.of(
          List.of(WINDOW_BYTES / COLUMNS, COLUMNS),
          DType.F32,
          List.of(1L, COLUMNS / WordLoops.BLOCK));
    } catch (Fp8PairException e) {
      throw new IllegalStateException("A weight of 128 x 128 blocks is a pair", e);
    }
  }

  private static void scales(long positionBytes, ByteBuffer target) {
    target.order(ByteOrder.LITTLE_ENDIAN);
    while (target.hasRemaining()) {
      target.putFloat(1f / (3 + target.position()));
    }
  }

  /** The plain loops, where those of the Vector API are not wanted or not there. */
  private static WordLoops vectorLoops() {
    boolean isThere =
        Boolean.getBoolean(PROPERTY)
            && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    if (!isThere) {
      return PLAIN;
    }
    try {
      return Class.forName(LoopChoice.class.getPackageName() + ".VectorLoops")
          .asSubclass(WordLoops.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      return PLAIN; // of a release whose Vector API is another one
    }
  }
}
