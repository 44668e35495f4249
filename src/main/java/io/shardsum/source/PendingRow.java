package io.shardsum.source;

import static io.shardsum.source.ChunkColumn.CHUNK_SUM;
import static io.shardsum.source.ChunkColumn.CHUNK_SUMS;
import static io.shardsum.source.ChunkColumn.FP8;
import static io.shardsum.source.ChunkColumn.FP8_SUM;

import io.shardsum.source.sglang.FirstNan;
import io.shardsum.source.sglang.Fp8Hash;
import io.shardsum.source.sums.Sum;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.unsafe.types.UTF8String;

/** A row that is whole but for sums, which may be on their way from a GPU. */
final class PendingRow {

  private final List<List<Sum>> chunks = new ArrayList<>(1);
  private final List<Sum> dequantized = new ArrayList<>(0);
  private final List<SumCheck> checks = new ArrayList<>(0);
  private FirstNan firstNan;
  private ChunkRow columns;
  private String tensor;
  private Object[] values;

  void beginChunk() {
    chunks.add(new ArrayList<>(1));
  }

  void add(Sum sum) {
    chunks.get(chunks.size() - 1).add(sum);
  }

  void addDequantized(Sum sum) {
    dequantized.add(sum);
  }

  void add(SumCheck check) {
    checks.add(check);
  }

  /** All of a chunk is there; the row has dequantized sums, though there may be none. */
  void endDequantized(FirstNan ofWeight) {
    firstNan = ofWeight;
  }

  /** The weight has no dequantized checksum. */
  void withoutDequantized() {
    dequantized.clear();
    firstNan = null;
  }

  /** All but the sums is there. */
  void end(ChunkRow ofColumns, String ofTensor, Object[] known) {
    columns = ofColumns;
    tensor = ofTensor;
    values = known;
  }

  /** Whether all sums have arrived. */
  boolean isDone() {
    return (chunks.isEmpty() || isDone(chunks.get(chunks.size() - 1))) && isDone(dequantized);
  }

  /** They arrive in their order. */
  private static boolean isDone(List<Sum> sums) {
    return sums.isEmpty() || sums.get(sums.size() - 1).isDone();
  }

  /**
   * The row.
   *
   * @throws io.shardsum.source.sums.SumsDifferException if a sum is not what the CPU has
   */
  InternalRow row() {
    checks.forEach(SumCheck::require);
    if (!chunks.isEmpty()) {
      long[] sums = new long[chunks.size()];
      long total = 0;
      for (int chunk = 0; chunk < sums.length; chunk++) {
        for (Sum sum : chunks.get(chunk)) {
          sums[chunk] += sum.value();
        }
        total += sums[chunk];
      }
      columns.set(values, CHUNK_SUM, total);
      columns.set(values, CHUNK_SUMS, UnsafeArrayData.fromPrimitiveArray(sums));
    }
    if (firstNan != null) {
      setDequantized();
    }
    return new GenericInternalRow(values);
  }

  private void setDequantized() {
    OptionalLong nan = firstNan.of(dequantized);
    if (nan.isPresent()) {
      columns.set(values, FP8, UTF8String.fromString(Fp8Hash.ofNan(tensor, nan.getAsLong())));
      columns.set(values, ChunkColumn.FP8_SHA256, null);
    } else {
      columns.set(values, FP8_SUM, dequantized.stream().mapToLong(Sum::value).sum());
    }
  }
}
