package io.shardsum.tables;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

/**
 * A rank of a scanned engine, as the engine would answer for it: a row of {@code live/answer.sql}.
 *
 * @param worldRank in all replicas that have files of their own
 * @param dpSize how many replicas there are
 * @param checksum of the rank
 * @param roles of its models, the target first
 * @param tensors checksums by key
 */
public record AnsweredRank(
    int worldRank,
    int tpRank,
    int tpSize,
    int ppRank,
    int ppSize,
    int dpRank,
    int dpSize,
    String checksum,
    List<String> roles,
    Map<String, String> tensors) {

  static AnsweredRank of(Row row) {
    Map<String, String> tensors = new LinkedHashMap<>();
    for (Row tensor : row.<Row>getList(row.fieldIndex("tensors"))) {
      tensors.put(tensor.getAs("key"), tensor.getAs("checksum"));
    }
    return new AnsweredRank(
        row.<Integer>getAs("rank"),
        row.<Integer>getAs("tp_rank"),
        row.<Integer>getAs("tp_size"),
        row.<Integer>getAs("pp_rank"),
        row.<Integer>getAs("pp_size"),
        row.<Integer>getAs("dp_rank"),
        row.<Integer>getAs("dp_size"),
        row.getAs("checksum"),
        new ArrayList<>(row.<String>getList(row.fieldIndex("roles"))),
        tensors);
  }

  /** The ranks of one replica. */
  public int replicaSize() {
    return tpSize * ppSize;
  }

  /** The rank in its replica. */
  public int rank() {
    return worldRank % replicaSize();
  }
}
