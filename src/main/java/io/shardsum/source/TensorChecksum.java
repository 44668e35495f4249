package io.shardsum.source;

import io.shardsum.checksum.SglangChecksum;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * The SQL function {@code sglang_checksum(sum BIGINT) STRING}: the checksum of a tensor whose chunk
 * sums add up to {@code sum}, as 16 hex digits; null where the sum is null.
 */
public class TensorChecksum implements UDF1<Long, String> {

  private static final long serialVersionUID = 1;

  /** The function's name in SQL. */
  public static final String NAME = "sglang_checksum";

  /** Registers the function in a session. */
  public static void register(SparkSession session) {
    new TensorChecksum().registerIn(session);
  }

  /** Registers this function, or what extends it, in a session. */
  public final void registerIn(SparkSession session) {
    session.udf().register(NAME, this, DataTypes.StringType);
  }

  @Override
  public String call(Long sum) {
    return sum == null ? null : SglangChecksum.finish(sum);
  }
}
