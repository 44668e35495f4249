package io.shardsum.scan.judge;

import io.shardsum.verdict.RankContent;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * What the checksum of a rank does not see: dtypes and shapes, and the second digest where there is
 * one.
 *
 * @param sha256 present where every tensor has SHA-256 besides the digest that the rank is merged
 *     by
 */
record RankMetadata(String metadata, Optional<String> sha256) {

  /** Of a rank without a tensor that is hashed. */
  static final RankMetadata EMPTY = new RankMetadata("", Optional.of(""));

  static RankMetadata of(Row row) {
    return new RankMetadata(row.getAs("form"), Optional.ofNullable(row.getAs("sha256_form")));
  }

  /** With or without the second digest: it can be compared only where all have it. */
  RankContent content(String checksum, boolean withSha256) {
    return new RankContent(checksum, withSha256 ? metadata + " " + sha256.orElseThrow() : metadata);
  }
}
