package io.shardsum.scan.canary;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.safetensors.TensorSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CanaryShardTest {

  @Test
  void hashesToTheValuesThatAreWrittenDownWhereNoBitIsFlipped() {
    CanaryShard clean = CanaryShard.make(new SplittableRandom(1)).get(0);

    Map<TensorSpec, CanaryDigests> expected = clean.expected();

    assertThat(clean.flipped()).isEmpty();
    assertThat(expected.keySet()).isEqualTo(clean.tensors().keySet());
    expected.forEach(
        (tensor, digests) ->
            assertThat(CanaryDigests.of(clean.tensors().get(tensor)))
                .as(tensor.name())
                .isEqualTo(digests));
  }

  @Test
  void flipsOneBitOfEachTensorInOneShard() {
    List<CanaryShard> shards = CanaryShard.make(new SplittableRandom(1));
    CanaryShard clean = shards.get(0);

    List<TensorSpec> flippedTensors = new ArrayList<>();
    for (CanaryShard shard : shards) {
      List<TensorSpec> differing =
          shard.tensors().keySet().stream()
              .filter(t -> bitsThatDiffer(shard.tensors().get(t), clean.tensors().get(t)) > 0)
              .toList();
      assertThat(differing)
          .isEqualTo(shard.flipped().map(bit -> bit.tensor()).stream().toList())
          .allSatisfy(
              tensor ->
                  assertThat(
                          bitsThatDiffer(shard.tensors().get(tensor), clean.tensors().get(tensor)))
                      .isEqualTo(1))
          .allSatisfy(
              tensor ->
                  assertThat(shard.expected().get(tensor))
                      .isNotEqualTo(clean.expected().get(tensor)));
      flippedTensors.addAll(differing);
    }
    assertThat(flippedTensors).containsExactlyElementsOf(clean.tensors().keySet());
    assertThat(shards).filteredOn(shard -> shard.flipped().isEmpty()).hasSize(2);
  }

  @Test
  void flipsBitsAllOver() {
    Set<Integer> eighths = new HashSet<>();
    for (int seed = 0; seed < 100; seed++) {
      CanaryShard.make(new SplittableRandom(seed)).stream()
          .flatMap(shard -> shard.flipped().stream())
          .map(bit -> (int) (8L * bit.byteIndex() / bit.tensor().lengthBytes()) * 8 + bit.bit())
          .forEach(eighths::add);
    }
    assertThat(eighths).as("eighth of the tensor, and bit of the byte").hasSizeGreaterThan(50);
  }

  @Test
  void saysWhatIsWrongInIt() {
    assertThat(CanaryShard.make(new SplittableRandom(1)))
        .extracting(CanaryShard::words)
        .satisfiesExactly(
            words -> assertThat(words).isEqualTo("clean-0.safetensors"),
            words -> assertThat(words).isEqualTo("clean-1.safetensors"),
            words ->
                assertThat(words)
                    .matches(
                        "flipped-0\\.safetensors \\(bit [0-7] of byte \\d+ of canary\\.two_chunks flipped\\)"),
            words ->
                assertThat(words)
                    .matches(
                        "flipped-1\\.safetensors \\(bit [0-7] of byte \\d+ of canary\\.small flipped\\)"));
  }

  private static int bitsThatDiffer(byte[] one, byte[] other) {
    int bits = 0;
    for (int at = 0; at < one.length; at++) {
      bits += Integer.bitCount((one[at] ^ other[at]) & 0xFF);
    }
    return bits;
  }
}
