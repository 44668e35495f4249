package io.shardsum.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.UnresolvedRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.UnresolvedWith;
import org.apache.spark.sql.execution.SparkSqlParser;
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

  @ParameterizedTest
  @MethodSource("statements")
  void readsExactlyTheInputsOfItsHeader(String statement) {
    String text = SqlFile.text(statement);

    assertThat(relations(new SparkSqlParser().parsePlan(text), Set.of()))
        .containsExactlyInAnyOrderElementsOf(Query.inputs(text));
  }

  /**
   * The relations that a parsed plan reads, wherever in it.
   *
   * @param defined by a WITH around it: these are none
   */
  private static Set<String> relations(LogicalPlan plan, Set<String> defined) {
    if (plan instanceof UnresolvedRelation relation) {
      return defined.contains(relation.name()) ? Set.of() : Set.of(relation.name());
    }
    Set<String> known = new HashSet<>(defined);
    Set<String> found = new TreeSet<>();
    if (plan instanceof UnresolvedWith with) {
      for (int cte = 0; cte < with.cteRelations().size(); cte++) {
        found.addAll(relations(with.cteRelations().apply(cte)._2(), known));
        known.add(with.cteRelations().apply(cte)._1());
      }
    }
    for (int child = 0; child < plan.children().size(); child++) {
      found.addAll(relations(plan.children().apply(child), known));
    }
    for (int subquery = 0; subquery < plan.subqueries().size(); subquery++) {
      found.addAll(relations(plan.subqueries().apply(subquery), known));
    }
    return found;
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
