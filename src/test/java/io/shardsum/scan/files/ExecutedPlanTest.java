package io.shardsum.scan.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.tables.SqlStage;
import io.shardsum.testing.LocalSpark;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.QueryExecution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LocalSpark.class)
class ExecutedPlanTest {

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void hasTheOperatorsOfAQuery(String adaptive, SparkSession spark) {
    SparkSession session = session(spark, adaptive);
    Dataset<Row> rows =
        session.sql("SELECT id % 3 AS k, count(*) FROM range(0, 9, 1, 2) GROUP BY 1");

    rows.collectAsList();

    assertThat(ExecutedPlan.operators(rows.queryExecution().executedPlan()))
        .containsOnlyOnce("Exchange")
        .contains("HashAggregate")
        .doesNotContain("AdaptiveSparkPlan", "ShuffleQueryStage")
        .last()
        .asString()
        .startsWith("Range");
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void hasTheOperatorsOfAWrite(String adaptive, SparkSession spark, @TempDir Path directory) {
    SparkSession session = session(spark, adaptive);
    String out = directory.resolve("out").toString();
    session.range(1).createOrReplaceTempView("another");
    Dataset<Row> rows =
        session.sql("SELECT id, n FROM range(9) JOIN (VALUES (1), (2)) AS t(n) ON id = n");

    QueryExecution written =
        ExecutedWrite.of(
            session, new org.apache.hadoop.fs.Path(out), () -> rows.write().parquet(out));

    List<String> operators = ExecutedPlan.operators(written.executedPlan());
    assertThat(operators.get(0)).startsWith("Execute InsertInto");
    assertThat(operators)
        .contains("WriteFiles", "LocalTableScan")
        .anyMatch(name -> name.startsWith("Range"))
        .anyMatch(name -> name.endsWith("Join"))
        .doesNotContain("AdaptiveSparkPlan", "BroadcastQueryStage");
  }

  @Test
  void isNamedAsThePlansOfAScanAre(SparkSession spark) {
    AcceleratedPlans plans = new AcceleratedPlans();
    plans.addBytesOnGpu(1);
    Dataset<Row> rows = spark.sql("SELECT n FROM VALUES (1), (2) AS t(n)");
    rows.collectAsList();

    plans.add(SqlStage.RANKS, ExecutedPlan.operators(rows.queryExecution().executedPlan()));
    plans.add(SqlStage.RANKS, List.of("GpuProject"));

    assertThat(plans.text()).isEqualTo("gpu");
  }

  private static SparkSession session(SparkSession spark, String adaptive) {
    SparkSession session = spark.newSession();
    session.conf().set("spark.sql.adaptive.enabled", adaptive);
    return session;
  }
}
