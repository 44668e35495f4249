package io.shardsum.source;

import io.shardsum.checksum.SglangChecksum;
import java.nio.ByteBuffer;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF3;
import org.apache.spark.sql.types.DataTypes;

/**
 * The SQL function {@code chunk_sum(data BINARY, first_word BIGINT, tensor_bytes BIGINT) BIGINT}: a
 * chunk's part of its tensor's {@link SglangChecksum}. Chunk sums of a tensor add up, wrapping;
 * null where an argument is null.
 */
public class ChunkSum implements UDF3<byte[], Long, Long, Long> {

  private static final long serialVersionUID = 1;

  /** The function's name in SQL. */
  public static final String NAME = "chunk_sum";

  /** Registers the function in a session. */
  public static void register(SparkSession session) {
    new ChunkSum().registerIn(session);
  }

  /** Registers this function, or what extends it, in a session. */
  public final void registerIn(SparkSession session) {
    session.udf().register(NAME, this, DataTypes.LongType);
  }

  @Override
  public Long call(byte[] data, Long firstWord, Long tensorBytes) {
    if (data == null || firstWord == null || tensorBytes == null) {
      return null;
    }
    return new SglangChecksum().sum(ByteBuffer.wrap(data), firstWord, tensorBytes);
  }
}
