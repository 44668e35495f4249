package io.shardsum.tables;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import java.sql.Timestamp;
import java.time.YearMonth;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * The scans whose rows are gathered: those of a month in one file of each table but {@code
 * tensors}.
 *
 * <pre>OUT/TABLE/scan_date=2026-11-01/scan_id=_month-2026-11-000007-1a2b3c4d/*.parquet</pre>
 *
 * <p>Two more columns say of which scan a row is. A gathering counts as soon as it has its file in
 * {@code scans}, which is written last; of those of one month the newest counts. The directories of
 * a scan that is gathered count no more, unless a scan was begun later under its name.
 */
public final class GatheredScans {

  /** The column that says on which day the scan of a gathered row began. */
  static final String OF_DATE = "of_scan_date";

  /** The column that says of which scan a gathered row is. */
  static final String OF_SCAN = "of_scan_id";

  /** An older Shardsum, which does not know of gatherings, refuses tables of it. */
  static final int SCHEMA_VERSION = 6;

  /** The column of views that says in which directory a row lies. */
  public static final String LANDED_IN = "landed_in";

  private static final String DATE = "scan_date";
  private static final String SCAN = "scan_id";
  private static final String STARTED = "started_at";

  /** No name of a scan begins so. */
  private static final String NAME = "_month-";

  private static final int MONTH_END = NAME.length() + "2026-11".length();

  /** By name of a scan: the gathering that has its rows. */
  private final Map<String, String> gatherings;

  private GatheredScans(Map<String, String> gatherings) {
    this.gatherings = gatherings;
  }

  /**
   * Looks which scans are gathered, and where.
   *
   * @param scans the table of scans as it lies: {@code scan_id}, {@code of_scan_id} and {@code
   *     started_at} are read
   */
  public static GatheredScans of(List<Row> scans) {
    Map<String, String> newest = new HashMap<>();
    Map<String, Timestamp> own = new HashMap<>();
    for (Row row : scans) {
      String name = row.getAs(SCAN);
      if (isGathering(name)) {
        newest.merge(month(name), name, (a, b) -> a.compareTo(b) > 0 ? a : b);
      } else {
        own.put(name, row.getAs(STARTED));
      }
    }
    Map<String, String> gatherings = new TreeMap<>();
    Map<String, Timestamp> last = new HashMap<>(own);
    for (Row row : scans) {
      String name = row.getAs(SCAN);
      if (isGathering(name) && newest.get(month(name)).equals(name)) {
        String of = row.getAs(OF_SCAN);
        Timestamp started = row.getAs(STARTED);
        if (!last.getOrDefault(of, started).after(started)) {
          last.put(of, started);
          gatherings.put(of, name);
        }
      }
    }
    return new GatheredScans(gatherings);
  }

  /** Columns of a table, and those that say of which scan a row is. */
  public static StructType withScan(StructType columns, String typeOfDate) {
    return columns
        .add(OF_DATE, "date")
        .add(OF_SCAN, "string")
        .add(DATE, typeOfDate)
        .add(SCAN, "string");
  }

  /** Whether it is the name of a gathering, and not of a scan. */
  public static boolean isGathering(String name) {
    return name.startsWith(NAME);
  }

  /** As it is in the names of gatherings: {@code _month-2026-11}. */
  static String month(String gathering) {
    return gathering.substring(0, MONTH_END);
  }

  /** The name of a gathering; a later number is a greater name. */
  static String name(YearMonth month, int number, String random) {
    return String.format(Locale.ROOT, "%s%s-%06d-%s", NAME, month, number, random);
  }

  /** Whether it is a gathering of a month. */
  static boolean isOf(YearMonth month, String name) {
    return name.startsWith(NAME + month + "-");
  }

  /** The number of a gathering. */
  static int number(String gathering) {
    return Integer.parseInt(gathering.substring(MONTH_END + 1, MONTH_END + 7));
  }

  /** The gathering that has the rows of a scan; empty: the scan has them itself. */
  Optional<String> gathering(String scanId) {
    return Optional.ofNullable(gatherings.get(scanId));
  }

  /** Where a gathering is in every table. */
  static ScanPartition place(String gathering) {
    String month = gathering.substring(NAME.length(), MONTH_END);
    return ScanPartition.of(YearMonth.parse(month).atDay(1), gathering);
  }

  /** By gathering that counts: how many scans it has. */
  Map<String, Long> sizes() {
    return gatherings.values().stream()
        .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
  }

  /**
   * The rows that count. Their column {@code landed_in} is for views, which compare it: here it is
   * the scan.
   *
   * @param files the rows of a table but {@code tensors} as they lie, with the columns of {@link
   *     #withScan}
   * @return without the columns that only gathered rows have: date and name are those of the scan
   */
  public Dataset<Row> counted(Dataset<Row> files) {
    return counted(
        files
            .where(not(col(SCAN).isInCollection(gatherings.keySet())))
            .where(not(col(SCAN).startsWith(NAME)).or(col(SCAN).isInCollection(sizes().keySet()))),
        gatherings);
  }

  /** The rows that count of some scans: no other file is read. */
  public Dataset<Row> countedOf(Set<String> scanIds, Dataset<Row> files) {
    Set<String> places = new HashSet<>();
    scanIds.forEach(scanId -> places.add(gatherings.getOrDefault(scanId, scanId)));
    Map<String, String> gathered = new HashMap<>(gatherings);
    gathered.keySet().retainAll(scanIds);
    return counted(files.where(col(SCAN).isInCollection(places)), gathered);
  }

  /** A scan's rows count in one gathering, whichever others have rows under its name. */
  private static Dataset<Row> counted(Dataset<Row> files, Map<String, String> gathered) {
    Set<String> pairs = new HashSet<>();
    gathered.forEach((scanId, gathering) -> pairs.add(gathering + "/" + scanId));
    return files
        .where(
            col(OF_SCAN)
                .isNull()
                .or(concat(col(SCAN), lit("/"), col(OF_SCAN)).isInCollection(pairs)))
        .withColumn(
            DATE, coalesce(col(OF_DATE).cast(files.schema().apply(DATE).dataType()), col(DATE)))
        .withColumn(SCAN, coalesce(col(OF_SCAN), col(SCAN)))
        .withColumn(LANDED_IN, col(SCAN))
        .drop(OF_DATE, OF_SCAN);
  }
}
