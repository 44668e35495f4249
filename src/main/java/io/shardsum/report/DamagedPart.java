package io.shardsum.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A run of bytes of a tensor that are not as they should be.
 *
 * @param offsetBytes in the tensor
 * @param lengthBytes at least 1
 */
record DamagedPart(long offsetBytes, long lengthBytes) {

  private static final long MIB = 1 << 20;

  /** The MiBs whose sums differ, neighbours as one part; none where sums cannot tell. */
  static List<DamagedPart> ofSums(List<Long> expected, List<Long> actual, long tensorBytes) {
    List<DamagedPart> parts = new ArrayList<>();
    if (expected.size() != actual.size()) {
      return parts;
    }
    for (int mib = 0; mib < actual.size(); mib++) {
      if (!expected.get(mib).equals(actual.get(mib))) {
        long begin = mib * MIB;
        long length = Math.min(tensorBytes, begin + MIB) - begin;
        append(parts, new DamagedPart(begin, length));
      }
    }
    return parts;
  }

  private static void append(List<DamagedPart> parts, DamagedPart part) {
    DamagedPart last = parts.isEmpty() ? null : parts.get(parts.size() - 1);
    if (last != null && last.offsetBytes + last.lengthBytes == part.offsetBytes) {
      parts.set(
          parts.size() - 1, new DamagedPart(last.offsetBytes, last.lengthBytes + part.lengthBytes));
    } else {
      parts.add(part);
    }
  }
}
