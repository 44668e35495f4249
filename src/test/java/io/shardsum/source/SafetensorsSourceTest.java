package io.shardsum.source;

import io.shardsum.testing.LocalSpark;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LocalSpark.class)
class SafetensorsSourceTest {

  private static SparkSession spark;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
    ChunkSum.register(spark);
  }

  @Test
  void givesTheRowsOfTheRealFile() {
    Dataset<Row> rows = spark.read().format("safetensors").load("src/test/resources/golden/real");
    rows.printSchema();
    rows.drop("data").show(20, 40, false);
    rows.selectExpr("chunk_sum(data, first_word, tensor_bytes) = _chunk_sum as same")
        .distinct()
        .show();
    rows.createOrReplaceTempView("real");
    spark.sql("create table t using safetensors options (path 'src/test/resources/golden/real')");
    spark.sql("select tensor, count(*), sum(length(data)) from t group by 1").show();
    spark.sql("select _chunk_sum, _sha256, _executor, _host from t").show(100, false);
    spark.sql("select _chunk_sum, _sha256, _executor, _host from t").explain();
  }
}
