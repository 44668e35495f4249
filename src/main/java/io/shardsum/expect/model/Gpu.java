package io.shardsum.expect.model;

import io.shardsum.text.ForeignText;
import java.util.Arrays;

/** A kind of GPU, where what an engine holds depends on it. */
public enum Gpu {
  /** Hopper: H100, H200. */
  SM90,
  /** Blackwell of data centers: B200. */
  SM100;

  /**
   * Reads {@code sm90} or {@code sm100}.
   *
   * @throws ExpectException if the text is neither
   */
  public static Gpu parse(String text) {
    return Arrays.stream(values())
        .filter(gpu -> gpu.name().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () ->
                new ExpectException(
                    "gpu is %s; expected sm90 or sm100".formatted(ForeignText.quoted(text))));
  }
}
