package io.shardsum.scan.live;

import io.shardsum.verdict.Content;
import io.shardsum.verdict.Digests;
import io.shardsum.verdict.MisreadTensor;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.ReadBy;
import io.shardsum.verdict.TensorName;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * What a second reading of a tensor gave, which a running engine seems to hold otherwise.
 *
 * @param suspect a row of {@code sql/live/suspects.sql}
 */
record SecondDigest(Row suspect, String checksum, String sha256, ReadBy by) {

  static final StructType ROWS =
      StructType.fromDDL("engine STRING, rank INT, key STRING, sha256 STRING");

  private static final int DIGITS_ON_THE_CPU = 16;

  /** What has read it first; a row of an earlier scan may not say it. */
  static ReadBy firstBy(Row suspect) {
    return new ReadBy(
        Objects.requireNonNullElse(suspect.getAs("host"), ""),
        Objects.requireNonNullElse(suspect.getAs("executor"), ""),
        Optional.ofNullable(suspect.getAs("gpu")));
  }

  private Optional<String> first(String column) {
    return Optional.ofNullable(suspect.getAs(column));
  }

  /** Whether the first reading gave the same. */
  boolean isSame() {
    return first("checksum").map(checksum::equals).orElse(true)
        && first("sha256").map(sha256::equals).orElse(true);
  }

  private RankHolder holder() {
    return RankHolder.now(suspect.getAs("engine"), suspect.<Integer>getAs("rank"));
  }

  /** A row of {@link #ROWS}. */
  Row row() {
    return RowFactory.create(
        suspect.getAs("engine"), suspect.getAs("rank"), suspect.getAs("key"), sha256);
  }

  /** What is said of it where the first reading gave something else. */
  MisreadTensor misread() {
    Content now =
        content(
            new Digests(
                first("checksum").map(any -> checksum), first("sha256").map(any -> sha256)));
    return new MisreadTensor(
        holder(),
        new TensorName(suspect.getAs("role"), suspect.getAs("tensor")),
        content(new Digests(first("checksum"), first("sha256"))),
        now,
        isHeldByAnEngine() ? now : content(Digests.ofSglang(inEngine().get(0))),
        firstBy(suspect),
        by);
  }

  private Content content(Digests digests) {
    return new Content(suspect.getAs("dtype"), suspect.getAs("shape"), digests);
  }

  private List<String> inEngine() {
    return suspect.getList(suspect.fieldIndex("in_engine"));
  }

  private boolean isHeldByAnEngine() {
    List<String> inEngine = inEngine();
    return inEngine.contains(checksum)
        || inEngine.contains(sha256)
        || inEngine.contains(sha256.substring(0, DIGITS_ON_THE_CPU));
  }
}
