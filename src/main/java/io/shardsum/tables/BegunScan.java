package io.shardsum.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.exit.UsageException;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.FileDigest;
import io.shardsum.fleet.Inventory;
import io.shardsum.text.ForeignText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What a scan is of, as it is written down when it begins: what goes on with it must be of the
 * same. Whether files are the same is asked of each rank.
 *
 * <pre>OUT/tensors/scan_date=2026-11-23/scan_id=ID/_waves/scan</pre>
 *
 * @param fleet the fleet's name
 * @param release of Shardsum: another one may hash or name otherwise
 * @param started when it began
 * @param engines how each engine with files is hashed
 */
public record BegunScan(String fleet, String release, String started, Map<String, String> engines) {

  static final String FILE = "scan";

  private static final int MESSAGE_CODE_POINTS = 1_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies the map, in the order of names. */
  public BegunScan {
    engines = new TreeMap<>(engines);
  }

  /** One that begins now. */
  public static BegunScan of(Inventory inventory, Instant startedAt) {
    Map<String, String> engines = new TreeMap<>();
    for (EngineInventory engine : inventory.engines()) {
      String wholeFiles = engine.spec().fileDigest() == FileDigest.NONE ? "" : ", files as a whole";
      engines.put(
          engine.spec().name(),
          engine.spec().digest().word() + " of " + engine.hashing() + wholeFiles);
    }
    return new BegunScan(inventory.fleet(), Release.VERSION, startedAt.toString(), engines);
  }

  /**
   * The scan of a name that has begun and not ended.
   *
   * @throws UsageException if there is none
   * @throws java.io.UncheckedIOException if the tables cannot be read
   */
  public static BegunScan find(String out, ScanId scanId, Configuration hadoopConf) {
    Path directory = new Path(out);
    try {
      FileSystem fileSystem = directory.getFileSystem(hadoopConf);
      for (Path scan : ofAllDays(directory, ScanTable.SCANS, scanId, fileSystem)) {
        if (Arrays.stream(fileSystem.listStatus(scan))
            .anyMatch(file -> file.getPath().getName().endsWith(".parquet"))) {
          throw refusal(scanId, "a scan that has not ended", "one that is finished");
        }
      }
      for (Path scan : ofAllDays(directory, ScanTable.TENSORS, scanId, fileSystem)) {
        Optional<BegunScan> begun =
            read(new Path(new Path(scan, ScanWaves.DIRECTORY), FILE), fileSystem);
        if (begun.isPresent()) {
          return begun.get();
        }
      }
      throw refusal(scanId, "a scan of that name under " + out + " that has not ended", "none");
    } catch (IOException e) {
      throw ScanTables.of(out, scanId, Instant.EPOCH).cannotRead(e);
    }
  }

  /** The latest day first. */
  private static List<Path> ofAllDays(
      Path out, ScanTable table, ScanId scanId, FileSystem fileSystem) throws IOException {
    Path directory = new Path(out, table.tableName());
    if (!fileSystem.exists(directory)) {
      return List.of();
    }
    List<Path> scans = new ArrayList<>();
    for (FileStatus day : fileSystem.listStatus(directory)) {
      Path scan = ScanPartition.ofAnyDay(day.getPath(), scanId);
      if (ScanPartition.isDay(day.getPath()) && fileSystem.exists(scan)) {
        scans.add(scan);
      }
    }
    scans.sort(Comparator.comparing((Path scan) -> scan.getParent().getName()).reversed());
    return scans;
  }

  /** Empty where it was being written when its process ended. */
  private static Optional<BegunScan> read(Path file, FileSystem fileSystem) throws IOException {
    try {
      if (fileSystem.getFileStatus(file).getLen() == 0) {
        return Optional.empty();
      }
      try (InputStream in = fileSystem.open(file)) {
        return Optional.of(JSON.readValue(in, BegunScan.class));
      }
    } catch (FileNotFoundException | JsonProcessingException | ChecksumException e) {
      return Optional.empty();
    }
  }

  String text() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A record of texts is JSON", e);
    }
  }

  /** When it began. */
  public Instant startedAt() {
    return Instant.parse(started);
  }

  /**
   * Checks that what is to go on with this scan is of the same.
   *
   * @throws UsageException saying what is not
   */
  public void requireSame(BegunScan now, ScanId scanId) {
    require(scanId, "a scan begun at " + started, "a scan begun at " + now.started);
    require(scanId, "fleet " + fleet, "fleet " + now.fleet);
    require(scanId, "Shardsum " + release, "Shardsum " + now.release);
    Map<String, String> all = new TreeMap<>(engines);
    all.putAll(now.engines);
    for (String engine : all.keySet()) {
      require(scanId, words(engine, engines), words(engine, now.engines));
    }
  }

  private static String words(String engine, Map<String, String> engines) {
    String hashing = engines.get(engine);
    return hashing == null ? "no engine " + engine : "engine %s with %s".formatted(engine, hashing);
  }

  private static void require(ScanId scanId, String expected, String found) {
    if (!found.equals(expected)) {
      throw refusal(scanId, expected + ", as when it began", found);
    }
  }

  private static UsageException refusal(ScanId scanId, String expected, String found) {
    return new UsageException(
        ForeignText.shown(
            "Cannot resume scan %s: expected %s, found %s"
                .formatted(scanId.text(), expected, found),
            MESSAGE_CODE_POINTS));
  }
}
