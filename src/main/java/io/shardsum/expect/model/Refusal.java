package io.shardsum.expect.model;

import static java.util.Objects.requireNonNull;

/**
 * A tensor whose bytes are not predicted.
 *
 * @param tensor the name that the engine reports, or {@link #ALL_TENSORS}
 * @param reason why, in one line that can be shown
 */
public record Refusal(String tensor, String reason) {
  /** In place of a name: nothing of the rank is predicted that is not expected by name. */
  public static final String ALL_TENSORS = "*";

  /** Checks that both are there. */
  public Refusal {
    requireNonNull(tensor, "tensor is null");
    requireNonNull(reason, "reason is null");
  }
}
