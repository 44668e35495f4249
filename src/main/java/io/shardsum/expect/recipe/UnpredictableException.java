package io.shardsum.expect.recipe;

/** An engine's bytes cannot be known, for a reason that is a property of the rules or the data. */
public final class UnpredictableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnpredictableException(String reason) {
    super(reason);
  }
}
