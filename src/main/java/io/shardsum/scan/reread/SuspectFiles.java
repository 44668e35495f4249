package io.shardsum.scan.reread;

import io.shardsum.damage.TensorSite;
import io.shardsum.safetensors.DType;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.tables.Query;
import io.shardsum.verdict.ReadBy;
import io.shardsum.verdict.SuspectTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** The files of suspect tensors, as this scan has listed and read them. */
final class SuspectFiles {

  private static final StructType SUSPECTS =
      StructType.fromDDL("number INT, engine STRING, rank INT, role STRING, tensor STRING");

  private final Dataset<Row> tensors;
  private final Map<List<Object>, PlannedFile> planned = new HashMap<>();
  private final Map<SuspectTensor.CopiedTensor, Optional<SuspectFile>> files = new HashMap<>();

  /**
   * Knows none yet.
   *
   * @param planned the files of the scan
   * @param tensors the rows of the table that come from files
   */
  SuspectFiles(List<PlannedFile> planned, Dataset<Row> tensors) {
    this.tensors = tensors;
    for (PlannedFile file : planned) {
      file.engine()
          .ifPresent(
              engine ->
                  this.planned.put(
                      List.of(engine, file.rank(), file.file().role(), file.file().path()), file));
    }
  }

  /** Looks those up that are not known yet. */
  void add(List<SuspectTensor> suspects) {
    Set<SuspectTensor.CopiedTensor> copies = new LinkedHashSet<>();
    for (SuspectTensor suspect : suspects) {
      copies.addAll(List.of(suspect.copy(), suspect.otherCopy()));
    }
    copies.removeIf(copy -> copy.holder().scanId().isPresent() || files.containsKey(copy));
    if (copies.isEmpty()) {
      return;
    }
    List<SuspectTensor.CopiedTensor> numbered = List.copyOf(copies);
    List<Row> rows = new ArrayList<>();
    for (SuspectTensor.CopiedTensor copy : numbered) {
      files.put(copy, Optional.empty());
      rows.add(
          RowFactory.create(
              rows.size(),
              copy.holder().engine(),
              copy.holder().rank(),
              copy.name().role(),
              copy.name().tensor()));
    }
    SparkSession session = tensors.sparkSession();
    for (Row row :
        Query.of("evidence/suspect_files")
            .with("suspects", session.createDataFrame(rows, SUSPECTS))
            .with("tensors", tensors)
            .in(session)
            .collectAsList()) {
      SuspectTensor.CopiedTensor copy = numbered.get(row.<Integer>getAs("number"));
      PlannedFile file =
          planned.get(
              List.of(
                  copy.holder().engine(),
                  copy.holder().rank(),
                  copy.name().role(),
                  row.<String>getAs("file")));
      files.put(copy, Optional.of(suspectFile(file, row)));
    }
  }

  private static SuspectFile suspectFile(PlannedFile planned, Row row) {
    return new SuspectFile(
        planned.scanned(),
        new TensorSite(
            DType.valueOf(row.getAs("dtype")),
            row.getList(row.fieldIndex("shape")),
            row.<Long>getAs("bytes"),
            row.<Long>getAs("file_offset_bytes")),
        new ReadBy(
            row.getAs("host"), row.getAs("executor"), Optional.ofNullable(row.getAs("gpu"))));
  }

  /** The file that has a copy; empty if that is one of another scan. */
  Optional<SuspectFile> file(SuspectTensor.CopiedTensor copy) {
    return files.getOrDefault(copy, Optional.empty());
  }
}
