package io.shardsum.checksum;

import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * By which loops this process hashes: the plain ones, until those of the Vector API turn out to be
 * faster. Whether a virtual machine compiles these well is partly luck, so both are timed, on real
 * shapes, on a thread beside the work; and again from time to time, as long as there is work.
 */
final class LoopChoice {

  private static final String MODULE = "jdk.incubator.vector";
  private static final WordLoops PLAIN = PlainLoops.INSTANCE;
  private static final WordLoops VECTOR = vectorLoops();

  private static final int WINDOW_BYTES = 256 * 1024;
  private static final long COLUMNS = 8192;

  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Enough for a virtual machine to compile a loop, if it is told to do so soon. */
  private static final int ROUNDS_BEFORE = 30;

  private static final int ROUNDS = 5;

  /** How long the compilers may take. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final long PAUSE_MILLIS = 100;

  /** The other loops must be faster by so much, or the choice would change with each jitter. */
  private static final double CLEARLY = 1.05;

  static final LoopChoice OF_BYTES = new LoopChoice(LoopChoice::sumOfBytes);
  static final LoopChoice OF_BLOCK_FP8 = new LoopChoice(LoopChoice::sumOfWeight);

  private final Function<WordLoops, Runnable> work;
  private final AtomicLong lastRace = new AtomicLong(System.nanoTime() - AGAIN_NANOS);
  private volatile WordLoops chosen = PLAIN;

  private LoopChoice(Function<WordLoops, Runnable> work) {
    this.work = work;
  }

  /** The loops to use for the next seconds. */
  WordLoops now() {
    long last = lastRace.get();
    long now = System.nanoTime();
    if (VECTOR != PLAIN && now - last >= AGAIN_NANOS && lastRace.compareAndSet(last, now)) {
      Thread race = new Thread(this::race, "loop-choice");
      race.setDaemon(true);
      race.start();
    }
    return chosen;
  }

  private void race() {
    Runnable plain = work.apply(PLAIN);
    Runnable vector = work.apply(VECTOR);
    long begin = System.nanoTime();
    fastestNanos(plain, ROUNDS_BEFORE);
    fastestNanos(vector, ROUNDS_BEFORE);
    boolean isFaster = isFaster(vector, plain);
    while (!isFaster && System.nanoTime() - begin < PATIENCE_NANOS) {
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
      isFaster = isFaster(vector, plain);
    }
    chosen = isFaster ? VECTOR : PLAIN;
  }

  private boolean isFaster(Runnable one, Runnable other) {
    return fastestNanos(one, ROUNDS) * CLEARLY < fastestNanos(other, ROUNDS);
  }

  private long fastestNanos(Runnable work, int rounds) {
    long fastest = Long.MAX_VALUE;
    for (int round = 0; round < rounds; round++) {
      long begin = System.nanoTime();
      work.run();
      fastest = Math.min(fastest, System.nanoTime() - begin);
    }
    return fastest;
  }

  private static Runnable sumOfBytes(WordLoops loops) {
    SglangChecksum checksum = new SglangChecksum(loops);
    ByteBuffer window = ByteBuffer.allocateDirect(WINDOW_BYTES);
    return () -> checksum.sum(window, 0, WINDOW_BYTES);
  }

  private static Runnable sumOfWeight(WordLoops loops) {
    SglangChecksum checksum = new SglangChecksum(loops);
    ByteBuffer window = ByteBuffer.allocateDirect(WINDOW_BYTES);
    Fp8Dequantizer dequantizer = new Fp8Dequantizer(oneRowOfBlocks(), LoopChoice::thirds, loops);
    return () -> {
      for (int at = 0; at < WINDOW_BYTES; at += Fp8Dequantizer.TILE_ELEMENTS) {
        ByteBuffer tile = window.slice(at, Fp8Dequantizer.TILE_ELEMENTS);
        try {
          dequantizer.sumOfTile(tile, at, WINDOW_BYTES, checksum);
        } catch (IOException | Fp8PairException e) {
          throw new IllegalStateException("A weight without a file cannot be summed", e);
        }
      }
    };
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

  private static void thirds(long positionBytes, ByteBuffer target) {
    target.order(ByteOrder.LITTLE_ENDIAN);
    while (target.hasRemaining()) {
      target.putFloat(1f / 3);
    }
  }

  private static WordLoops vectorLoops() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
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
