package io.shardsum.live;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An answer as it was sent, of either kind of engine.
 *
 * @param success empty: it does not say
 * @param ranks empty: there is no such list; an element may be null there
 * @param engineDigest {@code per_engine_checksum}
 * @param otherFields fields that are not known here, as JSON
 */
record AnswerBody(
    Optional<Boolean> success,
    Optional<String> message,
    Optional<List<Optional<Entry>>> ranks,
    Optional<String> engineDigest,
    Map<String, String> otherFields) {

  /**
   * An element of {@code ranks}.
   *
   * @param checksums by key
   * @param digest {@code per_gpu_checksum}
   */
  record Entry(
      Map<String, String> checksums,
      Optional<String> digest,
      InfoForm form,
      List<Info> parallelism) {

    /** What is said of the model itself, or else of the first role. */
    Optional<Info> info() {
      return parallelism.stream()
          .filter(info -> info.role().equals(Optional.of("target")))
          .findFirst()
          .or(() -> parallelism.stream().findFirst());
    }
  }

  /** How {@code parallelism_info} is written, which differs by release. */
  enum InfoForm {
    ABSENT,
    OBJECT,
    LIST
  }

  /** Where a rank is; what is empty was not said. */
  record Info(
      Optional<String> role,
      OptionalInt tpRank,
      OptionalInt tpSize,
      OptionalInt ppRank,
      OptionalInt ppSize,
      OptionalInt dpRank,
      OptionalInt dpSize,
      OptionalInt rank,
      OptionalInt size) {}
}
