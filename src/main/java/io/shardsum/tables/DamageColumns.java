package io.shardsum.tables;

import io.shardsum.damage.Damage;
import io.shardsum.damage.DamagePattern;
import io.shardsum.damage.DamagedRange;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** {@link Damage} as columns of rows, all null where there is none. */
public final class DamageColumns {

  public static final String DDL =
      "pattern STRING, pattern_bytes BIGINT, ranges ARRAY<STRUCT<offset_bytes: BIGINT,"
          + " length_bytes: BIGINT, file_offset_bytes: BIGINT>>, range_count BIGINT,"
          + " differing_bytes BIGINT, differing_bits BIGINT, element_index BIGINT,"
          + " element ARRAY<BIGINT>, compared_bytes BIGINT";

  private static final int COUNT = StructType.fromDDL(DDL).size();

  private DamageColumns() {}

  /** A row's values with those of the columns behind them. */
  public static Object[] append(Object[] values, Optional<Damage> damage) {
    Object[] all = Arrays.copyOf(values, values.length + COUNT);
    damage
        .map(DamageColumns::values)
        .ifPresent(v -> System.arraycopy(v, 0, all, values.length, COUNT));
    return all;
  }

  private static Object[] values(Damage damage) {
    return new Object[] {
      damage.pattern().name(),
      damage.patternBytes().orElse(null),
      damage.ranges().stream()
          .map(r -> RowFactory.create(r.offsetBytes(), r.lengthBytes(), r.fileOffsetBytes()))
          .toArray(),
      damage.rangeCount(),
      damage.differingBytes(),
      damage.differingBits(),
      damage.elementIndex(),
      damage.element().toArray(),
      damage.comparedBytes()
    };
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
