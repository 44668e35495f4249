package io.shardsum.damage;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How the bytes of a tensor differ from those of a good copy.
 *
 * @param patternBytes of ZEROED the blocks, where there are any; of SHIFTED how far behind its
 *     place content lies (negative: before it); of STRIDED the period; of CONSTANT the length of
 *     the value
 * @param ranges the first ranges of differing bytes, in order
 * @param rangeCount how many there are
 * @param differingBytes how many bytes differ
 * @param differingBits how many bits differ
 * @param elementIndex the first element that differs, in C order
 * @param element its coordinates in the tensor's shape
 * @param comparedBytes how many bytes of either copy were compared
 */
public record Damage(
    DamagePattern pattern,
    Optional<Long> patternBytes,
    List<DamagedRange> ranges,
    long rangeCount,
    long differingBytes,
    long differingBits,
    long elementIndex,
    List<Long> element,
    long comparedBytes)
    implements Serializable {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there is no range
   */
  public Damage {
    ranges = List.copyOf(ranges);
    element = List.copyOf(element);
    if (ranges.isEmpty()) {
      throw new IllegalArgumentException("Nothing is damaged: expected a range of bytes");
    }
  }

  /** Where it begins. */
  public DamagedRange first() {
    return ranges.get(0);
  }

  /**
   * What was found, in a phrase: {@code one bit flipped: byte 6 of the tensor (94 of the file),
   * element [3]}.
   */
  public String sentence() {
    return patternText() + ": " + extent() + ", element " + element;
  }

  /** The pattern with its number: {@code zeroed in blocks of 4 KiB}. */
  public String patternText() {
    if (patternBytes.isEmpty()) {
      return pattern.words();
    }
    long bytes = patternBytes.get();
    return switch (pattern) {
      case ZEROED -> "zeroed in blocks of " + size(bytes);
      case SHIFTED ->
          "content displaced by %s %s"
              .formatted(count(Math.abs(bytes), "byte"), bytes > 0 ? "to the end" : "to the begin");
      case STRIDED -> "every " + count(bytes, "byte");
      case CONSTANT -> "one value of " + count(bytes, "byte") + " repeated";
      default -> pattern.words();
    };
  }

  private String extent() {
    String at =
        String.format(
            Locale.ROOT,
            "byte %d of the tensor (%d of the file)",
            first().offsetBytes(),
            first().fileOffsetBytes());
    if (differingBits == 1) {
      return at;
    }
    String bits = " (" + count(differingBits, "bit") + ")";
    if (rangeCount > 1) {
      return "%s%s in %s, the first at %s"
          .formatted(count(differingBytes, "byte"), bits, count(rangeCount, "range"), at);
    }
    long length = first().lengthBytes();
    String differing =
        differingBytes == length
            ? count(length, "byte")
            : differingBytes + " of " + count(length, "byte");
    return differing + bits + " from " + at + " on";
  }

  private static String size(long bytes) {
    long mebibytes = bytes >> 20;
    long kibibytes = bytes >> 10;
    if (mebibytes > 0) {
      return mebibytes + " MiB";
    }
    return kibibytes > 0 ? kibibytes + " KiB" : bytes + " bytes";
  }

  private static String count(long count, String noun) {
    return String.format(Locale.ROOT, "%d %s%s", count, noun, count == 1 ? "" : "s");
  }
}
