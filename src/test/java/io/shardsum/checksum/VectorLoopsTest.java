package io.shardsum.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.safetensors.DType;
import io.shardsum.testing.JavaProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The loops by the Vector API do what the plain ones do, which golden values decide on. They run in
 * a virtual machine that has the module.
 */
class VectorLoopsTest {

  private static final Path OPTIONS = Path.of("conf", "jvm-vector.options").toAbsolutePath();

  @TempDir Path directory;

  @Test
  void mixWordsAsThePlainOnesDo() throws Exception {
    assertThat(compare("mix")).isEqualTo("the same");
  }

  @Test
  void dequantizeEachByteUnderEachKindOfScale() throws Exception {
    assertThat(compare("dequantize")).isEqualTo("the same");
  }

  @Test
  void sumPiecesOfWeightsOfOddWidths() throws Exception {
    assertThat(compare("sum")).isEqualTo("the same");
  }

  private String compare(String what) throws IOException, InterruptedException {
    JavaProcess process =
        JavaProcess.run(directory, List.of("@" + OPTIONS), Comparison.class, what);
    return process.output().lines().reduce("", (before, line) -> line);
  }

  /** Prints what differs first. */
  static final class Comparison {

    private static final Random RANDOM = new Random(20261128);

    private static final WordLoops PLAIN = PlainLoops.INSTANCE;
    private static final WordLoops VECTOR = vector();

    private Comparison() {}

    public static void main(String[] arguments) throws Exception {
      for (int round = 0; round < 200; round++) {
        switch (arguments[0]) {
          case "mix" -> mix(round);
          case "dequantize" -> dequantize(scales(round));
          default -> sum(round);
        }
      }
      System.out.println("the same");
    }

    private static WordLoops vector() {
      try {
        return Class.forName("io.shardsum.checksum.VectorLoops")
            .asSubclass(WordLoops.class)
            .getDeclaredConstructor()
            .newInstance();
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void mix(int round) {
      WordOrder order = round % 2 == 0 ? WordOrder.NATURAL : WordOrder.EVEN_THEN_ODD;
      int[] words = RANDOM.ints(WordLoops.WORDS).toArray();
      int firstWord = RANDOM.nextInt() & -WordLoops.WORDS;
      int[][] lanes = new int[4][WordLoops.WORDS];
      Arrays.fill(lanes[0], round);
      Arrays.fill(lanes[2], round);
      PLAIN.mix(words, order, firstWord, lanes[0], lanes[1]);
      VECTOR.mix(words, order, firstWord, lanes[2], lanes[3]);
      check(Arrays.equals(lanes[0], lanes[2]) && Arrays.equals(lanes[1], lanes[3]), round, "mix");
    }

    /** Random ones, powers of two, ties, and such as products under- or overflow with. */
    private static float[] scales(int round) {
      return switch (round % 5) {
        case 0 -> floats(RANDOM.doubles(8, 0, 1e-3));
        case 1 -> floats(RANDOM.ints(8, -140, 127).mapToDouble(e -> Math.scalb(1d, e)));
        case 2 -> floats(RANDOM.ints(8, 0, 256).mapToDouble(m -> 1 + (2 * m + 1) / 256d));
        case 3 -> floats(RANDOM.doubles(8, 0, 1e-38));
        default -> floats(RANDOM.doubles(8, -1e38, 3e38));
      };
    }

    private static float[] floats(DoubleStream values) {
      double[] found = values.toArray();
      float[] floats = new float[found.length];
      for (int index = 0; index < found.length; index++) {
        floats[index] = (float) found[index];
      }
      return floats;
    }

    /** A weight of eight columns of blocks, in which each row of a block has each byte but NaN. */
    private static void dequantize(float[] scales) throws Exception {
      byte[] weight = new byte[128 * 8 * 128];
      for (int index = 0; index < weight.length; index++) {
        int element = index + index / 1024 * 37;
        weight[index] = (byte) ((element & 0x7F) == 0x7F ? element ^ 1 : element);
      }
      compare(weight, 128, 1024, scales, Arrays.toString(scales));
    }

    private static void sum(int round) throws Exception {
      int columns = 128 * (1 + round % 7);
      int rows = 1 + RANDOM.nextInt(400);
      byte[] weight = new byte[rows * columns];
      RANDOM.nextBytes(weight);
      if (round % 3 > 0) {
        for (int index = 0; index < weight.length; index++) {
          weight[index] = (weight[index] & 0x7F) == 0x7F ? 0 : weight[index];
        }
      }
      int blocks = columns / 128 * ((rows + 127) / 128);
      float[] scales = floats(RANDOM.doubles(blocks, 0, 1));
      compare(weight, rows, columns, scales, "round " + round);
    }

    /** Of each tile: the sum that is made at once, of either loops, and that of the bytes. */
    private static void compare(byte[] weight, int rows, int columns, float[] scales, String what)
        throws Exception {
      Fp8Dequantizer plain = dequantizer(rows, columns, scales, PLAIN);
      Fp8Dequantizer vector = dequantizer(rows, columns, scales, VECTOR);
      SglangChecksum checksum = new SglangChecksum(PLAIN);
      ByteBuffer bytes = ByteBuffer.allocate(SglangChecksum.TILE_BYTES);
      int tileElements = Fp8Dequantizer.TILE_ELEMENTS;
      for (int at = 0; at < weight.length; at += tileElements) {
        ByteBuffer tile =
            ByteBuffer.wrap(weight, at, Math.min(tileElements, weight.length - at)).slice();
        boolean hasNan = plain.dequantize(tile.duplicate(), at, bytes.clear()).isPresent();
        long expected = checksum.sum(bytes.flip(), at / 2, 2L * weight.length);
        for (Fp8Dequantizer each : List.of(plain, vector)) {
          OptionalLong found = each.sumOfTile(tile, at, weight.length, checksum);
          boolean isTile = tile.remaining() == tileElements && !hasNan;
          check(found.isPresent() == isTile, at, what + " has a sum: " + found);
          check(found.isEmpty() || found.getAsLong() == expected, at, what);
        }
      }
    }

    private static Fp8Dequantizer dequantizer(
        int rows, int columns, float[] scales, WordLoops loops) throws Fp8PairException {
      BlockFp8 pair =
          BlockFp8.of(
              List.of((long) rows, (long) columns),
              DType.F32,
              List.of((rows + 127L) / 128, columns / 128L));
      ScaleBytes source =
          (position, target) -> {
            target.order(ByteOrder.LITTLE_ENDIAN);
            for (int index = (int) position / 4; target.hasRemaining(); index++) {
              target.putFloat(scales[index]);
            }
          };
      return new Fp8Dequantizer(pair, source, loops);
    }

    private static void check(boolean holds, int at, String what) {
      if (!holds) {
        System.out.println("differs at " + at + ": " + what);
        System.exit(1);
      }
    }
  }
}
