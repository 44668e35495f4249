package io.shardsum.scan.canary;

import io.shardsum.fleet.Digest;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A tensor of a canary, as the table {@code tensors} would have it.
 *
 * @param rank the number of the planting
 * @param partition what part of the table a task made with it
 * @param attempt which one of the tasks that made that part
 */
record CanaryRow(
    int rank,
    String file,
    String tensor,
    String reason,
    String checksum,
    String sha256,
    String host,
    String executor,
    String gpu,
    int partition,
    long attempt) {

  /** The arguments of the function that took the row out, all but the first. */
  static CanaryRow of(String[] row) {
    return new CanaryRow(
        Integer.parseInt(row[0]),
        row[1],
        row[2],
        row[3],
        row[4],
        row[5],
        row[6],
        row[7],
        row[8],
        Integer.parseInt(row[9]),
        Long.parseLong(row[10]));
  }

  CanaryDigests digests() {
    return new CanaryDigests(checksum, sha256);
  }

  /** What was found, and who has found it. */
  String words(Digest digest) {
    String where =
        Stream.of(named("host", host), named("executor", executor), named("GPU", gpu))
            .flatMap(Optional::stream)
            .collect(Collectors.joining(", "));
    return "%s (%s)".formatted(Optional.ofNullable(reason).orElse(digests().text(digest)), where);
  }

  private static Optional<String> named(String what, String value) {
    return Optional.ofNullable(value).map(text -> what + " " + text);
  }
}
