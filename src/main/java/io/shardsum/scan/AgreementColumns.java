package io.shardsum.scan;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.judge.SourceResult;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.NamedRow;
import io.shardsum.tables.ScanTable;
import io.shardsum.verdict.Agreement;
import io.shardsum.verdict.Agreement.WithReference;
import io.shardsum.verdict.AgreementWords;
import io.shardsum.verdict.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of the table {@code engines} that say who agrees with whom.
 *
 * <ul>
 *   <li>{@code agrees_with}: the engines that hold the same in other storage
 *   <li>{@code same_storage}: those that read the same files, or that answer at the same address
 *   <li>{@code reference}: the {@linkplain Agreement.Outcome outcome} against what is right by
 *       declaration, and {@code reference_tensors}: how many tensors were compared with it
 *   <li>{@code agreement}: what the terminal and the page say; null where the engine is incomplete
 * </ul>
 */
final class AgreementColumns {

  private static final List<String> KEYS = List.of("engine", "source");
  private static final StructType SCHEMA =
      ScanTable.ENGINES.schema(
          "engine",
          "source",
          "agrees_with",
          "same_storage",
          "reference",
          "reference_tensors",
          "agreement");

  private AgreementColumns() {}

  static AddedColumns of(List<SourceResult> results, List<Finding> findings) {
    List<Row> rows = new ArrayList<>();
    for (SourceResult result : results) {
      AgreementWords words = AgreementWords.of(result.source(), result.agreements(), findings);
      for (EngineResult engine : result.engines()) {
        rows.add(
            row(
                engine.engine(),
                result.source(),
                result.agreements().get(engine.engine()),
                engine.checksum().map(any -> words.words(engine.engine()))));
      }
    }
    return new AddedColumns(KEYS, SCHEMA, rows);
  }

  private static Row row(
      String engine, WeightSource source, Agreement agreement, Optional<String> words) {
    Optional<WithReference> reference = agreement.reference();
    return NamedRow.of(SCHEMA)
        .with("engine", engine)
        .with("source", source.name())
        .with("agrees_with", agreement.equal())
        .with("same_storage", agreement.sameStorage())
        .with("reference", reference.map(with -> with.outcome().name()))
        .with("reference_tensors", reference.map(WithReference::comparedTensors))
        .with("agreement", words)
        .row();
  }
}
