package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What recipes of several parts have in common. */
final class Parts {
  private Parts() {}

  static List<Recipe> alike(List<Recipe> parts) {
    List<Recipe> copy = List.copyOf(parts);
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("No parts");
    }
    DType dtype = copy.get(0).dtype();
    long columns = copy.get(0).rowElements();
    int dimensions = copy.get(0).shape().size();
    for (Recipe part : copy) {
      if (part.dtype() != dtype
          || part.rowElements() != columns
          || part.shape().size() != dimensions
          || dimensions == 0) {
        throw new IllegalArgumentException("Parts do not fit together: " + copy);
      }
    }
    return copy;
  }

  /** Of parts one after another. */
  static List<SourceRows> sources(List<Recipe> parts, long begin, long end) {
    List<SourceRows> sources = new ArrayList<>();
    long partBegin = 0;
    for (Recipe part : parts) {
      long partEnd = partBegin + part.elements();
      if (begin < partEnd && end > partBegin) {
        sources.addAll(
            part.sources(
                Math.max(begin, partBegin) - partBegin, Math.min(end, partEnd) - partBegin));
      }
      partBegin = partEnd;
    }
    return sources;
  }

  static String shown(String what, List<Recipe> parts) {
    return parts.stream().map(Recipe::toString).collect(Collectors.joining("; ", what + "(", ")"));
  }
}
