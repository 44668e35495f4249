package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SkipProfileTest {
  @Test
  void knowsTheListsOfTheReleases() {
    assertThat(SkipProfile.byName("sglang-0.5.13").patterns())
        .containsExactly("cos_sin_cache", "inv_freq", "freqs_cis", "_weight_fp32");
    assertThat(SkipProfile.byName("sglang-0.5.18").patterns())
        .containsExactly(
            "cos_sin_cache", "inv_freq", "freqs_cis", "_weight_fp32", "expert_mask_gpu");
    assertThat(SkipProfile.byName("sglang-0.5.20").patterns())
        .containsExactly(
            "cos_sin_cache", "cos_cache", "sin_cache", "inv_freq", "freqs_cis", "expert_mask_gpu");
    assertThat(SkipProfile.byName("none").patterns()).isEmpty();
  }

  @Test
  void takesTheNewestByDefault() {
    assertThat(SkipProfile.newest().name()).isEqualTo("sglang-0.5.20");
  }
}
