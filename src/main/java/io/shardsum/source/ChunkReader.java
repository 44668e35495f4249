package io.shardsum.source;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.io.Retries;
import io.shardsum.io.Shard;
import io.shardsum.io.ShardOpener;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.source.sglang.EngineNames;
import io.shardsum.source.sglang.RankReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the slices of one task, chunk by chunk, and makes rows of one chunk or of a run. The row
 * and its buffer are reused: a row is valid until the next one.
 */
final class ChunkReader implements PartitionReader<InternalRow> {

  private static final Logger LOG = LoggerFactory.getLogger(ChunkReader.class);

  private final Iterator<FileSlice> slices;
  private final RowUnit rows;
  private final OnError onError;
  private final ChunkSample sample;
  private final ShardOpener opener;
  private final ChunkRow row;
  private final ChunkCursor.Unit unit;
  private final boolean sums;

  private final ReadWindow window = new ReadWindow();
  private final SglangChecksum checksum = new SglangChecksum();
  private final MessageDigest sha256 = DigestUtils.getSha256Digest();
  private final RankReader rank;

  private FileSlice slice;
  private Shard shard;
  private ChunkCursor cursor;
  private FileSample fileSample;
  private String error;

  ChunkReader(
      List<FileSlice> slices,
      List<ChunkColumn> columns,
      RowUnit rows,
      OnError onError,
      ChunkSample sample,
      ShardOpener opener,
      Placement placement) {
    this.slices = slices.iterator();
    this.rows = rows;
    this.onError = onError;
    this.sample = sample;
    this.opener = opener;
    this.row = new ChunkRow(columns, placement);
    this.sums = row.has(ChunkColumn.CHUNK_SUM) || row.has(ChunkColumn.CHUNK_SUMS);
    this.unit =
        row.has(ChunkColumn.SHA256) || row.has(ChunkColumn.FP8_SHA256)
            ? ChunkCursor.Unit.TENSOR
            : ChunkCursor.Unit.CHUNK;
    this.rank = new RankReader(row, opener);
  }

  @Override
  public boolean next() throws IOException {
    while (true) {
      if (cursor != null && cursor.next()) {
        fillRow();
        return true;
      }
      if (cursor != null && finishSlice()) {
        return true;
      }
      if (!slices.hasNext()) {
        return false;
      }
      if (beginSlice(slices.next())) {
        return true;
      }
    }
  }

  /** Opens a slice's file; true if that alone gives a row. */
  private boolean beginSlice(FileSlice next) throws IOException {
    slice = next;
    error = null;
    window.clear();
    shard = opener.open(slice.file().listed());
    SafetensorsHeader header;
    try {
      header = shard.header();
    } catch (IOException e) {
      report(e);
      row.beginFile(slice, 0);
      row.fileWithoutTensors(error);
      return true;
    }
    row.beginFile(slice, header.tensors().size());
    if (header.tensors().isEmpty() && slice.beginBytes() == 0) {
      shard.close();
      row.fileWithoutTensors(null);
      return true;
    }
    rank.beginFile(slice.file().listed(), slice.file().group(), header, shard);
    cursor =
        new ChunkCursor(
            header,
            slice,
            unit,
            row.has(ChunkColumn.ENGINE_NAME) ? rank.names(header) : EngineNames.none(),
            rank.pairs(header));
    fileSample = new FileSample(sample, slice.file(), header);
    return false;
  }

  /** Closes a slice's file; true if it turned out to have changed, which gives a row. */
  private boolean finishSlice() throws IOException {
    cursor = null;
    boolean wasWell = error == null;
    try (Shard closing = shard) {
      if (wasWell) {
        closing.checkUnchanged();
      }
      return false;
    } catch (IOException e) {
      report(e);
      row.fileWithoutTensors(error);
      return true;
    }
  }

  private void fillRow() throws IOException {
    row.begin(cursor);
    beginPair();
    if (cursor.skippedBy().isPresent()) {
      return;
    }
    do {
      if (error == null && row.needsTensorBytes()) {
        try {
          fillChunk();
        } catch (IOException e) {
          report(e);
        }
      }
      row.endChunk();
    } while (rows != RowUnit.CHUNK && cursor.nextOfTensor());
    if (error == null) {
      row.end();
    } else {
      row.failed(error);
    }
  }

  private void beginPair() {
    if (cursor.half().isPresent() && row.needsTensorBytes()) {
      rank.beginRow(cursor.half().get(), cursor.tensorIndex(), cursor.tensor());
    } else {
      rank.beginOtherRow();
    }
  }

  private void addToPair(ByteBuffer data, long positionBytes) throws IOException {
    try {
      rank.add(data, positionBytes);
    } catch (IOException e) {
      if (onError == OnError.FAIL || Retries.isInterrupt(e)) {
        throw e;
      }
      rank.fail(e);
    }
  }

  private void fillChunk() throws IOException {
    int chunkBytes = cursor.chunkBytes();
    row.beginData(chunkBytes);
    if (cursor.chunk() == 0) {
      sha256.reset();
    }
    boolean sampled =
        row.has(ChunkColumn.CPU_SUM) && fileSample.has(cursor.chunkOffsetBytes(), chunkBytes);
    long sum = 0;
    for (int at = 0; at < chunkBytes; at += ReadWindow.CAPACITY_BYTES) {
      int lengthBytes = Math.min(ReadWindow.CAPACITY_BYTES, chunkBytes - at);
      ByteBuffer data =
          window.read(shard, cursor.chunkOffsetBytes() + at, lengthBytes, slice.endBytes());
      row.data(data, at);
      if (sums || sampled) {
        long firstWord = cursor.firstWord() + at / Integer.BYTES;
        sum += checksum.sum(data, firstWord, cursor.tensor().lengthBytes());
      }
      addToPair(data, cursor.firstWord() * Integer.BYTES + at);
      if (row.has(ChunkColumn.SHA256)) {
        sha256.update(data);
      }
    }
    rank.endChunk(cursor.isLastChunk());
    if (sums) {
      row.chunkSum(sum);
    }
    if (sampled) {
      row.cpuSum(sum);
    }
    if (row.has(ChunkColumn.SHA256) && cursor.isLastChunk()) {
      row.sha256(Hex.encodeHexString(sha256.digest()));
    }
  }

  /** Keeps the error for the slice's rows, or throws where errors are not to be reported. */
  private void report(IOException e) throws IOException {
    if (onError == OnError.FAIL || Retries.isInterrupt(e)) {
      throw e;
    }
    error = e.getMessage();
    LOG.warn("Left out: {}", error);
  }

  @Override
  public InternalRow get() {
    return row.values();
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return ReadMetrics.values(opener.counts());
  }

  @Override
  public void close() throws IOException {
    try {
      rank.close();
    } finally {
      if (shard != null) {
        shard.close();
      }
    }
  }
}
