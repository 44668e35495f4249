package io.shardsum.safetensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Opening a file and reading its header: microseconds a file. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HeaderBenchmark {

  /** Tensors in the header. */
  @Param({"10", "1000", "100000"})
  public int tensors;

  private Path file;

  /** Writes the file. */
  @Setup
  public void write() throws IOException {
    file = Files.createTempFile("header", ".safetensors");
    Map<TensorSpec, byte[]> contents = new LinkedHashMap<>();
    for (int index = 0; index < tensors; index++) {
      String name = "model.layers." + index + ".self_attn.qkv_proj.weight";
      contents.put(new TensorSpec(name, DType.BF16, List.of(2L, 2L)), new byte[8]);
    }
    SafetensorsWriter.write(file, contents, Map.of());
  }

  /** Removes the file. */
  @TearDown
  public void delete() throws IOException {
    Files.delete(file);
  }

  /** As an executor does for each range of a file. */
  @Benchmark
  public SafetensorsHeader read() throws IOException {
    try (ByteSource source = ByteSource.ofPath(file)) {
      return SafetensorsHeader.read(source);
    }
  }
}
