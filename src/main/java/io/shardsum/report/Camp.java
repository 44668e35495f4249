package io.shardsum.report;

import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * The copies of a tensor that have one content: a row of {@code report/camps.sql}.
 *
 * @param status HASHED, SKIPPED, ABSENT, or that of a rank that was not read as a whole
 * @param voters copies of one file are one
 * @param named the first engines of these
 * @param holdsFinding whether the copy that the finding is about is one of them
 * @param mibSums the sums of the MiBs; empty where there are none
 */
record Camp(
    String status,
    Optional<String> dtype,
    Optional<String> shape,
    Optional<String> checksum,
    long bytes,
    long copies,
    long voters,
    long engines,
    List<EngineKey> named,
    boolean holdsFinding,
    List<Long> mibSums) {

  static Camp of(Row row) {
    return new Camp(
        row.getAs("status"),
        Optional.ofNullable(row.getAs("dtype")),
        Optional.ofNullable(row.getAs("shape")),
        Optional.ofNullable(row.getAs("checksum")),
        Optional.ofNullable(row.<Long>getAs("bytes")).orElse(0L),
        row.<Long>getAs("copies"),
        row.<Long>getAs("voters"),
        row.<Long>getAs("engines"),
        row.<Row>getList(row.fieldIndex("named")).stream().map(EngineKey::of).toList(),
        row.<Boolean>getAs("holds_finding"),
        row.isNullAt(row.fieldIndex("mib_sums"))
            ? List.of()
            : row.getList(row.fieldIndex("mib_sums")));
  }
}
