package io.shardsum.tables;

import io.shardsum.damage.Damage;
import io.shardsum.damage.DamagePattern;
import io.shardsum.damage.DamagedRange;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** {@link Damage} as columns of rows, all null where there is none. */
public final class DamageColumns {

  /** The columns, as those of the table {@code findings}. */
  public static final String DDL =
      ScanTable.FINDINGS
          .schema(
              "pattern",
              "pattern_bytes",
              "ranges",
              "range_count",
              "differing_bytes",
              "differing_bits",
              "element_index",
              "element",
              "compared_bytes")
          .toDDL();

  private DamageColumns() {}

  /** Sets the columns of a row. */
  public static void set(NamedRow row, Damage damage) {
    row.with("pattern", damage.pattern().name())
        .with("pattern_bytes", damage.patternBytes())
        .with("ranges", damage.ranges().stream().map(DamageColumns::range).toList())
        .with("range_count", damage.rangeCount())
        .with("differing_bytes", damage.differingBytes())
        .with("differing_bits", damage.differingBits())
        .with("element_index", damage.elementIndex())
        .with("element", damage.element())
        .with("compared_bytes", damage.comparedBytes());
  }

  private static Row range(DamagedRange range) {
    return RowFactory.create(range.offsetBytes(), range.lengthBytes(), range.fileOffsetBytes());
  }

  public static Optional<Damage> damage(Row row) {
    if (row.getAs("pattern") == null) {
      return Optional.empty();
    }
    List<Row> ranges = row.getList(row.fieldIndex("ranges"));
    return Optional.of(
        new Damage(
            DamagePattern.valueOf(row.getAs("pattern")),
            Optional.ofNullable(row.getAs("pattern_bytes")),
            ranges.stream()
                .map(r -> new DamagedRange(r.getLong(0), r.getLong(1), r.getLong(2)))
                .toList(),
            row.<Long>getAs("range_count"),
            row.<Long>getAs("differing_bytes"),
            row.<Long>getAs("differing_bits"),
            row.<Long>getAs("element_index"),
            row.getList(row.fieldIndex("element")),
            row.<Long>getAs("compared_bytes")));
  }
}
