package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A draft model (speculative decoding) of an engine.
 *
 * @param role the prefix of its tensors' keys, such as {@code draft} or {@code draft_step_0}
 * @param shards its directory, with a scheme
 * @param pattern of its file names where they differ from those of the engine
 */
public record DraftSpec(String role, String shards, Optional<ShardPattern> pattern) {
  /** The role of the only draft of an engine. */
  public static final String DEFAULT_ROLE = "draft";

  private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9_]+");

  /**
   * Checks the role.
   *
   * @throws FleetException if the role is reserved or has other characters than letters, digits and
   *     underscores, or the directory is empty
   */
  public DraftSpec {
    if (!isRole(role)) {
      throw new FleetException(
          "role "
              + MessageText.quoted(role)
              + " cannot be that of a draft; allowed: letters, digits and '_', and not '"
              + ShardFile.TARGET
              + "'");
    }
    if (shards.isEmpty()) {
      throw new FleetException("shards of draft " + role + " is empty");
    }
    requireNonNull(pattern, "pattern is null");
  }

  static boolean isRole(String text) {
    return ROLE.matcher(text).matches() && !text.equals(ShardFile.TARGET);
  }
}
