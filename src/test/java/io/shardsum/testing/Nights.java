package io.shardsum.testing;

import io.shardsum.fleet.WeightSource;
import io.shardsum.tables.FindingRow;
import io.shardsum.tables.NamedRow;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.Scope;
import io.shardsum.verdict.Finding;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Tables of many scans, written at once: rows as scans land them, made without reading weights.
 * What a rank holds is a word for each of its tensors; equal words are equal bytes.
 */
public final class Nights {

  private static final long TENSOR_BYTES = 1_000;

  /**
   * An engine in one scan.
   *
   * @param source FILES, or LIVE: a running engine, which says less
   * @param hashing as in the column
   * @param ranks what each holds, a word for each of its tensors; null: the rank is missing
   */
  public record Engine(
      String name,
      WeightSource source,
      String model,
      String revision,
      String hashing,
      List<List<String>> ranks) {

    /** An engine whose files are read. */
    public Engine(
        String name, String model, String revision, String hashing, List<List<String>> ranks) {
      this(name, WeightSource.FILES, model, revision, hashing, ranks);
    }

    /**
     * An engine hashed as usual, whose ranks hold one word each and some tensors that never change.
     */
    public static Engine of(String name, String model, String revision, String... words) {
      return new Engine(
          name,
          model,
          revision,
          "sglang sglang-0.5.20",
          IntStream.range(0, words.length).mapToObj(rank -> tensors(rank, words[rank])).toList());
    }

    /** The same, as the running engine answers. */
    public Engine running() {
      return new Engine(name, WeightSource.LIVE, model, revision, hashing, ranks);
    }

    /** The same, hashed in another way. */
    public Engine hashed(String otherwise) {
      return new Engine(name, source, model, revision, otherwise, ranks);
    }

    /** The same without the files of a rank. */
    public Engine without(int rank) {
      List<List<String>> fewer = new ArrayList<>(ranks);
      fewer.set(rank, List.of());
      return new Engine(name, source, model, revision, hashing, fewer);
    }

    private static List<String> tensors(int rank, String word) {
      return List.of("embed-" + rank, word + "-" + rank, "norm");
    }

    /** As the column of that name. */
    public String group() {
      return "%s@%s tp%s sglang-0.5.20%s"
          .formatted(
              model, revision, Integer.toString(ranks.size()), isRunning() ? " live sglang" : "");
    }

    private boolean isRunning() {
      return source == WeightSource.LIVE;
    }

    private boolean isWhole() {
      return ranks.stream().noneMatch(List::isEmpty);
    }

    private String rankChecksum(int rank) {
      return ranks.get(rank).isEmpty() ? null : sha256(hashing + ranks.get(rank));
    }

    private String checksum() {
      return isWhole()
          ? sha256(
              IntStream.range(0, ranks.size())
                  .mapToObj(this::rankChecksum)
                  .collect(Collectors.joining()))
          : null;
    }
  }

  private final Map<ScanTable, List<Row>> rows = new EnumMap<>(ScanTable.class);

  private int schemaVersion = ScanTable.SCHEMA_VERSION;
  private Optional<String> settings = Optional.empty();

  /** No scans yet. */
  public Nights() {
    for (ScanTable table : ScanTable.values()) {
      rows.put(table, new ArrayList<>());
    }
  }

  /** The scans that follow are of another version. */
  public Nights ofSchemaVersion(int version) {
    schemaVersion = version;
    return this;
  }

  /** The scans that follow were set to this JSON, whatever their scope. */
  public Nights ofSettings(String json) {
    settings = Optional.of(json);
    return this;
  }

  /** A scan of all engines of a fleet. */
  public Nights scan(
      String fleet, String scanId, Instant startedAt, List<Engine> engines, Finding... findings) {
    return scan(fleet, scanId, startedAt, Scope.FLEET, engines, findings);
  }

  /** A scan. */
  public Nights scan(
      String fleet,
      String scanId,
      Instant startedAt,
      Scope scope,
      List<Engine> engines,
      Finding... findings) {
    unfinished(scanId, startedAt, engines, findings);
    add(
        ScanTable.SCANS,
        scanId,
        startedAt,
        row(ScanTable.SCANS)
            .with("schema_version", schemaVersion)
            .with("fleet", fleet)
            .with("started_at", Timestamp.from(startedAt))
            .with("finished_at", Timestamp.from(startedAt.plusSeconds(60)))
            .with("tool_version", "development")
            .with("spark_version", "4.1.3")
            .with("accelerator", "cpu")
            .with("digest", "sglang")
            .with("chunk_bytes", 1 << 20)
            .with("engines", (int) ofFiles(engines).count())
            .with("ranks", ofFiles(engines).mapToInt(engine -> engine.ranks().size()).sum())
            .with("tensors", ofFiles(engines).mapToLong(Nights::tensors).sum())
            .with("bytes", ofFiles(engines).mapToLong(Nights::tensors).sum() * TENSOR_BYTES)
            .with("verdict", findings.length == 0 ? "EQUAL" : "DIFFERENT")
            .with(
                "settings",
                settings.orElse("{\"%s\":\"%s\"}".formatted(Scope.SETTING, scope.word())))
            .row());
    return this;
  }

  /** What a scan leaves that has not come to its row in the table of scans. */
  public Nights unfinished(
      String scanId, Instant startedAt, List<Engine> engines, Finding... findings) {
    engines.forEach(engine -> add(scanId, startedAt, engine));
    for (Finding finding : findings) {
      add(ScanTable.FINDINGS, scanId, startedAt, FindingRow.of(finding));
    }
    return this;
  }

  private static Stream<Engine> ofFiles(List<Engine> engines) {
    return engines.stream().filter(engine -> !engine.isRunning());
  }

  private static long tensors(Engine engine) {
    return engine.ranks().stream().mapToLong(List::size).sum();
  }

  private void add(String scanId, Instant startedAt, Engine engine) {
    int ranks = engine.ranks().size();
    int missing = (int) engine.ranks().stream().filter(List::isEmpty).count();
    add(
        ScanTable.ENGINES,
        scanId,
        startedAt,
        row(ScanTable.ENGINES)
            .with("engine", engine.name())
            .with("source", engine.source().name())
            .with("model", engine.model())
            .with("revision", engine.revision())
            .with("comparison_group", engine.group())
            .with("expected_ranks", ranks)
            .with("hashed_ranks", ranks - missing)
            .with("missing_ranks", missing)
            .with("status", engine.isWhole() ? "COMPLETE" : "INCOMPLETE")
            .with("checksum", engine.checksum())
            .with("bytes", engine.isRunning() ? null : tensors(engine) * TENSOR_BYTES)
            .with("hashing", engine.isRunning() ? null : engine.hashing())
            .with("digest", engine.isRunning() ? "sglang" : null)
            .row());
    for (int rank = 0; rank < ranks; rank++) {
      int tensors = engine.ranks().get(rank).size();
      add(
          ScanTable.RANKS,
          scanId,
          startedAt,
          row(ScanTable.RANKS)
              .with("engine", engine.name())
              .with("source", engine.source().name())
              .with("rank", rank)
              .with("tp_rank", rank)
              .with("tp_size", ranks)
              .with("pp_rank", 0)
              .with("pp_size", 1)
              .with("dp_rank", 0)
              .with("dp_size", 1)
              .with(
                  "status",
                  tensors == 0 ? (engine.isRunning() ? "UNKNOWN" : "MISSING") : "COMPLETE")
              .with("checksum", engine.rankChecksum(rank))
              .with("tensors", (long) tensors)
              .with("skipped", 0L)
              .with("bytes", engine.isRunning() ? null : tensors * TENSOR_BYTES)
              .with("reason", tensors == 0 ? "no file of rank " + rank : null)
              .row());
      addTensors(scanId, startedAt, engine, rank);
    }
  }

  private void addTensors(String scanId, Instant startedAt, Engine engine, int rank) {
    List<String> words = engine.ranks().get(rank);
    for (int tensor = 0; tensor < words.size(); tensor++) {
      String name = "layers.%s.weight".formatted(Integer.toString(tensor));
      NamedRow row =
          row(ScanTable.TENSORS)
              .with("engine", engine.name())
              .with("source", engine.source().name())
              .with("rank", rank)
              .with("role", "target")
              .with("tensor", name)
              .with("key", name)
              .with("status", "HASHED")
              .with("checksum", sha256(engine.hashing() + words.get(tensor)).substring(0, 16))
              .with("host", "host");
      if (!engine.isRunning()) {
        row.with("dtype", "BF16")
            .with("shape", List.of(TENSOR_BYTES / 2))
            .with("bytes", TENSOR_BYTES)
            .with("file", "/weights/%s/%s".formatted(engine.name(), Integer.toString(rank)))
            .with("file_tensors", words.size())
            .with("file_offset_bytes", 100 + tensor * TENSOR_BYTES)
            .with("file_modified_at", Timestamp.from(startedAt))
            .with("chunk_sums", List.of((long) words.get(tensor).hashCode()))
            .with("executor", "driver");
      }
      add(ScanTable.TENSORS, scanId, startedAt, row.row());
    }
  }

  private static NamedRow row(ScanTable table) {
    return NamedRow.of(table.schema());
  }

  private void add(ScanTable table, String scanId, Instant startedAt, Row row) {
    Object[] values = new Object[row.size() + 2];
    for (int column = 0; column < row.size(); column++) {
      values[column] = row.get(column);
    }
    values[row.size()] = Date.valueOf(startedAt.atZone(ZoneOffset.UTC).toLocalDate());
    values[row.size() + 1] = scanId;
    rows.get(table).add(RowFactory.create(values));
  }

  /** Writes them all, beside what is there. */
  public void write(SparkSession spark, Path out) {
    for (ScanTable table : ScanTable.values()) {
      spark
          .createDataFrame(
              rows.get(table), table.schema().add("scan_date", "date").add("scan_id", "string"))
          .coalesce(1)
          .write()
          .mode(SaveMode.Append)
          .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
          .partitionBy("scan_date", "scan_id")
          .parquet(out.resolve(table.tableName()).toString());
    }
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
