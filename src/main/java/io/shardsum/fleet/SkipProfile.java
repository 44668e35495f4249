package io.shardsum.fleet;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The tensors that a release of the engine leaves out of its checksums: those whose name contains
 * one of the patterns. Named after the first release seen to have the list.
 */
public record SkipProfile(String name, List<String> patterns) {
  private static final List<SkipProfile> KNOWN =
      List.of(
          new SkipProfile(
              "sglang-0.5.13", List.of("cos_sin_cache", "inv_freq", "freqs_cis", "_weight_fp32")),
          new SkipProfile(
              "sglang-0.5.18",
              List.of("cos_sin_cache", "inv_freq", "freqs_cis", "_weight_fp32", "expert_mask_gpu")),
          new SkipProfile(
              "sglang-0.5.20",
              List.of(
                  "cos_sin_cache",
                  "cos_cache",
                  "sin_cache",
                  "inv_freq",
                  "freqs_cis",
                  "expert_mask_gpu")),
          new SkipProfile("none", List.of()));

  public SkipProfile {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("name is empty");
    }
    patterns = List.copyOf(patterns);
  }

  /** All profiles that a description can name. */
  public static List<SkipProfile> known() {
    return KNOWN;
  }

  /** The profile of the newest release, which is the default. */
  public static SkipProfile newest() {
    return byName("sglang-0.5.20");
  }

  /**
   * The profile of that name.
   *
   * @throws FleetException if there is none
   */
  public static SkipProfile byName(String name) {
    return KNOWN.stream()
        .filter(profile -> profile.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new FleetException(
                    "unknown profile "
                        + MessageText.quoted(name)
                        + "; allowed: "
                        + KNOWN.stream().map(SkipProfile::name).collect(Collectors.joining(", "))));
  }
}
