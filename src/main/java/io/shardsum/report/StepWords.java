package io.shardsum.report;

import io.shardsum.history.EngineState;

/** What is said of an engine that changed, or did not. The page's script says the same. */
final class StepWords {

  private StepWords() {}

  static String word(EngineState state) {
    return switch (state) {
      case DRIFTED -> "drifted: changed, and nobody declared it";
      case UPDATED -> "updated";
      case RESTORED -> "restored";
      case APPEARED -> "appeared";
      case DISAPPEARED -> "disappeared";
      case NOT_SCANNED -> "not scanned as a whole";
      case NOT_COMPARABLE -> "hashed in another way than before";
      case NOT_UPDATED ->
          "not updated: a new model or revision is declared, and every rank is the same";
      case UNCHANGED -> "unchanged";
    };
  }

  /** One character. */
  static String sign(EngineState state) {
    return switch (state) {
      case DRIFTED -> "≠";
      case UPDATED -> "↑";
      case RESTORED -> "↩";
      case APPEARED -> "+";
      case DISAPPEARED -> "−";
      case NOT_SCANNED -> "!";
      case NOT_COMPARABLE -> "?";
      case NOT_UPDATED -> "↛";
      case UNCHANGED -> "=";
    };
  }
}
