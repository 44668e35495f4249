package io.shardsum.source;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.io.Retries;
import io.shardsum.io.Shard;
import io.shardsum.io.ShardOpener;
import io.shardsum.safetensors.SafetensorsFormatException;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.source.sglang.EngineNames;
import io.shardsum.source.sglang.RankReader;
import io.shardsum.source.sums.PieceSums;
import io.shardsum.source.sums.Sum;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.Blake3;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the slices of one task, chunk by chunk, and makes rows of one chunk or of a run. A row is
 * handed out once its sums are there; on a GPU they come later, and others are read meanwhile. Its
 * bytes are in a buffer that is reused: they are valid until the next one.
 */
final class ChunkReader implements PartitionReader<InternalRow> {

  private static final Logger LOG = LoggerFactory.getLogger(ChunkReader.class);

  /** More of them wait for sums only where there is next to nothing to sum. */
  private static final int MOST_PENDING_ROWS = 10_000;

  private final Iterator<FileSlice> slices;
  private final RowUnit rows;
  private final OnError onError;
  private final ChunkSample checked;
  private final ShardOpener opener;
  private final Placement placement;
  private final ChunkRow row;
  private final ChunkCursor.Unit unit;
  private final boolean hashes;

  private final PieceSums sums;
  private final SglangChecksum onCpu = new SglangChecksum();
  private final MessageDigest sha256 = DigestUtils.getSha256Digest();
  private final Optional<FileHash> fileHash;
  private final RankReader rank;

  private final Deque<PendingRow> pending = new ArrayDeque<>();
  private InternalRow current;
  private FileSlice slice;
  private Shard shard;
  private ChunkCursor cursor;
  private long endOfUseBytes;
  private FileSample fileSample;
  private String error;

  /**
   * Reads.
   *
   * @param sums is closed with this
   * @param checked the chunks whose sums the CPU must have, too
   */
  ChunkReader(
      List<FileSlice> slices,
      List<ChunkColumn> columns,
      RowUnit rows,
      OnError onError,
      ChunkSample checked,
      ShardOpener opener,
      PieceSums sums,
      Placement placement) {
    this.slices = slices.iterator();
    this.rows = rows;
    this.onError = onError;
    this.checked = checked;
    this.opener = opener;
    this.placement = placement;
    this.row = new ChunkRow(columns, placement);
    this.sums = sums;
    this.hashes = row.has(ChunkColumn.CHUNK_SUM) || row.has(ChunkColumn.CHUNK_SUMS);
    this.unit =
        row.has(ChunkColumn.SHA256)
                || row.has(ChunkColumn.FP8_SHA256)
                || row.has(ChunkColumn.FILE_SHA256)
            ? ChunkCursor.Unit.TENSOR
            : ChunkCursor.Unit.CHUNK;
    this.fileHash =
        row.has(ChunkColumn.FILE_SHA256)
            ? Optional.of(
                new FileHash(
                    row.has(ChunkColumn.FILE_BLAKE3)
                        ? Optional.of(Blake3.initHash())
                        : Optional.empty()))
            : Optional.empty();
    this.rank = new RankReader(row, opener, sums);
  }

  @Override
  public boolean next() throws IOException {
    while (pending.isEmpty() || !pending.peek().isDone()) {
      boolean more = pending.size() < MOST_PENDING_ROWS && readRow();
      if (!more && pending.isEmpty()) {
        return false;
      }
      if (!more) {
        sums.finish();
      }
    }
    current = pending.remove().row();
    return true;
  }

  /** Reads on until one more row is pending; false if there is none. */
  private boolean readRow() throws IOException {
    while (true) {
      if (cursor != null && cursor.next()) {
        pending.add(chunks());
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
    sums.beginFile();
    shard = opener.open(slice.file().listed());
    if (slice.beginBytes() == 0) {
      shard.willReadUpTo(slice.endBytes());
    }
    SafetensorsHeader header;
    try {
      fileHash.ifPresent(FileHash::begin);
      header = shard.header(bytes -> fileHash.ifPresent(hash -> hash.addHeader(bytes)));
    } catch (IOException e) {
      report(e);
      row.beginFile(slice, 0);
      pending.add(
          row.brokenFile(
              error, e instanceof SafetensorsFormatException ? hashed() : Optional.empty()));
      return true;
    }
    row.beginFile(slice, header.tensors().size());
    if (header.tensors().isEmpty() && slice.beginBytes() == 0) {
      shard.close();
      pending.add(row.fileWithoutTensors(fileDigests()));
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
    endOfUseBytes = cursor.endBytes();
    shard.willReadUpTo(endOfUseBytes);
    fileSample = new FileSample(checked, slice.file(), header);
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
      pending.add(row.brokenFile(error, Optional.empty()));
      return true;
    }
  }

  /** The digest of a file that is no safetensors; empty if it cannot be read, either. */
  private Optional<FileDigests> hashed() throws IOException {
    if (fileHash.isEmpty()) {
      return Optional.empty();
    }
    try (Shard closing = shard) {
      fileHash.get().begin();
      addToFile(0, slice.file().lengthBytes(), slice.file().lengthBytes());
      closing.checkUnchanged();
      return fileDigests();
    } catch (IOException e) {
      if (Retries.isInterrupt(e)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private PendingRow chunks() throws IOException {
    row.begin(cursor);
    beginPair();
    if (cursor.skippedBy().isPresent()) {
      return skipped();
    }
    do {
      if (error == null && row.needsTensorBytes()) {
        try {
          addChunk();
        } catch (IOException e) {
          report(e);
        }
      }
      row.endChunk();
    } while (rows != RowUnit.CHUNK && cursor.nextOfTensor());
    row.readThrough(shard.readThrough());
    endFile();
    return error == null ? row.end() : row.failed(error);
  }

  /** The row of a tensor that is not hashed, but may be part of a file that is. */
  private PendingRow skipped() throws IOException {
    if (fileHash.isPresent() && error == null) {
      try {
        addToFile(
            cursor.offsetBytes(),
            cursor.offsetBytes() + cursor.tensor().lengthBytes(),
            endOfUseBytes);
      } catch (IOException e) {
        report(e);
        return row.failed(error);
      }
    }
    endFile();
    return row.skipped();
  }

  private void addToFile(long beginBytes, long endBytes, long usedBytes) throws IOException {
    for (long at = beginBytes; at < endBytes; at += sums.mostBytes()) {
      endIfKilled();
      int lengthBytes = (int) Math.min(sums.mostBytes(), endBytes - at);
      addToFile(sums.read(shard, at, lengthBytes, usedBytes), at);
    }
  }

  /** The last row of a file has the file's digest. */
  private void endFile() {
    if (cursor.isAtLastTensor() && error == null) {
      row.fileDigests(fileDigests());
    }
  }

  private Optional<FileDigests> fileDigests() {
    return fileHash.flatMap(hash -> hash.end(slice.file().lengthBytes()));
  }

  private void beginPair() {
    if (cursor.half().isPresent() && row.needsTensorBytes()) {
      rank.beginRow(cursor.half().get(), cursor.tensorIndex(), cursor.tensor());
    } else {
      rank.beginOtherRow();
    }
  }

  private void addToFile(ByteBuffer data, long positionBytes) {
    fileHash.ifPresent(hash -> hash.add(data, positionBytes));
  }

  private Optional<Sum> addToPair(ByteBuffer data, long positionBytes) throws IOException {
    try {
      return rank.add(data, positionBytes);
    } catch (IOException e) {
      if (onError == OnError.FAIL || Retries.isInterrupt(e)) {
        throw e;
      }
      rank.fail(e);
      return Optional.empty();
    }
  }

  /** Spark asks only between rows whether a task shall end, and a row may be long and slow. */
  private static void endIfKilled() throws InterruptedIOException {
    TaskContext task = TaskContext.get();
    if (task != null && task.isInterrupted()) {
      throw new InterruptedIOException("The task shall end");
    }
  }

  private void addChunk() throws IOException {
    endIfKilled();
    int chunkBytes = cursor.chunkBytes();
    row.beginData(chunkBytes);
    if (hashes) {
      row.beginSums();
    }
    if (cursor.chunk() == 0) {
      sha256.reset();
    }
    boolean isChecked = hashes && fileSample.has(cursor.chunkOffsetBytes(), chunkBytes);
    SumCheck stored = isChecked ? check("") : null;
    SumCheck dequantized = isChecked ? check(", dequantized,") : null;
    for (int at = 0; at < chunkBytes; at += sums.mostBytes()) {
      int lengthBytes = Math.min(sums.mostBytes(), chunkBytes - at);
      ByteBuffer data =
          sums.read(shard, cursor.chunkOffsetBytes() + at, lengthBytes, endOfUseBytes);
      row.data(data, at);
      addToFile(data, cursor.chunkOffsetBytes() + at);
      long firstWord = cursor.firstWord() + at / Integer.BYTES;
      if (hashes) {
        Sum sum = sums.sum(firstWord, cursor.tensor().lengthBytes());
        row.sum(sum);
        if (isChecked) {
          stored.add(sum, Sum.of(onCpu.sum(data, firstWord, cursor.tensor().lengthBytes())));
        }
      }
      long position = cursor.firstWord() * Integer.BYTES + at;
      Optional<Sum> ofPair = addToPair(data, position);
      if (isChecked && ofPair.isPresent()) {
        rank.onCpu(data, position).ifPresent(onCpu -> dequantized.add(ofPair.get(), onCpu));
      }
      if (row.has(ChunkColumn.SHA256)) {
        sha256.update(data);
      }
    }
    rank.endChunk(cursor.isLastChunk());
    if (row.has(ChunkColumn.SHA256) && cursor.isLastChunk()) {
      row.sha256(Hex.encodeHexString(sha256.digest()));
    }
  }

  /** A check of the chunk at hand. */
  private SumCheck check(String how) {
    String what =
        "chunk %s of tensor %s%s in %s"
            .formatted(
                Integer.toString(cursor.chunk()), cursor.tensor().name(), how, slice.file().path());
    SumCheck check = new SumCheck(what, placement);
    row.check(check);
    return check;
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
    return current;
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return ReadMetrics.values(opener.counts(), sums.bytesOnGpu());
  }

  @Override
  public void close() throws IOException {
    try {
      sums.close();
    } finally {
      try {
        rank.close();
      } finally {
        if (shard != null) {
          shard.close();
        }
      }
    }
  }
}
