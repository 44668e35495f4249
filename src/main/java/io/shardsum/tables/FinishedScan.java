package io.shardsum.tables;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import io.shardsum.fleet.WeightSource;
import io.shardsum.verdict.Finding;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A scan that was finished, as its tables tell it: every copy beside the others. */
public final class FinishedScan {

  /**
   * A row of {@code explain/copies.sql}.
   *
   * @param metadata stands for what the checksum does not see: dtypes, shapes, a second digest
   * @param storages by role, the same where the same files were read: these copies are one
   */
  public record Copy(
      String engine,
      int rank,
      int rankInReplica,
      String status,
      Optional<String> checksum,
      Optional<String> metadata,
      long tensors,
      Map<String, String> storages) {

    /** Copies the map, in order. */
    public Copy {
      storages = new TreeMap<>(storages);
    }

    /** Whether another copy holds the same. */
    public boolean isEqualTo(Copy other) {
      return checksum.equals(other.checksum) && metadata.equals(other.metadata);
    }

    /** What has the vote of this copy: files that several engines read have one. */
    public String voter() {
      return storages.isEmpty() ? engine + " rank " + rank : storages.toString();
    }

    /** What has its vote on a tensor of a role. */
    public String voter(String role) {
      return storages.getOrDefault(role, voter());
    }
  }

  /**
   * A tensor as one copy has it.
   *
   * @param content dtype, shape and checksums; or why there are none
   * @param location the file where its bytes are read, or the server that tells them
   * @param offsetBytes empty: not of a file
   * @param readBy empty: not of a file
   * @param renamed the name in the file and why the engine has another; empty: it has the same
   */
  public record TensorCopy(
      String engine,
      int rank,
      String role,
      String content,
      String location,
      Optional<Long> offsetBytes,
      Optional<String> readBy,
      Optional<String> renamed) {}

  /** A tensor that is not the same in all copies. */
  public record DifferingTensor(String key, long contents, long copies) {}

  private final EarlierScans scans;
  private final Row scan;

  private FinishedScan(EarlierScans scans, Row scan) {
    this.scans = scans;
    this.scan = scan;
  }

  /**
   * Opens a scan of the tables in a directory; without an id, the one that began last, if it is not
   * dated in the future.
   *
   * @throws ReferenceException if there is no such scan
   */
  public static FinishedScan open(SparkSession session, String out, Optional<ScanId> scanId) {
    return open(session, out, scanId, Set.of());
  }

  /**
   * The same, without looking at some scans.
   *
   * @param leftOut the names of scans that cannot be read
   */
  public static FinishedScan open(
      SparkSession session, String out, Optional<ScanId> scanId, Set<String> leftOut) {
    EarlierScans scans = EarlierScans.open(session, out, leftOut);
    if (scans.exist()) {
      List<Row> rows =
          scans
              .view("scans")
              .where(
                  scanId.map(id -> col("scan_id").equalTo(id.text())).orElse(not(col("in_future"))))
              .orderBy(col("started_at").desc())
              .limit(1)
              .collectAsList();
      if (!rows.isEmpty()) {
        return new FinishedScan(scans, rows.get(0));
      }
    }
    throw new ReferenceException(
        "No finished scan%s in %s".formatted(scanId.map(id -> " " + id.text()).orElse(""), out));
  }

  /**
   * The same tables, and of them the newest scan that looked at an engine; this scan, where none
   * did.
   *
   * @param engine its name, or that and {@code /RANK} and more
   */
  public FinishedScan newestOf(String engine) {
    return scans.rows(Query.of("explain/newest_scan").parameter("engine", engine)).stream()
        .findFirst()
        .map(row -> new FinishedScan(scans, row))
        .orElse(this);
  }

  /**
   * The same, whose rows of tensors are there.
   *
   * @throws ReferenceException if retention has dropped them
   */
  public FinishedScan withTensors() {
    if (hasDroppedTensors()) {
      throw new ReferenceException(
          "Cannot read the tensors of scan %s: jobs/retention has deleted its rows of tensors"
              .formatted(scanId()));
    }
    return this;
  }

  /** Whether retention has dropped its rows of tensors. */
  public boolean hasDroppedTensors() {
    return scans.haveDroppedTensors(scan);
  }

  /** Its rows of a table. */
  public Dataset<Row> rows(ScanTable table) {
    return scans.view(table.tableName()).where(col("scan_id").equalTo(scanId()));
  }

  /** Its name. */
  public String scanId() {
    return scan.getAs("scan_id");
  }

  /** The name of the fleet. */
  public String fleet() {
    return scan.getAs("fleet");
  }

  /** When it began. */
  public Instant startedAt() {
    return scan.<Timestamp>getAs("started_at").toInstant();
  }

  /** The engines whose files were read, or those that were asked. */
  public List<EngineResult> engines(WeightSource source) {
    return scans
        .view("engines")
        .where(col("scan_id").equalTo(scanId()).and(col("source").equalTo(source.name())))
        .collectAsList()
        .stream()
        .map(EngineResult::of)
        .toList();
  }

  /** Everything that was found. */
  public List<Finding> findings() {
    return ofScan("findings").stream().map(FindingRow::finding).toList();
  }

  /**
   * How an engine's files were hashed.
   *
   * @return the digest that those of its ranks are made of, and, where the scan tells it, the
   *     profile and what else was left out, as in {@code sglang sglang-0.5.20}
   */
  public String hashing(String engine) {
    return scans
        .ofFiles("engines")
        .where(col("scan_id").equalTo(scanId()).and(col("engine").equalTo(engine)))
        .select(coalesce(col("hashing"), col("digest"), lit(scan.<String>getAs("digest"))))
        .first()
        .getString(0);
  }

  /** Why ranks of an engine have no checksum, by rank. */
  public List<String> incomplete(String engine) {
    return scans
        .ofFiles("ranks")
        .where(col("scan_id").equalTo(scanId()).and(col("engine").equalTo(engine)))
        .where(col("checksum").isNull())
        .orderBy("rank")
        .collectAsList()
        .stream()
        .map(RankResult::of)
        .map(r -> "rank %s is %s: %s".formatted(r.rank(), r.status(), r.reason().orElse("")))
        .toList();
  }

  /**
   * What a complete engine would answer, from its files: the first pipeline stage of every replica,
   * by rank, one rank in memory at a time.
   */
  public Iterator<AnsweredRank> answer(String engine) {
    Iterator<Row> rows = run(Query.of("live/answer").parameter("engine", engine)).toLocalIterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public AnsweredRank next() {
        return AnsweredRank.of(rows.next());
      }
    };
  }

  /** All copies, from one source, of all ranks of an engine, by rank and engine. */
  public List<Copy> copies(String engine, WeightSource source) {
    return rows("explain/copies", engine, source, Map.of()).stream()
        .map(
            row ->
                new Copy(
                    row.getAs("engine"),
                    row.<Integer>getAs("rank"),
                    row.<Integer>getAs("place"),
                    row.getAs("status"),
                    Optional.ofNullable(row.getAs("checksum")),
                    Optional.ofNullable(row.getAs("form")),
                    row.<Long>getAs("tensors"),
                    row.isNullAt(row.fieldIndex("storages"))
                        ? Map.of()
                        : row.getJavaMap(row.fieldIndex("storages"))))
        .toList();
  }

  /** The tensors that are not the same in all complete copies of a rank. */
  public List<DifferingTensor> differing(String engine, WeightSource source, int rankInReplica) {
    return rows("explain/tensors", engine, source, Map.of("place", rankInReplica)).stream()
        .map(
            row ->
                new DifferingTensor(
                    row.getAs("key"), row.<Long>getAs("contents"), row.<Long>getAs("copies")))
        .toList();
  }

  /** A tensor in all copies that have it. */
  public List<TensorCopy> tensor(
      String engine, WeightSource source, int rankInReplica, String key) {
    return rows("explain/tensor_copies", engine, source, Map.of("place", rankInReplica, "key", key))
        .stream()
        .map(FinishedScan::tensorCopy)
        .toList();
  }

  private List<Row> rows(
      String statement, String engine, WeightSource source, Map<String, Object> more) {
    Query query =
        Query.of(statement).parameter("engine", engine).parameter("source", source.name());
    more.forEach(query::parameter);
    return run(query).collectAsList();
  }

  private static TensorCopy tensorCopy(Row row) {
    List<String> sums = new ArrayList<>();
    Optional.ofNullable(row.<String>getAs("dtype"))
        .ifPresent(dtype -> sums.add(dtype + " " + row.getAs("shape")));
    Optional.ofNullable(row.<String>getAs("checksum")).ifPresent(sums::add);
    Optional.ofNullable(row.<String>getAs("sha256")).ifPresent(sums::add);
    Optional.ofNullable(row.<String>getAs("raw_checksum")).ifPresent(raw -> sums.add("raw " + raw));
    String content =
        List.of(TensorStatus.HASHED.name(), TensorStatus.PAIRED.name())
                .contains(row.<String>getAs("status"))
            ? String.join(" ", sums)
            : "%s: %s".formatted(row.getAs("status"), row.getAs("reason"));
    return new TensorCopy(
        row.getAs("engine"),
        row.<Integer>getAs("rank"),
        row.getAs("role"),
        content,
        row.getAs("copied_at"),
        Optional.ofNullable(row.getAs("file_offset_bytes")),
        Optional.ofNullable(row.getAs("executor"))
            .map(executor -> row.getAs("host") + "/" + executor)
            .map(by -> by + Optional.ofNullable(row.getAs("gpu")).map(g -> "/" + g).orElse("")),
        Optional.ofNullable(row.<String>getAs("name_in_file"))
            .map(name -> name + " in the file: " + row.getAs("reason")));
  }

  /** A row of the view {@code findings}. */
  public static Finding finding(Row row) {
    return FindingRow.finding(row);
  }

  /**
   * The rows of a statement over the views of finished scans. Its parameter {@code scan_id} is this
   * scan.
   */
  public Dataset<Row> run(Query query) {
    return scans.run(query.parameter("scan_id", scanId()));
  }

  private List<Row> ofScan(String view) {
    return scans.view(view).where(col("scan_id").equalTo(scanId())).collectAsList();
  }
}
