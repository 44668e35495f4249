package io.shardsum.report;

import io.shardsum.verdict.CoverageState;

/** What a state is called, and its sign, so that no state is told by its colour alone. */
final class StateWords {

  private StateWords() {}

  /** Of an engine or a rank. */
  static String word(CoverageState state) {
    return switch (state) {
      case VERIFIED -> "verified";
      case DIFFERENT -> "different";
      case HASHED_ONLY -> "not compared";
      case SKIPPED -> "skipped";
      case UNREADABLE -> "unreadable";
      case MISSING -> "missing";
      case UNKNOWN -> "unknown";
    };
  }

  /** What it means, in a sentence. */
  static String meaning(CoverageState state) {
    return switch (state) {
      case VERIFIED -> "equal to a majority of its copies, or to a reference";
      case DIFFERENT -> "not equal to what it should be, or undecided";
      case HASHED_ONLY -> "hashed, but there was nothing to compare it with";
      case SKIPPED -> "left out by a pattern";
      case UNREADABLE -> "found, but not read completely";
      case MISSING -> "not found";
      case UNKNOWN -> "the running engine does not report it";
    };
  }

  /** One character. */
  static String sign(CoverageState state) {
    return switch (state) {
      case VERIFIED -> "=";
      case DIFFERENT -> "≠";
      case HASHED_ONLY -> "?";
      case SKIPPED -> "·";
      case UNREADABLE -> "!";
      case MISSING -> "∅";
      case UNKNOWN -> "…";
    };
  }
}
