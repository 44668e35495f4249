package io.shardsum.expect.model;

import io.shardsum.text.ForeignText;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** An engine of a release whose rules are known. */
public enum EngineRelease {
  SGLANG_0_5_23("sglang-0.5.23"),
  /** Also 0.33: where both were looked at, they lay weights out in the same way. */
  VLLM_0_32("vllm-0.32");

  private static final Pattern VLLM_NAMES = Pattern.compile("vllm-0\\.3[23](\\.0)?");

  private final String word;

  EngineRelease(String word) {
    this.word = word;
  }

  /** As {@link #parse} reads it. */
  public String word() {
    return word;
  }

  /**
   * Reads the name of a release; vLLM 0.33 has the rules of 0.32.
   *
   * @throws ExpectException if it is not known
   */
  public static EngineRelease parse(String text) {
    String name = text.toLowerCase(Locale.ROOT);
    for (EngineRelease release : values()) {
      if (release.isNamed(name)) {
        return release;
      }
    }
    Optional<EngineRelease> proved =
        Arrays.stream(values()).filter(release -> release.isBefore(name)).findFirst();
    throw new ExpectException(
        proved
            .map(
                release ->
                    "runtime %s is newer than any known release: the rules of %s were proved last;"
                            .formatted(ForeignText.quoted(text), release.word)
                        + " to prove them for it, make the golden setups with it, as"
                        + " src/test/resources/golden/README.md says, and run Golden%sTest"
                            .formatted(release == SGLANG_0_5_23 ? "Sglang" : "Vllm"))
            .orElseGet(
                () ->
                    "unknown runtime %s; allowed: %s"
                        .formatted(
                            ForeignText.quoted(text),
                            Arrays.stream(values())
                                .map(EngineRelease::word)
                                .collect(Collectors.joining(", ")))));
  }

  private String engine() {
    return word.substring(0, word.indexOf('-'));
  }

  /** Whether the name is of a later release of the same engine. */
  private boolean isBefore(String name) {
    if (!name.matches(engine() + "-[0-9]{1,6}(\\.[0-9]{1,6})*")) {
      return false;
    }
    int[] known = numbers(word);
    int[] other = numbers(name);
    return Arrays.compare(known, other) < 0;
  }

  private static int[] numbers(String release) {
    String version = release.substring(release.indexOf('-') + 1);
    return Arrays.stream(version.split("\\.", -1)).mapToInt(Integer::parseInt).toArray();
  }

  private boolean isNamed(String name) {
    return switch (this) {
      case SGLANG_0_5_23 -> word.equals(name);
      case VLLM_0_32 -> VLLM_NAMES.matcher(name).matches();
    };
  }
}
