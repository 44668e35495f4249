package io.shardsum.scan.canary;

import io.shardsum.fleet.ShardFile;
import io.shardsum.io.ListedFile;
import io.shardsum.scan.plan.BackgroundWork;
import io.shardsum.tables.ScanTables;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The canaries of one scan on disk: beside its tables, where executors write, too. They are gone
 * when this is closed, and when the process is ended from outside.
 *
 * <pre>OUT/_canary-SCAN_ID/flipped-0.safetensors</pre>
 */
public final class CanaryFiles implements AutoCloseable {

  /** The role of a canary's files. */
  private static final String ROLE = "canary";

  private final ScanTables tables;
  private final FileSystem fileSystem;
  private final List<CanaryShard> shards;
  private final List<ShardFile> files;

  /**
   * Writes them.
   *
   * @throws UncheckedIOException if the file system does not let it; nothing of them is left then
   */
  public CanaryFiles(ScanTables tables, Configuration hadoopConf) {
    this.tables = tables;
    this.shards = CanaryShard.make(new SplittableRandom());
    try {
      this.fileSystem = tables.canaries().getFileSystem(hadoopConf);
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    }
    this.files = written();
  }

  private List<ShardFile> written() {
    try (BackgroundWork work = new BackgroundWork()) {
      if (!fileSystem.mkdirs(tables.canaries())) {
        throw new IOException("cannot make the directory " + tables.canaries());
      }
      fileSystem.deleteOnExit(tables.canaries());
      List<Supplier<ShardFile>> writes = new ArrayList<>();
      for (CanaryShard shard : shards) {
        writes.add(work.compute(() -> write(shard)));
      }
      return writes.stream().map(Supplier::get).toList();
    } catch (IOException e) {
      throw withoutTraces(tables.cannotWrite(e));
    } catch (RuntimeException e) {
      throw withoutTraces(e);
    }
  }

  private ShardFile write(CanaryShard shard) {
    Path path = new Path(tables.canaries(), shard.name());
    try {
      try (OutputStream out = fileSystem.create(path, true)) {
        out.write(shard.bytes());
      }
      return new ShardFile(ListedFile.of(fileSystem.getFileStatus(path)), ROLE, 0);
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    } catch (FSError e) {
      throw tables.cannotWrite(e);
    }
  }

  private RuntimeException withoutTraces(RuntimeException failure) {
    try {
      close();
    } catch (UncheckedIOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  List<CanaryShard> shards() {
    return shards;
  }

  /** Where the shards lie, in their order. */
  List<ShardFile> files() {
    return files;
  }

  /**
   * Removes them.
   *
   * @throws UncheckedIOException if the file system does not let it
   */
  @Override
  public void close() {
    try {
      fileSystem.delete(tables.canaries(), true);
      fileSystem.cancelDeleteOnExit(tables.canaries());
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    }
  }
}
