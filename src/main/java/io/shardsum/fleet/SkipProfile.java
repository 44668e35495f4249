package io.shardsum.fleet;

import io.shardsum.checksum.Fp8Rule;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What releases of the engine have in common in their checksums. Named after the first release seen
 * to have the patterns.
 *
 * @param patterns tensors whose name contains one of these are left out
 * @param fp8 how weights in block-quantized FP8 are hashed
 */
public record SkipProfile(String name, List<String> patterns, Fp8Rule fp8) {
  private static final List<SkipProfile> KNOWN =
      List.of(
          new SkipProfile(
              "sglang-0.5.13",
              List.of("cos_sin_cache", "inv_freq", "freqs_cis", "_weight_fp32"),
              Fp8Rule.DEQUANTIZED_BY_128),
          new SkipProfile(
              "sglang-0.5.18",
              List.of("cos_sin_cache", "inv_freq", "freqs_cis", "_weight_fp32", "expert_mask_gpu"),
              Fp8Rule.DEQUANTIZED),
          new SkipProfile(
              "sglang-0.5.20",
              List.of(
                  "cos_sin_cache",
                  "cos_cache",
                  "sin_cache",
                  "inv_freq",
                  "freqs_cis",
                  "expert_mask_gpu"),
              Fp8Rule.DEQUANTIZED),
          new SkipProfile(
              "vllm-0.32",
              List.of(
                  ".attn._k_scale",
                  ".attn._v_scale",
                  ".attn._q_scale",
                  ".attn._prob_scale",
                  "visual.input_norm.",
                  "vision_tower.input_norm."),
              Fp8Rule.AS_STORED),
          new SkipProfile("none", List.of(), Fp8Rule.AS_STORED));

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
   * The profile of that name; what vLLM 0.33 leaves out is what 0.32 does.
   *
   * @throws FleetException if there is none
   */
  public static SkipProfile byName(String name) {
    String known = name.equals("vllm-0.33") ? "vllm-0.32" : name;
    return KNOWN.stream()
        .filter(profile -> profile.name().equals(known))
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
