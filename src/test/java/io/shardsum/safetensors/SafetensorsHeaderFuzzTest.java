package io.shardsum.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Valid files and mutants of them; each is drawn from its own seed, which a failure prints. */
class SafetensorsHeaderFuzzTest {

  private static final int VALID_FILES = 5_000;
  private static final int MUTANTS = 60_000;

  @Test
  void acceptsEveryValidFile() throws IOException {
    for (int seed = 0; seed < VALID_FILES; seed++) {
      byte[] file = RandomFile.draw(new Random(seed));
      try {
        assertSound(FileBytes.read(file), file);
      } catch (RuntimeException | IOException | AssertionError e) {
        throw failure(seed, file, e);
      }
    }
  }

  @Test
  void acceptsMutantOnlyIfSoundAndElseNamesTheRule() {
    Map<FormatRule, Integer> refusals = new EnumMap<>(FormatRule.class);
    int accepted = 0;
    for (int seed = 0; seed < MUTANTS; seed++) {
      byte[] file = mutant(seed);
      try {
        assertSound(FileBytes.read(file), file);
        accepted++;
      } catch (SafetensorsFormatException e) {
        refusals.merge(e.rule(), 1, Integer::sum);
      } catch (RuntimeException | IOException | AssertionError | StackOverflowError e) {
        throw failure(seed, file, e);
      }
    }
    assertThat(refusals.keySet())
        .as("rules that the mutants break")
        .containsExactlyInAnyOrderElementsOf(EnumSet.allOf(FormatRule.class));
    assertThat(accepted).as("mutants that are still valid").isBetween(MUTANTS / 50, MUTANTS / 2);
  }

  static byte[] mutant(int seed) {
    Random random = new Random(seed);
    byte[] file = RandomFile.draw(random);
    FileMutation[] mutations = FileMutation.values();
    for (int count = random.nextInt(3); count >= 0; count--) {
      file = mutations[random.nextInt(mutations.length)].apply(file, random);
    }
    return file;
  }

  private static void assertSound(SafetensorsHeader header, byte[] file) {
    long headerLength = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    long position = 0;
    Set<String> names = new HashSet<>();
    for (TensorEntry tensor : header.tensors()) {
      assertThat(tensor.beginBytes()).isEqualTo(position);
      assertThat(tensor.lengthBytes() * 8).isEqualTo(tensor.dtype().bitsOf(tensor.shape()));
      assertThat(names.add(tensor.name())).isTrue();
      position = tensor.endBytes();
    }
    assertThat(header.dataLengthBytes()).isEqualTo(position);
    assertThat(header.dataOffsetBytes()).isEqualTo(8 + headerLength);
    assertThat(header.dataOffsetBytes() + position).isEqualTo(file.length);
  }

  private static AssertionError failure(int seed, byte[] file, Throwable cause) {
    return new AssertionError("seed " + seed + ", file " + HexFormat.of().formatHex(file), cause);
  }
}
