package io.shardsum.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which chunks of a file are in a sample. */
class FileSampleTest {

  private static final int MIB = 1024 * 1024;

  @TempDir private Path directory;

  @Test
  void isEveryChunkWhereItIsOneInOne() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 3 * MIB + 5, 7);

    assertThat(sampled(file, new ChunkSample(1, ""))).hasSize(5);
  }

  @Test
  void isNoneWhereThereIsNoSample() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 3 * MIB + 5, 7);

    assertThat(sampled(file, ChunkSample.NONE)).isEmpty();
  }

  @Test
  void isOneChunkHoweverSmallTheSample() throws IOException {
    ChunkSample small = new ChunkSample(999_999_999, "");

    assertThat(sampled(WeightFiles.write(directory.resolve("a.safetensors"), 5 * MIB), small))
        .hasSize(1);
    assertThat(sampled(WeightFiles.write(directory.resolve("b.safetensors"), 0, 3, 0), small))
        .containsExactly("t1 0");
  }

  @Test
  void isAnotherOneWithAnotherSeed() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 40 * MIB);
    List<List<String>> samples = new ArrayList<>();
    for (String seed : List.of("scan-1", "scan-2", "scan-3")) {
      samples.add(sampled(file, new ChunkSample(8, seed)));
    }

    assertThat(samples).doesNotHaveDuplicates();
  }

  @Test
  void leavesTensorsThatAreSkippedOutOfTheSureOne() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 3 * MIB, 5);

    assertThat(sampled(file, new ChunkSample(999_999_999, ""), "t0")).containsExactly("t1 0");
  }

  private static List<String> sampled(Path file, ChunkSample sample, String... skip)
      throws IOException {
    SafetensorsHeader header;
    try (ByteSource source = ByteSource.ofPath(file)) {
      header = SafetensorsHeader.read(source);
    }
    FileSample ofFile = new FileSample(sample, WeightFiles.listed(file, skip), header);
    List<String> chunks = new ArrayList<>();
    for (TensorEntry tensor : header.tensors()) {
      for (long at = 0; at < tensor.lengthBytes(); at += MIB) {
        int length = (int) Math.min(MIB, tensor.lengthBytes() - at);
        if (ofFile.has(header.dataOffsetBytes() + tensor.beginBytes() + at, length)) {
          chunks.add(tensor.name() + " " + at / MIB);
        }
      }
    }
    return chunks;
  }
}
