package io.shardsum.scan.manifest;

import java.util.Optional;

/** What the readings of a file say of it, against its published digest. */
enum FileVerdict {
  /** It has the digest. */
  AS_PUBLISHED,
  /** It has another, by all readings. */
  DIFFERS,
  /** A second reading gave something else than the first: neither is held against the file. */
  MISREAD;

  /**
   * The verdict.
   *
   * @param again what a second reading gave, if there was one
   */
  static FileVerdict of(String expected, String found, Optional<String> again) {
    if (found.equals(expected)) {
      return AS_PUBLISHED;
    }
    return again.filter(of -> !of.equals(found)).isPresent() ? MISREAD : DIFFERS;
  }
}
