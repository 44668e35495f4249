package io.shardsum.signing;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StructType;

/**
 * The SHA-256 of a row: of its values in order, each behind a byte that says its type. Integers
 * have 8 bytes whatever their type, big-endian; doubles their bits; times 8 bytes of seconds and 4
 * of nanoseconds; texts 4 bytes of length and UTF-8; lists and rows 4 bytes of their size and each
 * value.
 */
final class RowDigest {

  private static final int NULL = 0;
  private static final int TEXT = 1;
  private static final int INTEGER = 2;
  private static final int DOUBLE = 3;
  private static final int TIME = 4;
  private static final int BOOLEAN = 5;
  private static final int LIST = 6;
  private static final int ROW = 7;

  private RowDigest() {}

  /** In lower-case hex. */
  static String of(Row row) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(row, new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DigestUtils.sha256Hex(bytes.toByteArray());
  }

  private static void write(Row row, DataOutputStream out) throws IOException {
    StructType columns = row.schema();
    out.writeByte(ROW);
    out.writeInt(row.size());
    for (int i = 0; i < row.size(); i++) {
      boolean isList = columns.apply(i).dataType() instanceof ArrayType;
      write(isList && !row.isNullAt(i) ? row.getList(i) : row.get(i), out);
    }
  }

  private static void write(Object value, DataOutputStream out) throws IOException {
    if (value == null) {
      out.writeByte(NULL);
    } else if (value instanceof String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.writeByte(TEXT);
      out.writeInt(bytes.length);
      out.write(bytes);
    } else if (value instanceof Integer || value instanceof Long) {
      out.writeByte(INTEGER);
      out.writeLong(((Number) value).longValue());
    } else if (value instanceof Double number) {
      out.writeByte(DOUBLE);
      out.writeLong(Double.doubleToLongBits(number));
    } else if (value instanceof Timestamp timestamp) {
      Instant time = timestamp.toInstant();
      out.writeByte(TIME);
      out.writeLong(time.getEpochSecond());
      out.writeInt(time.getNano());
    } else if (value instanceof Boolean bit) {
      out.writeByte(BOOLEAN);
      out.writeBoolean(bit);
    } else if (value instanceof List<?> list) {
      out.writeByte(LIST);
      out.writeInt(list.size());
      for (Object item : list) {
        write(item, out);
      }
    } else if (value instanceof Row row) {
      write(row, out);
    } else {
      throw new IllegalStateException("No table has a " + value.getClass());
    }
  }
}
