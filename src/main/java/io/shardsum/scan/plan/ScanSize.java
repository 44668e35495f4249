package io.shardsum.scan.plan;

import io.shardsum.io.ListedFile;
import io.shardsum.io.ReadCounts;
import io.shardsum.io.ReadSettings;
import io.shardsum.io.Shard;
import io.shardsum.io.ShardOpener;
import io.shardsum.source.ChunkColumn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * How many rows a scan will make, guessed without reading it: from the lengths of files, and of the
 * headers of a few of them. Only speed depends on the guess.
 *
 * @param tensors rows of the table of tensors
 * @param chunks chunks of 1 MiB
 */
public record ScanSize(long tensors, long chunks) {

  private static final int SAMPLED_FILES = 16;
  private static final long HEADER_BYTES_OF_A_TENSOR = 100;
  private static final long ROWS_OF_A_SMALL_SCAN = 200_000;
  private static final long ROWS_OF_A_TINY_SCAN = 10_000;

  public static ScanSize of(
      List<ListedFile> files, ReadSettings reading, Configuration hadoopConf) {
    if (files.isEmpty()) {
      return new ScanSize(0, 0);
    }
    long chunks =
        files.stream().mapToLong(file -> file.lengthBytes() / ChunkColumn.CHUNK_BYTES + 1).sum();
    ShardOpener once = new ShardOpener(hadoopConf, reading.withRetries(0), new ReadCounts());
    int step = Math.max(1, files.size() / SAMPLED_FILES);
    long sampledBytes = 0;
    long sampled = 0;
    for (int index = 0; index < files.size(); index += step) {
      sampledBytes += headerBytes(files.get(index), once);
      sampled++;
    }
    return new ScanSize(sampledBytes / sampled * files.size() / HEADER_BYTES_OF_A_TENSOR, chunks);
  }

  /** That of some of the files. */
  public ScanSize part(int files, int allFiles) {
    return files == allFiles
        ? this
        : new ScanSize(tensors * files / allFiles, chunks * files / allFiles);
  }

  /** Whether compiling code for the SQL stages takes longer than running them. */
  boolean isSmall() {
    return chunks + tensors < ROWS_OF_A_SMALL_SCAN;
  }

  /** Whether one task goes through its rows sooner than several start. */
  boolean isTiny() {
    return chunks + tensors < ROWS_OF_A_TINY_SCAN;
  }

  /** How long a file says that its header is. */
  private static long headerBytes(ListedFile file, ShardOpener once) {
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (Shard shard = once.open(file)) {
      shard.readFully(0, length);
      return Math.min(length.getLong(0), file.lengthBytes());
    } catch (IOException e) {
      return 0;
    }
  }
}
