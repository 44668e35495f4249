package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.exit.ExitCode;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsWriter;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.JavaProcess;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class LargeTensorTest {

  private static final long TENSOR_BYTES = 8L << 30;
  private static final int CHUNK_BYTES = 1 << 20;

  @Test
  void needsNoMoreMemoryForATensorLargerThanTheHeap(SparkSession spark, @TempDir Path root)
      throws Exception {
    byte[] header =
        SafetensorsWriter.encodeHeader(
            List.of(new TensorSpec("w", DType.U8, List.of(TENSOR_BYTES))), Map.of());
    Path shards = Files.createDirectories(root.resolve("engine"));
    Path shard = shards.resolve("model-rank-0-part-0.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(shard.toFile(), "rw")) {
      file.write(header);
      file.setLength(header.length + TENSOR_BYTES);
      file.seek(header.length + TENSOR_BYTES - 1);
      file.write(7);
    }
    Path out = root.resolve("tables");

    JavaProcess process =
        JavaProcess.run(
            root,
            List.of("-Xmx1g", "-Dspark.master=local[2]"),
            Main.class,
            "fleet-scan",
            "--shards",
            shards.toString(),
            "--out",
            out.toString());

    assertThat(process.exitCode()).as(process.output()).isEqualTo(ExitCode.INCOMPLETE.number());
    assertThat(process.output()).contains("UNVERIFIED");
    Row tensor = Landed.rows(spark, out, ScanTable.TENSORS, "true").get(0);
    assertThat(tensor.<Long>getAs("bytes")).isEqualTo(TENSOR_BYTES);
    List<Long> sums = tensor.getList(tensor.fieldIndex("chunk_sums"));
    assertThat(sums).hasSize(8 * 1024);
    assertThat(sums.get(0)).isEqualTo(sum(new byte[CHUNK_BYTES], 0));
    byte[] last = new byte[CHUNK_BYTES];
    last[CHUNK_BYTES - 1] = 7;
    assertThat(sums.get(sums.size() - 1)).isEqualTo(sum(last, TENSOR_BYTES - CHUNK_BYTES));
    assertThat(tensor.<String>getAs("checksum"))
        .isEqualTo(SglangChecksum.finish(sums.stream().mapToLong(Long::longValue).sum()));
  }

  private static long sum(byte[] chunk, long offsetBytes) {
    return new SglangChecksum()
        .sum(ByteBuffer.wrap(chunk), offsetBytes / Integer.BYTES, TENSOR_BYTES);
  }
}
