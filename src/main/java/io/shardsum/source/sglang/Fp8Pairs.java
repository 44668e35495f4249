package io.shardsum.source.sglang;

import io.shardsum.checksum.BlockFp8;
import io.shardsum.checksum.Fp8Names;
import io.shardsum.checksum.Fp8PairException;
import io.shardsum.checksum.Fp8Rule;
import io.shardsum.io.ListedFile;
import io.shardsum.io.Retries;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tensors of a file that are halves of block-quantized pairs, whose other halves may lie in
 * other files of the rank.
 *
 * <p>A pair is a weight of 8-bit floats and a tensor that is called as its scale. Where that is of
 * {@code U8} they are no pair: so MXFP8 is stored, which the engine hashes as it is.
 */
public final class Fp8Pairs {

  private static final Fp8Half SCALE = new Fp8Half.Scale();

  private static final Set<DType> FLOATS_OF_8_BITS =
      Set.of(DType.F8_E4M3, DType.F8_E5M2, DType.F8_E4M3FNUZ, DType.F8_E5M2FNUZ);

  private final Map<String, Fp8Half> halves;

  private Fp8Pairs(Map<String, Fp8Half> halves) {
    this.halves = halves;
  }

  /**
   * Looks for the pairs of a file.
   *
   * @param tensors of the rank, those of this file included
   * @throws IOException only if Spark wants the task to stop
   */
  static Fp8Pairs of(ListedFile file, Fp8Rule rule, SafetensorsHeader header, RankTensors tensors)
      throws IOException {
    Map<String, Fp8Half> halves = new HashMap<>();
    for (TensorEntry tensor : header.tensors()) {
      if (RankTensors.mayBeHalf(tensor)) {
        half(file, rule, tensor, tensors).ifPresent(half -> halves.put(tensor.name(), half));
      }
    }
    return new Fp8Pairs(halves);
  }

  /** Of a file whose tensors are hashed as they are stored. */
  public static Fp8Pairs none() {
    return new Fp8Pairs(Map.of());
  }

  /** What a tensor of the file is in a pair; empty: it is in none. */
  public Optional<Fp8Half> half(TensorEntry tensor) {
    return halves.isEmpty() ? Optional.empty() : Optional.ofNullable(halves.get(tensor.name()));
  }

  static boolean isQuantized(TensorEntry tensor) {
    return FLOATS_OF_8_BITS.contains(tensor.dtype()) && Fp8Names.scaleOf(tensor.name()).isPresent();
  }

  private static Optional<Fp8Half> half(
      ListedFile file, Fp8Rule rule, TensorEntry tensor, RankTensors tensors) throws IOException {
    boolean weight = isQuantized(tensor);
    String other =
        weight
            ? Fp8Names.scaleOf(tensor.name()).orElseThrow()
            : Fp8Names.weightOf(tensor.name()).orElseThrow();
    Optional<TensorPlace> found;
    try {
      found = tensors.find(other, file);
    } catch (IOException e) {
      if (Retries.isInterrupt(e)) {
        throw e;
      }
      return Optional.of(weight ? new Fp8Half.UnusableWeight(e.getMessage()) : SCALE);
    }
    if (weight) {
      return found
          .filter(scale -> scale.tensor().dtype() != DType.U8)
          .map(scale -> weight(tensor, scale, rule));
    }
    return found
        .filter(ofScale -> isQuantized(ofScale.tensor()) && tensor.dtype() != DType.U8)
        .map(ofScale -> SCALE);
  }

  private static Fp8Half weight(TensorEntry weight, TensorPlace scale, Fp8Rule rule) {
    if (weight.dtype() != BlockFp8.WEIGHT) {
      return new Fp8Half.UnusableWeight(
          "expected a weight of type %s, found %s".formatted(BlockFp8.WEIGHT, weight.dtype()));
    }
    try {
      BlockFp8 pair = BlockFp8.of(weight.shape(), scale.tensor().dtype(), scale.tensor().shape());
      rule.check(weight.name(), pair);
      return new Fp8Half.Weight(pair, scale);
    } catch (Fp8PairException e) {
      return new Fp8Half.UnusableWeight(e.getMessage());
    }
  }
}
