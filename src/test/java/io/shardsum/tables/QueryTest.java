package io.shardsum.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LocalSpark.class)
class QueryTest {

  private static final Path STATEMENTS = Path.of("src/main/resources/sql");

  static List<String> statements() throws IOException {
    try (Stream<Path> files = Files.walk(STATEMENTS)) {
      return files
          .filter(file -> file.toString().endsWith(".sql"))
          .map(file -> STATEMENTS.relativize(file).toString().replace(".sql", ""))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("statements")
  void namesEachInputInItsHeaderByOneWord(String statement) {
    assertThat(Query.inputs(SqlFile.text(statement)))
        .isNotEmpty()
        .allSatisfy(input -> assertThat(input).matches("[a-z_]+"));
  }

  @Test
  void bindsInputsByName(SparkSession session) {
    Dataset<Row> tensors =
        session.sql(
            "SELECT 'a' AS engine, 0 AS rank, 'HASHED' AS status, CAST(NULL AS STRING) AS reason");

    List<Row> rows =
        Query.of("live/skipped").with("live_tensors", tensors).in(session).collectAsList();

    assertThat(rows).isEmpty();
    assertThat(session.catalog().tableExists("live_tensors")).isFalse();
  }

  @Test
  void refusesAnInputThatTheHeaderDoesNotName(SparkSession session) {
    assertThatThrownBy(() -> Query.of("live/skipped").with("tensors", session.range(1).toDF()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("live/skipped.sql takes [live_tensors], and not tensors");
  }
}
