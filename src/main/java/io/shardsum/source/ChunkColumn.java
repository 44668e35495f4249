package io.shardsum.source;

import io.shardsum.source.sglang.ShardGroup;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of the source {@code safetensors}. A row is one chunk: up to {@link #CHUNK_BYTES} of
 * one tensor, beginning at a multiple of that within the tensor; an empty tensor is one row with
 * empty data. With the option {@code rows=piece} a row is a run of chunks of one tensor.
 *
 * <p>Columns whose name begins with an underscore are Spark metadata columns: {@code SELECT *}
 * leaves them out, and they are computed only where a query names them. Bytes of tensors are read
 * only for {@link #DATA}, {@link #CHUNK_SUM}, {@link #CHUNK_SUMS}, {@link #SHA256}, {@link
 * #FP8_SUM}, {@link #FP8_SHA256} and {@link #FILE_SHA256}.
 */
public enum ChunkColumn {
  /** Path of the file. */
  FILE("file", DataTypes.StringType),
  /** Name of the tensor; null in the row of a file that holds no tensor or cannot be read. */
  TENSOR("tensor", DataTypes.StringType),
  /** Element type, as the file writes it: {@code BF16}. */
  DTYPE("dtype", DataTypes.StringType),
  /** Extent of each dimension; empty for a 0-dim tensor. */
  SHAPE("shape", DataTypes.createArrayType(DataTypes.LongType, false)),
  /** Length of the whole tensor. */
  TENSOR_BYTES("tensor_bytes", DataTypes.LongType),
  /** Where the tensor's first byte lies in the file. */
  FILE_OFFSET_BYTES("file_offset_bytes", DataTypes.LongType),
  /** Number of the row's first chunk within its tensor, from 0. */
  CHUNK("chunk", DataTypes.IntegerType),
  /** Index of that chunk's first 32-bit word within its tensor. */
  FIRST_WORD("first_word", DataTypes.LongType),
  /** The chunk's bytes. */
  DATA("data", DataTypes.BinaryType),

  /** Why the file, or this chunk of it, could not be read; only with {@code on-error=report}. */
  ERROR("error", DataTypes.StringType),

  /** How many chunks the row stands for: 1, or more with {@code rows=piece}. */
  CHUNKS("_chunks", DataTypes.IntegerType),
  /**
   * What {@code chunk_sum(data, first_word, tensor_bytes)} gives, without handing out the data;
   * added up over the row's chunks.
   */
  CHUNK_SUM("_chunk_sum", DataTypes.LongType),
  /** The sum of each of the row's chunks. */
  CHUNK_SUMS("_chunk_sums", DataTypes.createArrayType(DataTypes.LongType, false)),
  /** SHA-256 of the whole tensor, in the row of its last chunk; makes splits end at tensors. */
  SHA256("_sha256", DataTypes.StringType),
  /**
   * What the tensor is in a block-quantized pair, where the file's {@link ShardGroup} says that
   * such pairs are dequantized: {@code weight}, {@code scale}, or, of a weight that has no
   * dequantized checksum, why; null for all other tensors.
   */
  FP8("_fp8", DataTypes.StringType),
  /** As {@link #CHUNK_SUM}, of the dequantized bytes of the row's chunks of such a weight. */
  FP8_SUM("_fp8_sum", DataTypes.LongType),
  /** As {@link #SHA256}, of the dequantized bytes of such a weight. */
  FP8_SHA256("_fp8_sha256", DataTypes.StringType),
  /**
   * What the engine calls the tensor, where a rule of the file's {@link ShardGroup} says that it
   * has another name; null elsewhere.
   */
  ENGINE_NAME("_engine_name", DataTypes.StringType),
  /** Why it has another name. */
  NAME_REASON("_name_reason", DataTypes.StringType),
  /**
   * SHA-256 of the file as a whole, in its last row; what is skipped is read for it, too, and files
   * are not cut.
   */
  FILE_SHA256("_file_sha256", DataTypes.StringType),
  /** BLAKE3 of the same bytes, 256 bits; only beside their SHA-256. */
  FILE_BLAKE3("_file_blake3", DataTypes.StringType),
  /** Position of the file in the list of files read, from 0. */
  FILE_INDEX("_file_index", DataTypes.IntegerType),
  /** How many tensors the file's header lists. */
  FILE_TENSORS("_file_tensors", DataTypes.IntegerType),
  /** The skip pattern that the tensor's name contains; such a tensor is one row without data. */
  SKIPPED_BY("_skipped_by", DataTypes.StringType),
  /**
   * What the bytes of tensors came through: {@link io.shardsum.io.ReadThrough}; null where none
   * were read.
   */
  READ_THROUGH("_read_through", DataTypes.StringType),
  /** Host that read the chunk. */
  HOST("_host", DataTypes.StringType),
  /** Spark's id of the executor that read the chunk. */
  EXECUTOR("_executor", DataTypes.StringType),
  /** Address of the GPU that Spark gave the task, where it gave one. */
  GPU("_gpu", DataTypes.StringType);

  /** Bytes of a chunk; the last one of a tensor may be shorter. A multiple of a checksum tile. */
  public static final int CHUNK_BYTES = 1024 * 1024;

  private final String columnName;

  @SuppressWarnings("ImmutableEnumChecker") // Spark's types are immutable, but not marked so
  private final DataType dataType;

  ChunkColumn(String columnName, DataType dataType) {
    this.columnName = columnName;
    this.dataType = dataType;
  }

  /** The column's name in SQL. */
  public String columnName() {
    return columnName;
  }

  DataType dataType() {
    return dataType;
  }

  boolean isMetadata() {
    return columnName.startsWith("_");
  }

  /** Whether a GPU can compute it. */
  boolean isSum() {
    return this == CHUNK_SUM || this == CHUNK_SUMS || this == FP8_SUM;
  }

  boolean needsTensorBytes() {
    return switch (this) {
      case DATA, CHUNK_SUM, CHUNK_SUMS, SHA256, FP8_SUM, FP8_SHA256, FILE_SHA256 -> true;
      default -> false;
    };
  }

  /** What {@code SELECT *} gives. */
  static StructType schema(OnError onError) {
    return schema(
        Arrays.stream(values())
            .filter(column -> !column.isMetadata())
            .filter(column -> column != ERROR || onError == OnError.REPORT)
            .toList());
  }

  static StructType schema(List<ChunkColumn> columns) {
    return new StructType(
        columns.stream()
            .map(c -> DataTypes.createStructField(c.columnName, c.dataType, true))
            .toArray(StructField[]::new));
  }

  static List<ChunkColumn> of(StructType schema) {
    return Arrays.stream(schema.fieldNames()).map(ChunkColumn::named).toList();
  }

  private static ChunkColumn named(String name) {
    return Arrays.stream(values())
        .filter(column -> column.columnName.equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No column of this source: " + name));
  }
}
