package io.shardsum.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.io.ObjectStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The waves in which the tensors of a scan's files land. Each is whole, or it is nothing.
 *
 * <pre>
 * OUT/tensors/scan_date=2026-11-23/scan_id=ID/part-*.parquet        the rows of all waves
 * OUT/tensors/scan_date=2026-11-23/scan_id=ID/_waves/1f0c33ab-7/       where Spark writes one
 * OUT/tensors/scan_date=2026-11-23/scan_id=ID/_waves/1f0c33ab-7.json   says that it is whole
 * </pre>
 *
 * <p>Spark writes a wave into its own directory, so that several can be written at once, and
 * commits it. Its files are moved to where the table's readers look, and last a file lists them. A
 * wave is whole if that file is, and all that it lists are there; rows that no such file lists are
 * of no wave. This needs neither a rename that is atomic nor a directory that is: on an object
 * store a crash while files are copied leaves them without their list. Names have a part that each
 * run draws, so what still runs for a dead driver never writes into a wave of the next one.
 */
public final class ScanWaves {

  static final String DIRECTORY = "_waves";
  private static final String JSON_SUFFIX = ".json";
  private static final String PARQUET_SUFFIX = ".parquet";
  private static final int TOKEN_DIGITS = 8;
  private static final long MOST_KEPT_BYTES = 16 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ScanTables tables;
  private final ScanClaim claim;
  private final FileSystem fileSystem;
  private final Path rows;
  private final Path waves;
  private final String token = UUID.randomUUID().toString().substring(0, TOKEN_DIGITS);
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicLong landedBytes = new AtomicLong();

  /**
   * Those of a scan.
   *
   * @param claim a wave lands only as long as the scan's name is held
   */
  public ScanWaves(ScanTables tables, ScanClaim claim, Configuration hadoopConf) {
    this.tables = tables;
    this.claim = claim;
    this.rows = new Path(tables.path(ScanTable.TENSORS));
    this.waves = new Path(rows, DIRECTORY);
    try {
      this.fileSystem = rows.getFileSystem(hadoopConf);
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    }
  }

  /** Whether the tables lie on an object store: each request takes its time. */
  public boolean isOnStore() {
    return ObjectStore.holds(rows);
  }

  /** Whether the rows that have landed are few enough to be kept in memory. */
  public boolean areFew() {
    return landedBytes.get() <= MOST_KEPT_BYTES;
  }

  /** The tables of the scan. */
  public ScanTables tables() {
    return tables;
  }

  /**
   * Writes down what the scan is of, before its first wave.
   *
   * @throws java.io.UncheckedIOException if the file system does not let it
   */
  public void begin(BegunScan scan) {
    try (OutputStream out = fileSystem.create(new Path(waves, BegunScan.FILE), true)) {
      out.write(scan.text().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    } catch (FSError e) {
      throw tables.cannotWrite(e);
    }
  }

  /** Where the next wave is to be written: by {@link #write}, once. */
  public Path next() {
    return new Path(waves, token + "-" + numbers.getAndIncrement());
  }

  /**
   * Writes the rows of a wave, where nobody sees them yet.
   *
   * @throws java.io.UncheckedIOException if the file system does not let it
   */
  public void write(Path wave, Dataset<Row> ofWave) {
    tables.write(wave, ofWave);
  }

  /**
   * Writes the rows of a wave, which are few, by the driver.
   *
   * @throws java.io.UncheckedIOException if the file system does not let it
   */
  public void writeFew(Path wave, Dataset<Row> ofWave) {
    tables.writeFew(wave, ofWave);
  }

  /** What was written of a wave that has not landed. */
  public Dataset<Row> written(Path wave, SparkSession session) {
    return session.read().schema(ScanTable.TENSORS.schema()).parquet(wave.toString());
  }

  /**
   * Removes a wave that was written and is not to land.
   *
   * @throws java.io.UncheckedIOException if the file system does not let it
   */
  public void discard(Path wave) {
    try {
      StoredScans.delete(wave, fileSystem);
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    }
  }

  /**
   * Lands a wave that was written: its rows are where readers look, and a file says so.
   *
   * @throws java.io.UncheckedIOException if the file system does not let it, or another scan has
   *     taken the name over
   */
  public LandedWave land(Path wave, LandedWave.Content content) {
    claim.requireHeld();
    try {
      List<LandedWave.RowFile> files = new ArrayList<>();
      for (FileStatus file : fileSystem.listStatus(wave)) {
        String name = file.getPath().getName();
        if (name.endsWith(PARQUET_SUFFIX)) {
          if (!fileSystem.rename(file.getPath(), new Path(rows, name))) {
            throw new IOException("cannot rename " + file.getPath());
          }
          files.add(new LandedWave.RowFile(name, file.getLen()));
          landedBytes.addAndGet(file.getLen());
        }
      }
      StoredScans.delete(wave, fileSystem);
      LandedWave landed =
          new LandedWave(
              wave.getName(),
              files,
              content.ranks(),
              content.canaries(),
              content.canariesFound(),
              content.replaced());
      try (OutputStream out = fileSystem.create(wave.suffix(JSON_SUFFIX), false)) {
        JSON.writeValue(out, landed);
      }
      return landed;
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    } catch (FSError e) {
      throw tables.cannotWrite(e);
    }
  }

  /**
   * The waves that are whole, but those that another has replaced.
   *
   * @throws java.io.UncheckedIOException if they cannot be read
   */
  public List<LandedWave> whole() {
    try {
      Map<String, Long> lengths = new HashMap<>();
      for (FileStatus file : list(rows)) {
        lengths.put(file.getPath().getName(), file.getLen());
      }
      List<LandedWave> whole = new ArrayList<>();
      Set<String> replaced = new HashSet<>();
      for (FileStatus file : list(waves)) {
        if (file.isFile() && file.getPath().getName().endsWith(JSON_SUFFIX)) {
          read(file)
              .filter(
                  wave ->
                      wave.files().stream()
                          .allMatch(
                              of -> Long.valueOf(of.lengthBytes()).equals(lengths.get(of.name()))))
              .ifPresent(
                  wave -> {
                    whole.add(wave);
                    replaced.addAll(wave.replaced());
                  });
        }
      }
      whole.removeIf(wave -> replaced.contains(wave.name()));
      return whole;
    } catch (IOException e) {
      throw tables.cannotRead(e);
    }
  }

  /** Empty where it was being written when its process ended. */
  private Optional<LandedWave> read(FileStatus file) throws IOException {
    if (file.getLen() == 0) {
      return Optional.empty(); // Hadoop would warn of its sums with a stack trace
    }
    try (InputStream in = fileSystem.open(file.getPath())) {
      return Optional.of(JSON.readValue(in, LandedWave.class));
    } catch (JsonProcessingException | ChecksumException e) {
      return Optional.empty();
    }
  }

  /** The rows of some waves. */
  public Dataset<Row> rows(List<LandedWave> some, SparkSession session) {
    return tables.read(
        some.stream()
            .flatMap(wave -> wave.files().stream())
            .map(file -> new Path(rows, file.name()).toString())
            .toList(),
        session);
  }

  /**
   * Removes all that lies in the table's directory of this scan, but some waves: what says that a
   * wave is whole goes before its rows.
   *
   * @throws java.io.UncheckedIOException if the file system does not let it
   */
  public void removeAllBut(List<LandedWave> some) {
    Set<String> kept = new HashSet<>();
    for (LandedWave wave : some) {
      kept.add(wave.name() + JSON_SUFFIX);
      wave.files().forEach(file -> kept.add(file.name()));
    }
    kept.addAll(List.of(DIRECTORY, BegunScan.FILE));
    try {
      for (Path directory : List.of(waves, rows)) {
        for (FileStatus entry : list(directory)) {
          if (!kept.contains(entry.getPath().getName())) {
            StoredScans.delete(entry.getPath(), fileSystem);
          }
        }
      }
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    }
  }

  /**
   * Removes waves that have landed: what says that a wave is whole goes before its rows.
   *
   * @throws java.io.UncheckedIOException if the file system does not let it
   */
  public void remove(List<LandedWave> some) {
    try {
      for (LandedWave wave : some) {
        StoredScans.delete(new Path(waves, wave.name() + JSON_SUFFIX), fileSystem);
        for (LandedWave.RowFile file : wave.files()) {
          StoredScans.delete(new Path(rows, file.name()), fileSystem);
        }
      }
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    }
  }

  /**
   * Forgets which waves are whole: the scan has ended, or none of it is to be trusted.
   *
   * @throws java.io.UncheckedIOException if the file system does not let it
   */
  public void forget() {
    try {
      StoredScans.delete(waves, fileSystem);
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    }
  }

  private List<FileStatus> list(Path directory) throws IOException {
    try {
      return List.of(fileSystem.listStatus(directory));
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }
}
