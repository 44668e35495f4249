package io.shardsum.live;

import io.shardsum.fleet.LiveSpec;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * How long an answer may be, packed or not: by its number of ranks, or as the description says.
 *
 * @param words what the limit is, and what sets it
 */
record AnswerLimit(long bytes, String words) {

  private static final long KILOBYTE = 1_000;
  private static final long MEGABYTE = 1_000 * KILOBYTE;
  private static final long LEAST_BYTES = 64 * MEGABYTE;
  private static final long BYTES_OF_A_RANK = 16 * MEGABYTE;
  private static final long MOST_BYTES = 4_096 * MEGABYTE;

  /** The answer goes on after the limit. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    private TooLongException(String message) {
      super(message);
    }
  }

  static AnswerLimit of(LiveSpec spec) {
    OptionalLong described = spec.endpoint().maxAnswerBytes();
    if (described.isPresent()) {
      long bytes = described.getAsLong();
      return new AnswerLimit(bytes, shown(bytes) + ", which is 'max_answer' of the endpoint");
    }
    int ranks = spec.parallelism().worldSize();
    long bytes = Math.max(LEAST_BYTES, Math.min(MOST_BYTES, ranks * BYTES_OF_A_RANK));
    return new AnswerLimit(
        bytes,
        "%s, the limit for %s ('max_answer: %s' in the endpoint of the description raises it)"
            .formatted(shown(bytes), Counted.of(ranks, "rank"), shown(4 * bytes)));
  }

  /** As a description has it: {@code 64MB}. */
  private static String shown(long bytes) {
    if (bytes % MEGABYTE == 0) {
      return bytes / MEGABYTE + "MB";
    }
    return bytes % KILOBYTE == 0 ? bytes / KILOBYTE + "kB" : bytes + " bytes";
  }

  TooLongException exceeded() {
    return new TooLongException("longer than " + words);
  }
}
