package io.shardsum.expect;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** An engine of a release whose rules are known. */
public enum EngineRelease {
  SGLANG_0_5_23("sglang-0.5.23"),
  VLLM_0_32("vllm-0.32");

  private final String word;

  EngineRelease(String word) {
    this.word = word;
  }

  /** As {@link #parse} reads it. */
  public String word() {
    return word;
  }

  /**
   * Reads the name of a release; a patch number behind vLLM's does not matter.
   *
   * @throws ExpectException if it is not known
   */
  public static EngineRelease parse(String text) {
    String name = text.toLowerCase(Locale.ROOT);
    for (EngineRelease release : values()) {
      if (release.word.equals(name) || (release == VLLM_0_32 && name.equals("vllm-0.32.0"))) {
        return release;
      }
    }
    throw new ExpectException(
        "unknown runtime %s; allowed: %s"
            .formatted(
                MessageText.quoted(text),
                Arrays.stream(values())
                    .map(EngineRelease::word)
                    .collect(Collectors.joining(", "))));
  }
}
