package io.shardsum.tables;

import io.shardsum.fleet.WeightSource;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.ReadBy;
import io.shardsum.verdict.Subject;
import io.shardsum.verdict.TensorName;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Findings as rows of their table. */
public final class FindingRow {

  /** The columns of the table, without those of its partition. */
  public static final StructType SCHEMA =
      StructType.fromDDL(
          "engine STRING, source STRING, rank INT, role STRING, tensor STRING, kind STRING, severity STRING,"
              + " expected STRING, actual STRING, votes STRING, cause STRING, location STRING,"
              + " detail STRING, "
              + DamageColumns.DDL
              + ", host STRING, executor STRING, gpu STRING, tensors ARRAY<STRING>");

  /** So many names of tensors a row lists. */
  private static final int TENSORS = 10_000;

  private FindingRow() {}

  /** The row of a finding. */
  public static Row of(Finding finding) {
    Object[] values = {
      finding.engine().orElse(null),
      finding.subject().source().name(),
      finding.rank().orElse(null),
      finding.tensor().map(TensorName::role).orElse(null),
      finding.tensor().map(TensorName::tensor).orElse(null),
      finding.kind(),
      finding.severity(),
      finding.comparison().expected().orElse(null),
      finding.comparison().actual().orElse(null),
      finding.comparison().votes().orElse(null),
      finding.cause().orElse(null),
      finding.location().orElse(null),
      finding.detail()
    };
    Object[] all = Arrays.copyOf(DamageColumns.append(values, finding.damage()), SCHEMA.size());
    finding
        .readBy()
        .ifPresent(
            by -> {
              all[SCHEMA.fieldIndex("host")] = by.host();
              all[SCHEMA.fieldIndex("executor")] = by.executor();
              all[SCHEMA.fieldIndex("gpu")] = by.gpu().orElse(null);
            });
    if (!finding.tensors().isEmpty()) {
      all[SCHEMA.fieldIndex("tensors")] =
          finding.tensors().stream().limit(TENSORS).toArray(String[]::new);
    }
    return RowFactory.create(all);
  }

  /** The finding that a row is, whatever other columns it has. */
  public static Finding finding(Row row) {
    Optional<String> tensor = text(row, "tensor");
    return new Finding(
        new Subject(
            source(row),
            text(row, "engine"),
            Optional.ofNullable(row.<Integer>getAs("rank")),
            tensor.map(name -> new TensorName(row.getAs("role"), name))),
        row.getAs("kind"),
        row.getAs("severity"),
        new Comparison(text(row, "expected"), text(row, "actual"), text(row, "votes")),
        text(row, "cause"),
        text(row, "location"),
        row.getAs("detail"),
        DamageColumns.damage(row),
        text(row, "host").map(host -> new ReadBy(host, row.getAs("executor"), text(row, "gpu"))),
        tensors(row));
  }

  private static List<String> tensors(Row row) {
    int column = row.fieldIndex("tensors");
    return row.isNullAt(column) ? List.of() : row.getList(column);
  }

  /** Scans of tables of version 1 had files only. */
  private static WeightSource source(Row row) {
    return text(row, "source").map(WeightSource::valueOf).orElse(WeightSource.FILES);
  }

  private static Optional<String> text(Row row, String column) {
    return Optional.ofNullable(row.getAs(column));
  }
}
