package io.shardsum.scan.reuse;

import io.shardsum.scan.plan.PlannedFile;
import java.sql.Timestamp;
import java.time.Instant;
import org.apache.spark.sql.Row;

/**
 * A file whose tensors an earlier scan has computed: a row of {@code sql/reuse/hashed_files.sql}.
 *
 * @param identity its inode or ETag at that time
 * @param files how many files of its rank and role that scan has read
 * @param hashedAt when that scan began
 */
record HashedFile(
    Key key,
    long lengthBytes,
    long modifiedAtMillis,
    String identity,
    long files,
    Instant hashedAt,
    String scanDate,
    String scanId) {

  /** Which file of an engine it is. */
  record Key(String engine, int rank, String role, String path) {

    static Key of(PlannedFile planned) {
      return new Key(
          planned.engine().orElseThrow(),
          planned.rank(),
          planned.file().role(),
          planned.file().path());
    }
  }

  static HashedFile of(Row row) {
    return new HashedFile(
        new Key(
            row.getAs("engine"), row.<Integer>getAs("rank"), row.getAs("role"), row.getAs("file")),
        row.<Long>getAs("file_bytes"),
        row.<Timestamp>getAs("file_modified_at").getTime(),
        row.getAs("file_identity"),
        row.<Long>getAs("files"),
        row.<Timestamp>getAs("hashed_at").toInstant(),
        row.<Object>getAs("scan_date").toString(),
        row.getAs("scan_id"));
  }

  /** Whether that is the file that was listed now, as far as the storage tells. */
  boolean isStill(PlannedFile planned) {
    return lengthBytes == planned.file().lengthBytes()
        && modifiedAtMillis == planned.file().listed().modifiedAtMillis()
        && identity.equals(planned.file().version());
  }
}
