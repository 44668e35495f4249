package io.shardsum.scan.canary;

import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsWriter;
import io.shardsum.safetensors.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * A shard that a scan makes for itself. All have the same tensors and bytes, but for one bit in
 * some of them.
 *
 * @param name of its file
 * @param tensors bytes by tensor, in the order of the file
 * @param flipped where a bit is flipped; empty: nowhere
 */
record CanaryShard(String name, Map<TensorSpec, byte[]> tensors, Optional<FlippedBit> flipped) {

  /** Longer than a chunk, and neither chunks nor words come out even. */
  static final TensorSpec TWO_CHUNKS =
      new TensorSpec("canary.two_chunks", DType.U8, List.of(1_048_576L + 40_003));

  /** Within one tile. */
  static final TensorSpec SMALL = new TensorSpec("canary.small", DType.BF16, List.of(333L));

  private static final List<TensorSpec> SPECS = List.of(TWO_CHUNKS, SMALL);
  private static final int CLEAN_SHARDS = 2;

  /**
   * What tensors without a flipped bit hash to, in every scan: written down, not computed by the
   * process that is being checked.
   */
  private static final Map<TensorSpec, CanaryDigests> CLEAN =
      Map.of(
          TWO_CHUNKS,
          new CanaryDigests(
              "fe893c6f2c538e05",
              "fef43c926fe31f3d3f33036c5f5a26018623138ddd1e4615192fd4c2bf9b25f7"),
          SMALL,
          new CanaryDigests(
              "5387bfeb4c2dd026",
              "065a33432eb4a83932f4499a031ddc62ca5a622940a9fef426c69df0c10cc186"));

  /** A bit of a tensor. */
  record FlippedBit(TensorSpec tensor, int byteIndex, int bit) {}

  /** Some shards as they are, and for each tensor one with a bit of it flipped, at random. */
  static List<CanaryShard> make(SplittableRandom random) {
    List<CanaryShard> shards = new ArrayList<>();
    for (int number = 0; number < CLEAN_SHARDS; number++) {
      shards.add(new CanaryShard(fileName("clean", number), clean(), Optional.empty()));
    }
    for (TensorSpec tensor : SPECS) {
      int byteIndex = random.nextInt(Math.toIntExact(tensor.lengthBytes()));
      FlippedBit flipped = new FlippedBit(tensor, byteIndex, random.nextInt(Byte.SIZE));
      Map<TensorSpec, byte[]> tensors = clean();
      tensors.get(tensor)[byteIndex] ^= (byte) (1 << flipped.bit());
      String name = fileName("flipped", shards.size() - CLEAN_SHARDS);
      shards.add(new CanaryShard(name, tensors, Optional.of(flipped)));
    }
    return List.copyOf(shards);
  }

  private static String fileName(String word, int number) {
    return "%s-%s.safetensors".formatted(word, Integer.toString(number));
  }

  private static Map<TensorSpec, byte[]> clean() {
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    for (TensorSpec spec : SPECS) {
      byte[] bytes = new byte[Math.toIntExact(spec.lengthBytes())];
      new Random(spec.name().hashCode()).nextBytes(bytes);
      tensors.put(spec, bytes);
    }
    return tensors;
  }

  /** Its name, and what is wrong in it. */
  String words() {
    return flipped
        .map(
            bit ->
                "%s (bit %s of byte %s of %s flipped)"
                    .formatted(
                        name,
                        Integer.toString(bit.bit()),
                        Integer.toString(bit.byteIndex()),
                        bit.tensor().name()))
        .orElse(name);
  }

  /** The file. */
  byte[] bytes() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(SafetensorsWriter.encodeHeader(List.copyOf(tensors.keySet()), Map.of()));
    tensors.values().forEach(file::writeBytes);
    return file.toByteArray();
  }

  /** What each tensor must hash to. */
  Map<TensorSpec, CanaryDigests> expected() {
    Map<TensorSpec, CanaryDigests> expected = new LinkedHashMap<>(CLEAN);
    flipped
        .map(FlippedBit::tensor)
        .ifPresent(t -> expected.put(t, CanaryDigests.of(tensors.get(t))));
    return expected;
  }
}
