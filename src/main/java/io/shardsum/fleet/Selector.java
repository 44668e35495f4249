package io.shardsum.fleet;

import java.util.Locale;

/** Of which models an engine is asked for checksums; releases of SGLang before 0.5.23 tell all. */
public enum Selector {
  /** The model itself. */
  TARGET,
  /** Its draft models alone. */
  DRAFT,
  /** All of them. */
  ALL;

  private static final String TARGET_ROLE = "target";

  /** Whether a model of this role is asked for. */
  public boolean means(String role) {
    return switch (this) {
      case TARGET -> role.equals(TARGET_ROLE);
      case DRAFT -> !role.equals(TARGET_ROLE);
      case ALL -> true;
    };
  }

  /** As the request has it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads {@code target}, {@code draft} or {@code all}.
   *
   * @throws FleetException if the text is none of them
   */
  public static Selector parse(String text) {
    return switch (text) {
      case "target" -> TARGET;
      case "draft" -> DRAFT;
      case "all" -> ALL;
      default ->
          throw new FleetException(
              "unknown selector " + MessageText.quoted(text) + "; allowed: target, draft, all");
    };
  }
}
