package io.shardsum.source.sums;

import io.shardsum.checksum.BlockFp8;
import io.shardsum.checksum.Fp8Dequantizer;
import io.shardsum.checksum.Fp8PairException;
import io.shardsum.io.ListedFile;
import io.shardsum.io.Shard;
import io.shardsum.io.ShardOpener;
import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** Parts of a file as tensors, or as weights in FP8, and their sums by whatever sums. */
public final class WeightParts {

  private WeightParts() {}

  /** A tensor, or a weight in FP8, somewhere in a file. */
  public record Part(long offsetBytes, int lengthBytes, Optional<Pair> pair) {
    /** A tensor that is summed as it is. */
    public static Part plain(long offsetBytes, int lengthBytes) {
      return new Part(offsetBytes, lengthBytes, Optional.empty());
    }
  }

  /** The shape of a weight, and the scales. */
  public record Pair(BlockFp8 shape, ByteBuffer scale) {
    Fp8Dequantizer dequantizer() {
      return new Fp8Dequantizer(
          shape, (position, target) -> target.put(scale.slice((int) position, target.remaining())));
    }
  }

  /** A weight of so many matrices, with random scales of all sizes. */
  public static Pair pair(
      Random random, int matrices, int rows, int columns, int scaleRows, int scaleColumns) {
    ByteBuffer scale =
        ByteBuffer.allocate(Float.BYTES * matrices * scaleRows * scaleColumns)
            .order(ByteOrder.LITTLE_ENDIAN);
    while (scale.hasRemaining()) {
      scale.putFloat((random.nextFloat() - 0.3f) * (float) Math.pow(10, random.nextInt(60) - 40));
    }
    try {
      return new Pair(
          BlockFp8.of(
              shape(matrices, rows, columns), DType.F32, shape(matrices, scaleRows, scaleColumns)),
          scale);
    } catch (Fp8PairException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static List<Long> shape(int matrices, int rows, int columns) {
    return LongStream.of(matrices, rows, columns).skip(matrices == 1 ? 1 : 0).boxed().toList();
  }

  /** A file of random bytes, none of which is NaN in FP8. */
  public static Path file(Path path, Random random, int lengthBytes) throws IOException {
    byte[] bytes = new byte[lengthBytes];
    random.nextBytes(bytes);
    for (int at = 0; at < bytes.length; at++) {
      bytes[at] = (bytes[at] & 0x7F) == 0x7F ? 0 : bytes[at];
    }
    return Files.write(path, bytes);
  }

  /** Opens a file as a shard. */
  public static Shard shard(Path path) throws IOException {
    Configuration conf = new Configuration();
    return new ShardOpener(conf)
        .open(
            ListedFile.of(
                FileSystem.getLocal(conf)
                    .getFileStatus(new org.apache.hadoop.fs.Path(path.toUri()))));
  }

  /** The sum of each part. */
  public static List<Long> totals(PieceSums sums, Shard shard, List<Part> parts) {
    List<List<Sum>> all = parts.stream().map(part -> sums(sums, shard, part)).toList();
    sums.finish();
    return all.stream().map(of -> of.stream().mapToLong(Sum::value).sum()).toList();
  }

  /** The sums of the pieces of a part. */
  static List<Sum> sums(PieceSums sums, Shard shard, Part part) {
    List<Sum> all = new ArrayList<>();
    Optional<Fp8Dequantizer> weight = part.pair.map(Pair::dequantizer);
    try {
      for (int at = 0; at < part.lengthBytes; at += sums.mostBytes()) {
        int length = Math.min(sums.mostBytes(), part.lengthBytes - at);
        sums.read(shard, part.offsetBytes + at, length, shard.lengthBytes());
        all.add(
            weight.isPresent()
                ? sums.dequantizedSum(weight.get(), at, part.lengthBytes, Optional.empty())
                : sums.sum(at / Integer.BYTES, part.lengthBytes));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Fp8PairException e) {
      throw new IllegalArgumentException(e);
    }
    return all;
  }
}
