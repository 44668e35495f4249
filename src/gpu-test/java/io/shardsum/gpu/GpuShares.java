package io.shardsum.gpu;

import java.util.Locale;
import java.util.StringJoiner;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Which GPU has hashed how many bytes of a scan: {@code GpuShares OUT} prints a JSON list of
 * executor, gpu and bytes, from the table {@code tensors} in OUT.
 */
final class GpuShares {

  private GpuShares() {}

  public static void main(String[] arguments) {
    SparkSession session =
        SparkSession.builder()
            .master("local[4]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    StringJoiner shares = new StringJoiner(", ", "[", "]");
    for (Row row :
        session
            .read()
            .parquet(arguments[0] + "/tensors")
            .where("status = 'HASHED'")
            .groupBy("executor", "gpu")
            .sum("bytes")
            .orderBy("executor", "gpu")
            .collectAsList()) {
      shares.add(
          String.format(
              Locale.ROOT,
              "{\"executor\": \"%s\", \"gpu\": \"%s\", \"bytes\": %d}",
              row.get(0),
              row.get(1),
              row.getLong(2)));
    }
    System.out.println(shares);
    session.stop();
  }
}
