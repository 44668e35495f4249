package io.shardsum.scan.files;

import io.shardsum.fleet.Digest;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.source.RowUnit;
import io.shardsum.tables.SqlStage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Files that are read in the same way.
 *
 * @param stage what makes one row of each tensor of the rows that are read
 * @param digest what is computed
 */
record ReadAlike(SqlStage stage, Digest digest, List<PlannedFile> files) {

  private static final List<SqlStage> STAGES =
      List.of(SqlStage.WHOLE, SqlStage.MERGED, SqlStage.CHUNKS);

  /**
   * Files by how they are read, those that are read whole first.
   *
   * @param splitBytes a longer file is cut
   */
  static List<ReadAlike> of(List<PlannedFile> files, Hasher hasher, long splitBytes) {
    List<ReadAlike> all = new ArrayList<>();
    for (SqlStage stage : STAGES) {
      for (Digest digest : Digest.values()) {
        List<PlannedFile> alike =
            files.stream()
                .filter(file -> file.digest() == digest && stage(file, hasher, splitBytes) == stage)
                .collect(Collectors.toList());
        if (!alike.isEmpty()) {
          all.add(new ReadAlike(stage, digest, alike));
        }
      }
    }
    return all;
  }

  private static SqlStage stage(PlannedFile file, Hasher hasher, long splitBytes) {
    return file.file().lengthBytes() > splitBytes ? hasher.ofCutFiles() : SqlStage.WHOLE;
  }

  /** Other files, read in this way. */
  ReadAlike with(List<PlannedFile> others) {
    return new ReadAlike(stage, digest, others);
  }

  /** What a row stands for that is read. */
  RowUnit unit() {
    return switch (stage) {
      case WHOLE -> RowUnit.TENSOR;
      case CHUNKS -> RowUnit.CHUNK;
      default -> RowUnit.PIECE;
    };
  }
}
