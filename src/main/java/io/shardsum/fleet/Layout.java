package io.shardsum.fleet;

/** How an engine's directory holds its weights. */
public enum Layout {
  /** One set of files for each rank, told apart by their names. */
  SHARDED,
  /** A Hugging Face checkpoint: the whole model, one rank. */
  CHECKPOINT;

  /**
   * Reads {@code sharded} or {@code checkpoint}.
   *
   * @throws FleetException if the text is neither
   */
  public static Layout parse(String text) {
    return switch (text) {
      case "sharded" -> SHARDED;
      case "checkpoint" -> CHECKPOINT;
      default ->
          throw new FleetException(
              "unknown layout " + MessageText.quoted(text) + "; allowed: sharded, checkpoint");
    };
  }
}
