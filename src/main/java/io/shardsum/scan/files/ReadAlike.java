package io.shardsum.scan.files;

import io.shardsum.fleet.Digest;
import io.shardsum.fleet.FileDigest;
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
 * @param digest what is computed of tensors
 * @param fileDigest what is computed of files as a whole, which are not cut for it
 */
record ReadAlike(SqlStage stage, Digest digest, FileDigest fileDigest, List<PlannedFile> files) {

  private static final List<SqlStage> STAGES =
      List.of(SqlStage.WHOLE, SqlStage.MERGED, SqlStage.CHUNKS);

  /**
   * Files by how they are read, those that are read whole first.
   *
   * @param longestWholeBytes a longer file is cut
   */
  static List<ReadAlike> of(List<PlannedFile> files, Hasher hasher, long longestWholeBytes) {
    List<ReadAlike> all = new ArrayList<>();
    for (SqlStage stage : STAGES) {
      for (Digest digest : Digest.values()) {
        for (FileDigest fileDigest : FileDigest.values()) {
          List<PlannedFile> alike =
              files.stream()
                  .filter(file -> file.digest() == digest && file.fileDigest() == fileDigest)
                  .filter(file -> stage(file, hasher, longestWholeBytes) == stage)
                  .collect(Collectors.toList());
          if (!alike.isEmpty()) {
            all.add(new ReadAlike(stage, digest, fileDigest, alike));
          }
        }
      }
    }
    return all;
  }

  private static SqlStage stage(PlannedFile file, Hasher hasher, long longestWholeBytes) {
    boolean isCut =
        file.file().lengthBytes() > longestWholeBytes && file.fileDigest() == FileDigest.NONE;
    return isCut ? hasher.ofCutFiles() : SqlStage.WHOLE;
  }

  /** Other files, read in this way. */
  ReadAlike with(List<PlannedFile> others) {
    return new ReadAlike(stage, digest, fileDigest, others);
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
