package io.shardsum.history;

import io.shardsum.tables.Scope;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The scans of a fleet in the order in which they began, numbered from 1.
 *
 * @param firstShown the number of the first scan that is told of; those before it are looked at
 */
record NumberedScans(List<PastScan> scans, int firstShown) {

  static final StructType COLUMNS =
      StructType.fromDDL(
          "fleet STRING, number INT, scan_date DATE, scan_id STRING, started_at TIMESTAMP,"
              + " digest STRING, is_whole BOOLEAN, whole_before INT, whole_until INT, shown BOOLEAN,"
              + " is_last BOOLEAN");

  static final Comparator<PastScan> ORDER =
      Comparator.comparing(PastScan::startedAt).thenComparing(PastScan::scanId);

  NumberedScans {
    scans = List.copyOf(scans);
  }

  String fleet() {
    return scans.get(0).fleet();
  }

  PastScan last() {
    return scans.get(scans.size() - 1);
  }

  /** The same without some scans, of which none is the last. */
  NumberedScans without(Set<String> scanIds) {
    List<PastScan> kept = scans.stream().filter(s -> !scanIds.contains(s.scanId())).toList();
    long before =
        scans.stream().limit(firstShown - 1L).filter(s -> !scanIds.contains(s.scanId())).count();
    return new NumberedScans(kept, Math.toIntExact(before) + 1);
  }

  /** The scan whose number a row has in a column; empty where that is null. */
  Optional<PastScan> numbered(Row row, String column) {
    return Optional.ofNullable(row.<Integer>getAs(column)).map(number -> scans.get(number - 1));
  }

  List<PastScan> shown() {
    return scans.subList(firstShown - 1, scans.size());
  }

  /** The rows of the view {@code history_scans}. */
  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    int whole = 0;
    for (PastScan scan : scans) {
      int number = rows.size() + 1;
      int wholeBefore = whole;
      whole += scan.scope() == Scope.FLEET ? 1 : 0;
      rows.add(
          RowFactory.create(
              scan.fleet(),
              number,
              Date.valueOf(scan.date()),
              scan.scanId(),
              Timestamp.from(scan.startedAt()),
              scan.digest(),
              scan.scope() == Scope.FLEET,
              wholeBefore,
              whole,
              number >= firstShown,
              number == scans.size()));
    }
    return rows;
  }

  /** The days between the first and the last shown scan on which none began. */
  List<LocalDate> daysWithoutScan() {
    Set<LocalDate> days = new HashSet<>();
    shown().forEach(scan -> days.add(scan.date()));
    LocalDate first = shown().get(0).date();
    LocalDate last = last().date();
    return first.datesUntil(last.plusDays(1)).filter(day -> !days.contains(day)).toList();
  }
}
