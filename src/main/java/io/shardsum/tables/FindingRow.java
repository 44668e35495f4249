package io.shardsum.tables;

import io.shardsum.fleet.WeightSource;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.ReadBy;
import io.shardsum.verdict.Severity;
import io.shardsum.verdict.Subject;
import io.shardsum.verdict.TensorName;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;

/** Findings as rows of their table. */
public final class FindingRow {

  /** So many names of tensors a row lists. */
  private static final int TENSORS = 10_000;

  private FindingRow() {}

  /** The row of a finding. */
  public static Row of(Finding finding) {
    NamedRow row =
        NamedRow.of(ScanTable.FINDINGS.schema())
            .with("engine", finding.engine())
            .with("source", finding.subject().source().name())
            .with("rank", finding.rank())
            .with("role", finding.tensor().map(TensorName::role))
            .with("ranks", finding.ranks().isEmpty() ? null : finding.ranks())
            .with("tensor", finding.tensor().map(TensorName::tensor))
            .with("kind", finding.kind())
            .with("severity", finding.severity().word())
            .with("expected", finding.comparison().expected())
            .with("actual", finding.comparison().actual())
            .with("votes", finding.comparison().votes())
            .with("cause", finding.cause())
            .with("location", finding.location())
            .with("detail", finding.detail())
            .with("host", finding.readBy().map(ReadBy::host))
            .with("executor", finding.readBy().map(ReadBy::executor))
            .with("gpu", finding.readBy().flatMap(ReadBy::gpu));
    finding.damage().ifPresent(damage -> DamageColumns.set(row, damage));
    if (!finding.tensors().isEmpty()) {
      row.with("tensors", finding.tensors().stream().limit(TENSORS).toList());
    }
    return row.row();
  }

  /** The finding that a row is, whatever other columns it has. */
  public static Finding finding(Row row) {
    Optional<String> tensor = text(row, "tensor");
    return new Finding(
        new Subject(
            WeightSource.valueOf(row.getAs("source")),
            text(row, "engine"),
            Optional.ofNullable(row.<Integer>getAs("rank")),
            tensor.map(name -> new TensorName(row.getAs("role"), name))),
        row.getAs("kind"),
        Severity.of(row.getAs("severity")),
        new Comparison(text(row, "expected"), text(row, "actual"), text(row, "votes")),
        list(row, "ranks"),
        text(row, "cause"),
        text(row, "location"),
        row.getAs("detail"),
        DamageColumns.damage(row),
        text(row, "host").map(host -> new ReadBy(host, row.getAs("executor"), text(row, "gpu"))),
        list(row, "tensors"));
  }

  private static <T> List<T> list(Row row, String column) {
    int at = row.fieldIndex(column);
    return row.isNullAt(at) ? List.of() : row.getList(at);
  }

  private static Optional<String> text(Row row, String column) {
    return Optional.ofNullable(row.getAs(column));
  }
}
