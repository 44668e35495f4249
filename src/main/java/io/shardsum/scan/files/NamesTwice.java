package io.shardsum.scan.files;

import io.shardsum.tables.Query;
import io.shardsum.verdict.RankOfEngine;
import io.shardsum.verdict.RankStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Ranks in which a name stands for two tensors: says which name, and in which files. */
public final class NamesTwice {

  private NamesTwice() {}

  /**
   * The rows of the table {@code ranks}, with that reason where it applies.
   *
   * @param tensors the rows of the table that come from files
   */
  public static List<Row> named(Dataset<Row> tensors, List<Row> ranks, StructType schema) {
    int status = schema.fieldIndex("status");
    List<Row> unreadable =
        ranks.stream()
            .filter(row -> row.getString(status).equals(RankStatus.UNREADABLE.name()))
            .toList();
    if (unreadable.isEmpty()) {
      return ranks;
    }
    SparkSession session = tensors.sparkSession();
    Map<RankOfEngine, String> reasons = new HashMap<>();
    for (Row row :
        Query.of("names_twice")
            .with("tensors", tensors)
            .with("unreadable_ranks", session.createDataFrame(unreadable, schema))
            .in(session)
            .collectAsList()) {
      reasons.put(new RankOfEngine(row.getAs("engine"), row.<Integer>getAs("rank")), reason(row));
    }
    return reasons.isEmpty()
        ? ranks
        : session
            .createDataFrame(ranks.stream().map(r -> with(r, reasons, schema)).toList(), schema)
            .collectAsList();
  }

  private static Row with(Row row, Map<RankOfEngine, String> reasons, StructType schema) {
    Object[] values = new Object[schema.size()];
    for (int at = 0; at < values.length; at++) {
      values[at] = row.get(at);
    }
    String reason = reasons.get(new RankOfEngine(row.getAs("engine"), row.<Integer>getAs("rank")));
    if (reason != null) {
      values[schema.fieldIndex("reason")] = reason;
    }
    return RowFactory.create(values);
  }

  private static String reason(Row row) {
    List<String> files = new ArrayList<>(row.getList(row.fieldIndex("files")));
    long more = row.<Long>getAs("more");
    return "tensor %s is %s%s: expected each name once"
        .formatted(
            row.getAs("key"),
            files.size() == 1
                ? "twice in " + files.get(0)
                : "in %s files: %s"
                    .formatted(
                        files.size() == 2 ? "two" : Integer.toString(files.size()),
                        String.join(" and ", files)),
            more == 0 ? "" : ", as are " + more + " other tensors");
  }
}
