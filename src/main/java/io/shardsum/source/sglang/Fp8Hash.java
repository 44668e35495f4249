package io.shardsum.source.sglang;

import io.shardsum.checksum.Fp8Dequantizer;
import io.shardsum.checksum.Fp8PairException;
import io.shardsum.io.ListedFile;
import io.shardsum.safetensors.TensorEntry;
import io.shardsum.source.sums.CpuSums;
import io.shardsum.source.sums.PieceSums;
import io.shardsum.source.sums.Sum;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Hashes the dequantized bytes of weights piece by piece, and fills a row's columns of them. Of a
 * weight that turns out to have no checksum, no more is hashed.
 */
public final class Fp8Hash {

  private final Fp8Row row;
  private final ScaleFile scales;
  private final PieceSums sums;
  private final CpuSums onCpu = new CpuSums();
  private final MessageDigest sha256 = DigestUtils.getSha256Digest();
  private final Optional<Consumer<ByteBuffer>> digest;
  private String name;
  private long weightBytes;
  private Fp8Dequantizer dequantizer;
  private FirstNan nan;
  private String fault;

  Fp8Hash(Fp8Row row, ScaleFile scales, PieceSums sums) {
    this.row = row;
    this.scales = scales;
    this.sums = sums;
    this.digest = row.hasFp8Sha256() ? Optional.of(sha256::update) : Optional.empty();
  }

  /** Begins with a weight. */
  void begin(TensorEntry tensor, Fp8Half half) {
    name = tensor.name();
    weightBytes = tensor.lengthBytes();
    fault = null;
    nan = new FirstNan();
    sha256.reset();
    if (half instanceof Fp8Half.UnusableWeight unusable) {
      fault = unusable.why();
    } else if (half instanceof Fp8Half.Weight weight) {
      dequantizer =
          new Fp8Dequantizer(
              weight.pair(), (position, target) -> scales.read(weight.scale(), position, target));
    }
  }

  /** Whatever follows of this weight, it has no checksum. */
  void fail(String why) {
    fault = why;
  }

  /**
   * Hashes the piece of the weight that was read last.
   *
   * @param data the piece, left as it is
   * @param positionBytes where it begins in the weight
   * @return its sum; empty if the weight has none
   * @throws IOException if the scale cannot be read
   */
  Optional<Sum> add(ByteBuffer data, long positionBytes) throws IOException {
    if (fault != null) {
      return Optional.empty();
    }
    try {
      Sum sum =
          row.hasFp8Sum()
              ? sums.dequantizedSum(dequantizer, positionBytes, weightBytes, digest)
              : Sum.of(0, onCpu.dequantize(data, dequantizer, positionBytes, sha256::update));
      row.fp8Sum(sum);
      return Optional.of(sum);
    } catch (Fp8PairException e) {
      fail(e.getMessage());
      return Optional.empty();
    }
  }

  /** The sum of a piece that {@link #add} has summed, by the CPU; empty if the scales are gone. */
  Optional<Sum> onCpu(ByteBuffer data, long positionBytes) {
    try {
      return Optional.of(
          onCpu.dequantizedSum(data, dequantizer, positionBytes, weightBytes, Optional.empty()));
    } catch (IOException | Fp8PairException e) {
      fail(e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * The chunk is whole.
   *
   * @param ends whether the weight is
   */
  void endChunk(boolean ends) {
    if (fault != null) {
      row.noFp8(why(name, fault));
      return;
    }
    row.endFp8(nan);
    if (row.hasFp8Sha256() && ends) {
      row.fp8Sha256(Hex.encodeHexString(sha256.digest()));
    }
  }

  /** Why a weight with an element that is NaN has no checksum. */
  public static String ofNan(String weight, long element) {
    return why(
        weight,
        "element %s is NaN, whose bytes depend on the device".formatted(Long.toString(element)));
  }

  private static String why(String weight, String fault) {
    return "Cannot dequantize %s: %s".formatted(ListedFile.shown(weight), fault);
  }
}
