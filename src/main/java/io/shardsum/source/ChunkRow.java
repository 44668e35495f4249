package io.shardsum.source;

import static io.shardsum.source.ChunkColumn.CHUNK;
import static io.shardsum.source.ChunkColumn.CHUNKS;
import static io.shardsum.source.ChunkColumn.CHUNK_SUM;
import static io.shardsum.source.ChunkColumn.CHUNK_SUMS;
import static io.shardsum.source.ChunkColumn.DATA;
import static io.shardsum.source.ChunkColumn.DTYPE;
import static io.shardsum.source.ChunkColumn.ENGINE_NAME;
import static io.shardsum.source.ChunkColumn.ERROR;
import static io.shardsum.source.ChunkColumn.EXECUTOR;
import static io.shardsum.source.ChunkColumn.FILE;
import static io.shardsum.source.ChunkColumn.FILE_BLAKE3;
import static io.shardsum.source.ChunkColumn.FILE_INDEX;
import static io.shardsum.source.ChunkColumn.FILE_OFFSET_BYTES;
import static io.shardsum.source.ChunkColumn.FILE_SHA256;
import static io.shardsum.source.ChunkColumn.FILE_TENSORS;
import static io.shardsum.source.ChunkColumn.FIRST_WORD;
import static io.shardsum.source.ChunkColumn.FP8;
import static io.shardsum.source.ChunkColumn.FP8_SHA256;
import static io.shardsum.source.ChunkColumn.FP8_SUM;
import static io.shardsum.source.ChunkColumn.GPU;
import static io.shardsum.source.ChunkColumn.HOST;
import static io.shardsum.source.ChunkColumn.NAME_REASON;
import static io.shardsum.source.ChunkColumn.READ_THROUGH;
import static io.shardsum.source.ChunkColumn.SHA256;
import static io.shardsum.source.ChunkColumn.SHAPE;
import static io.shardsum.source.ChunkColumn.SKIPPED_BY;
import static io.shardsum.source.ChunkColumn.TENSOR;
import static io.shardsum.source.ChunkColumn.TENSOR_BYTES;

import io.shardsum.io.ReadThrough;
import io.shardsum.safetensors.TensorEntry;
import io.shardsum.source.sglang.EngineNames;
import io.shardsum.source.sglang.FirstNan;
import io.shardsum.source.sglang.Fp8Half;
import io.shardsum.source.sglang.Fp8Row;
import io.shardsum.source.sums.Sum;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.unsafe.types.UTF8String;

/** Makes a reader's rows, one after the other, with the columns that the query needs. */
final class ChunkRow implements Fp8Row {

  private static final int NONE = -1;

  private static final List<ChunkColumn> OF_TENSOR =
      List.of(TENSOR, DTYPE, SHAPE, TENSOR_BYTES, FILE_OFFSET_BYTES, ENGINE_NAME, NAME_REASON);

  private static final List<ChunkColumn> RESULTS =
      List.of(
          DATA,
          ERROR,
          CHUNKS,
          CHUNK_SUM,
          CHUNK_SUMS,
          SHA256,
          FP8,
          FP8_SUM,
          FP8_SHA256,
          FILE_SHA256,
          FILE_BLAKE3,
          SKIPPED_BY,
          READ_THROUGH);

  private static final UTF8String SCALE = UTF8String.fromString("scale");
  private static final UTF8String WEIGHT = UTF8String.fromString("weight");

  private final Map<ChunkColumn, Integer> positions = new EnumMap<>(ChunkColumn.class);
  private final Object[] values;
  private final boolean needsTensorBytes;
  private final UTF8String host;
  private int tensorIndex;
  private String tensor;
  private byte[] data = new byte[0];
  private PendingRow row;
  private int chunkCount;

  ChunkRow(List<ChunkColumn> columns, Placement placement) {
    for (int position = 0; position < columns.size(); position++) {
      positions.put(columns.get(position), position);
    }
    values = new Object[columns.size()];
    needsTensorBytes = columns.stream().anyMatch(ChunkColumn::needsTensorBytes);
    host = placement.host();
    set(EXECUTOR, placement.executor());
    set(GPU, placement.gpu());
  }

  boolean has(ChunkColumn column) {
    return positions.containsKey(column);
  }

  @Override
  public boolean hasFp8() {
    return has(FP8) || hasFp8Sum() || hasFp8Sha256();
  }

  @Override
  public boolean hasFp8Sum() {
    return has(FP8_SUM);
  }

  @Override
  public boolean hasFp8Sha256() {
    return has(FP8_SHA256);
  }

  boolean needsTensorBytes() {
    return needsTensorBytes;
  }

  void beginFile(FileSlice slice, int fileTensors) {
    set(FILE, UTF8String.fromString(slice.file().path()));
    set(FILE_INDEX, slice.fileIndex());
    set(HOST, slice.file().listed().host().map(UTF8String::fromString).orElse(host));
    set(FILE_TENSORS, fileTensors);
    tensorIndex = NONE;
  }

  /**
   * The row of a file that cannot be read, or is no longer what it was.
   *
   * @param ofFile digests where the file could be read, and is no safetensors
   */
  PendingRow brokenFile(String error, Optional<FileDigests> ofFile) {
    beginFileAlone();
    error(error);
    fileDigests(ofFile);
    return ended();
  }

  /** The row of a file that holds no tensors. */
  PendingRow fileWithoutTensors(Optional<FileDigests> ofFile) {
    beginFileAlone();
    fileDigests(ofFile);
    return ended();
  }

  private void beginFileAlone() {
    for (ChunkColumn column : OF_TENSOR) {
      set(column, null);
    }
    set(CHUNK, null);
    set(FIRST_WORD, null);
    clearResults();
  }

  /** The row of a chunk, or of a run that begins with it, before any data. */
  void begin(ChunkCursor cursor) {
    if (cursor.tensorIndex() != tensorIndex) {
      tensorIndex = cursor.tensorIndex();
      beginTensor(cursor);
    }
    set(CHUNK, cursor.chunk());
    set(FIRST_WORD, cursor.firstWord());
    clearResults();
    set(SKIPPED_BY, cursor.skippedBy().map(UTF8String::fromString).orElse(null));
    if (cursor.half().isPresent()) {
      set(FP8, cursor.half().get() instanceof Fp8Half.Scale ? SCALE : WEIGHT);
    }
  }

  private void beginTensor(ChunkCursor cursor) {
    TensorEntry entry = cursor.tensor();
    tensor = entry.name();
    set(TENSOR, UTF8String.fromString(tensor));
    set(DTYPE, UTF8String.fromString(entry.dtype().name()));
    set(SHAPE, new GenericArrayData(entry.shape().toArray()));
    set(TENSOR_BYTES, entry.lengthBytes());
    set(FILE_OFFSET_BYTES, cursor.offsetBytes());
    Optional<EngineNames.Renamed> renamed = cursor.renamed();
    set(ENGINE_NAME, renamed.map(name -> UTF8String.fromString(name.name())).orElse(null));
    set(NAME_REASON, renamed.map(name -> UTF8String.fromString(name.reason())).orElse(null));
  }

  private void clearResults() {
    for (ChunkColumn column : RESULTS) {
      set(column, null);
    }
    chunkCount = 0;
    row = new PendingRow();
  }

  /** Makes room for the chunk's bytes, in a buffer that is reused where the length allows. */
  void beginData(int chunkBytes) {
    if (has(DATA)) {
      if (data.length != chunkBytes) {
        data = new byte[chunkBytes];
      }
      set(DATA, data);
    }
  }

  /** Hands out some of the chunk's bytes, which begin {@code at} bytes into it. */
  void data(ByteBuffer bytes, int at) {
    if (has(DATA)) {
      bytes.duplicate().get(data, at, bytes.remaining());
    }
  }

  /** Begins with the sums of a chunk. */
  void beginSums() {
    row.beginChunk();
  }

  /** Adds the sum of a piece of the chunk. */
  void sum(Sum sum) {
    row.add(sum);
  }

  /** A sum must be what the CPU has. */
  void check(SumCheck check) {
    row.add(check);
  }

  @Override
  public void fp8Sum(Sum sum) {
    row.addDequantized(sum);
  }

  @Override
  public void endFp8(FirstNan nan) {
    row.endDequantized(nan);
  }

  @Override
  public void fp8Sha256(String hex) {
    set(FP8_SHA256, UTF8String.fromString(hex));
  }

  @Override
  public void noFp8(String why) {
    set(FP8, UTF8String.fromString(why));
    set(FP8_SHA256, null);
    row.withoutDequantized();
  }

  void endChunk() {
    chunkCount++;
  }

  /** The row of a tensor that is not read. */
  PendingRow skipped() {
    return ended();
  }

  /** The row, all of which was read. */
  PendingRow end() {
    set(CHUNKS, chunkCount);
    return ended();
  }

  /** The row, whose data could not be read: what was found so far does not count. */
  PendingRow failed(String message) {
    clearResults();
    error(message);
    return ended();
  }

  private PendingRow ended() {
    row.end(this, tensor, values.clone());
    return row;
  }

  /** Sets a value of a row that has ended, if the query needs the column. */
  void set(Object[] ofRow, ChunkColumn column, Object value) {
    Integer position = positions.get(column);
    if (position != null) {
      ofRow[position] = value;
    }
  }

  void readThrough(Optional<ReadThrough> through) {
    set(READ_THROUGH, through.map(word -> UTF8String.fromString(word.name())).orElse(null));
  }

  void sha256(String hex) {
    set(SHA256, UTF8String.fromString(hex));
  }

  /** The digests of the file that ends with this row. */
  void fileDigests(Optional<FileDigests> ofFile) {
    set(FILE_SHA256, ofFile.map(of -> UTF8String.fromString(of.sha256())).orElse(null));
    set(FILE_BLAKE3, ofFile.flatMap(FileDigests::blake3).map(UTF8String::fromString).orElse(null));
  }

  private void error(String message) {
    set(ERROR, message == null ? null : UTF8String.fromString(message));
  }

  private void set(ChunkColumn column, Object value) {
    set(values, column, value);
  }
}
