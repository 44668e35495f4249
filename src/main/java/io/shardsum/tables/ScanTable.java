package io.shardsum.tables;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/** A table that a scan lands, and its columns, besides {@code scan_date} and {@code scan_id}. */
public enum ScanTable {
  /** One row a tensor. */
  TENSORS(
      "tensor of a rank, and source",
      column("engine", "STRING"),
      column("source", "STRING").since(2).inOlderTables("'FILES'"),
      column("rank", "INT"),
      column("role", "STRING"),
      column("tensor", "STRING"),
      column("key", "STRING"),
      column("name_in_file", "STRING").since(2),
      column("dtype", "STRING"),
      column("shape", "ARRAY<BIGINT>"),
      column("bytes", "BIGINT"),
      column("file", "STRING"),
      column("file_tensors", "INT"),
      column("file_offset_bytes", "BIGINT"),
      column("file_modified_at", "TIMESTAMP"),
      column("status", "STRING"),
      column("reason", "STRING"),
      column("checksum", "STRING"),
      column("sha256", "STRING"),
      column("raw_checksum", "STRING")
          .since(2)
          .saying("of a block-quantized pair: of what the file has"),
      column("chunk_sums", "ARRAY<BIGINT>").saying("one a MiB, of the stored bytes"),
      column("host", "STRING"),
      column("executor", "STRING"),
      column("gpu", "STRING"),
      column("read_through", "STRING").since(4),
      column("file_bytes", "BIGINT").since(4),
      column("file_identity", "STRING").since(4).saying("its inode, or its ETag"),
      column("evidence", "STRING")
          .since(4)
          .inOlderTables("CASE WHEN coalesce(source, 'FILES') = 'FILES' THEN 'COMPUTED' END")
          .saying(
              "of files: COMPUTED in this scan, or [REUSED](tuning.md#not-everything-each-night)"),
      column("hashed_at", "TIMESTAMP").since(4).saying("when the scan began that computed it"),
      column("file_sha256", "STRING")
          .since(5)
          .saying("with `--file-digest`: of the whole file, in the row of its last tensor")),
  /** One row an expected rank. */
  RANKS(
      "expected rank and source",
      column("engine", "STRING"),
      column("source", "STRING").since(2).inOlderTables("'FILES'"),
      column("rank", "INT"),
      column("tp_rank", "INT"),
      column("tp_size", "INT"),
      column("pp_rank", "INT"),
      column("pp_size", "INT"),
      column("dp_rank", "INT"),
      column("dp_size", "INT"),
      column("digest", "STRING").since(2),
      column("status", "STRING"),
      column("checksum", "STRING"),
      column("tensors", "BIGINT"),
      column("skipped", "BIGINT"),
      column("bytes", "BIGINT"),
      column("reason", "STRING"),
      column("reported", "STRING").since(2).saying("the running engine's own checksum of it"),
      column("storages", "STRING").since(2).saying("which files it is read from, by role, as JSON"),
      column("read_bytes", "BIGINT").since(4).saying("of `bytes`: read in this scan"),
      column("hashed_at", "TIMESTAMP").since(4).saying("of its oldest digest"),
      column("different_tensors", "BIGINT")
          .since(2)
          .saying("null where nothing differs, or it is not known how much"),
      column("different_bytes", "BIGINT").since(2).saying("likewise")),
  /** One row an engine. */
  ENGINES(
      "engine and source",
      column("engine", "STRING"),
      column("source", "STRING").since(2).inOlderTables("'FILES'"),
      column("model", "STRING"),
      column("revision", "STRING"),
      column("comparison_group", "STRING"),
      column("digest", "STRING").since(2),
      column("expected_ranks", "INT"),
      column("hashed_ranks", "INT"),
      column("missing_ranks", "INT"),
      column("status", "STRING"),
      column("checksum", "STRING"),
      column("bytes", "BIGINT"),
      column("reported", "STRING").since(2).saying("the running engine's own checksum"),
      column("host", "STRING")
          .since(2)
          .saying("where a running engine was asked, or on whose disks files lie"),
      column("engine_version", "STRING").since(2),
      column("fetched_at", "TIMESTAMP").since(2).saying("when a running engine was asked"),
      column("other_fields", "STRING")
          .since(2)
          .saying("what else a running engine answered, as JSON"),
      column("hashing", "STRING").since(2).saying("digest, profile, what was left out"),
      column("storages", "STRING")
          .since(2)
          .saying("which files it reads, by role, as JSON: equal where the files are the same"),
      column("read_bytes", "BIGINT").since(4).saying("of `bytes`: read in this scan"),
      column("hashed_at", "TIMESTAMP").since(4).saying("of its oldest digest"),
      column("hashed_as", "STRING")
          .since(4)
          .saying("all settings that its digests follow from, besides the release"),
      column("agrees_with", "ARRAY<STRING>")
          .since(2)
          .saying("the engines that hold the same in other storage"),
      column("same_storage", "ARRAY<STRING>")
          .since(2)
          .saying("those that read the same files, or answer at the same address"),
      column("reference", "STRING")
          .since(2)
          .saying(
              "against what is [right by declaration](findings.md#who-decides): IS_REFERENCE, EQUAL,"
                  + " DIFFERENT, UNSETTLED"),
      column("reference_tensors", "BIGINT").since(2).saying("how many were compared with it"),
      column("agreement", "STRING").since(2).saying("AGREES WITH, in the summary's words")),
  /** One row for each thing that is wrong. */
  FINDINGS(
      "thing that is wrong or unchecked",
      column("engine", "STRING"),
      column("source", "STRING").since(2).inOlderTables("'FILES'"),
      column("rank", "INT"),
      column("role", "STRING"),
      column("tensor", "STRING"),
      column("kind", "STRING"),
      column("severity", "STRING"),
      column("expected", "STRING"),
      column("actual", "STRING"),
      column("votes", "STRING"),
      column("cause", "STRING"),
      column("location", "STRING"),
      column("detail", "STRING"),
      column("pattern", "STRING")
          .since(2)
          .saying("this and the next eight: where bytes were compared"),
      column("pattern_bytes", "BIGINT").since(2),
      column(
              "ranges",
              "ARRAY<STRUCT<offset_bytes: BIGINT, length_bytes: BIGINT, file_offset_bytes: BIGINT>>")
          .since(2)
          .saying("`offset_bytes`, `length_bytes`, `file_offset_bytes`"),
      column("range_count", "BIGINT").since(2),
      column("differing_bytes", "BIGINT").since(2),
      column("differing_bits", "BIGINT").since(2),
      column("element_index", "BIGINT").since(2),
      column("element", "ARRAY<BIGINT>").since(2),
      column("compared_bytes", "BIGINT").since(2),
      column("host", "STRING").since(2).saying("this and the next two: what read the wrong bytes"),
      column("executor", "STRING").since(2),
      column("gpu", "STRING").since(2),
      column("tensors", "ARRAY<STRING>")
          .since(2)
          .saying("the first 10,000, where it is about several"),
      column("ranks", "ARRAY<INT>")
          .since(3)
          .inOlderTables(
              "try_cast(split(CASE WHEN engine IS NOT NULL AND location LIKE 'ranks %' THEN"
                  + " substring(location, 7) ELSE CAST(rank AS STRING) END, ', ') AS ARRAY<INT>)")
          .saying("those that it is about; null: all")),
  /** One row a scan, written last: a scan without its row here does not exist. */
  SCANS(
      "scan",
      column("schema_version", "INT"),
      column("fleet", "STRING"),
      column("started_at", "TIMESTAMP"),
      column("finished_at", "TIMESTAMP"),
      column("tool_version", "STRING"),
      column("spark_version", "STRING"),
      column("accelerator", "STRING"),
      column("digest", "STRING"),
      column("chunk_bytes", "INT"),
      column("engines", "INT"),
      column("ranks", "INT"),
      column("tensors", "BIGINT"),
      column("bytes", "BIGINT"),
      column("verdict", "STRING"),
      column("settings", "STRING").saying("as JSON"),
      column("canaries", "INT").since(2),
      column("canaries_found", "INT").since(2),
      column("resumed_ranks", "INT")
          .since(4)
          .saying("of a resumed scan: of which no file was read again"),
      column("resumed_bytes", "BIGINT")
          .since(4)
          .saying("likewise: of files that were not read again"),
      column(
              "hosts",
              "ARRAY<STRUCT<host: STRING, bytes: BIGINT, task_seconds: DOUBLE, seconds: DOUBLE,"
                  + " bytes_per_second: BIGINT, slow: BOOLEAN>>")
          .since(4)
          .saying(
              "what each host has read: `host`, `bytes`, `task_seconds` of all its tasks, `seconds`"
                  + " in which it had any, `bytes_per_second` of a task, `slow`"),
      column("read_bytes", "BIGINT").since(4).saying("of `bytes`: read in this scan"),
      column("hashed_at", "TIMESTAMP").since(4).saying("of its oldest digest"));

  /**
   * The version of all columns: that of the youngest, or of gatherings. Tables of a newer one are
   * not read.
   */
  public static final int SCHEMA_VERSION =
      Arrays.stream(values())
          .flatMap(table -> table.columns.stream())
          .mapToInt(Column::since)
          .reduce(GatheredScans.SCHEMA_VERSION, Math::max);

  /**
   * A column of a table.
   *
   * @param type as Spark writes it
   * @param since the schema version that brought it: older tables do not have it
   * @param comment for who reads the tables; empty where the name says it
   * @param inOlderTables an expression over the other columns that has its value in tables without
   *     it; empty: null
   */
  public record Column(
      String name, String type, int since, String comment, Optional<String> inOlderTables) {

    private Column since(int version) {
      return new Column(name, type, version, comment, inOlderTables);
    }

    private Column saying(String words) {
      return new Column(name, type, since, words, inOlderTables);
    }

    private Column inOlderTables(String expression) {
      return new Column(name, type, since, comment, Optional.of(expression));
    }

    /** Its value, also in tables that do not have it, where it is read as null. */
    String expression() {
      return inOlderTables
          .map(older -> "coalesce(%s, %s) AS %1$s".formatted(name, older))
          .orElse(name);
    }
  }

  private final String rowPer;

  @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
  private final List<Column> columns;

  @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
  private final StructType schema;

  ScanTable(String rowPer, Column... columns) {
    this.rowPer = rowPer;
    this.columns = List.of(columns);
    this.schema = schema(this.columns.stream());
  }

  private static Column column(String name, String type) {
    return new Column(name, type, 1, "", Optional.empty());
  }

  /** The table's directory, and its name in SQL. */
  public String tableName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What has one row in it. */
  public String rowPer() {
    return rowPer;
  }

  /** Its columns in order. */
  public List<Column> columns() {
    return columns;
  }

  /** Its columns as Spark knows them. */
  public StructType schema() {
    return schema;
  }

  /**
   * Some of its columns.
   *
   * @throws IllegalArgumentException if it has no column of such a name
   */
  public StructType schema(String... names) {
    return schema(Arrays.stream(names).map(this::column));
  }

  private static StructType schema(Stream<Column> columns) {
    StructType schema = new StructType();
    for (Column column : columns.toList()) {
      schema = schema.add(column.name(), column.type());
    }
    return schema;
  }

  private Column column(String name) {
    return columns.stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no column %s in %s".formatted(name, tableName())));
  }

  /** Rows that were read of its files, with what older tables do not say. */
  public Dataset<Row> completed(Dataset<Row> read) {
    List<String> names = columns.stream().map(Column::name).toList();
    return read.selectExpr(
        Arrays.stream(read.columns())
            .map(name -> names.contains(name) ? column(name).expression() : name)
            .toArray(String[]::new));
  }
}
