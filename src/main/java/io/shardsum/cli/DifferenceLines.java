package io.shardsum.cli;

import io.shardsum.expect.ExpectationDifference;
import io.shardsum.text.ForeignText;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What differs between two checkpoints, for people: a line for each tensor. */
final class DifferenceLines {
  private static final int MOST_LINES = 20;

  private DifferenceLines() {}

  static void print(List<ExpectationDifference> differences, PrintWriter err) {
    Map<String, List<ExpectationDifference>> byTensor = new LinkedHashMap<>();
    for (ExpectationDifference difference : differences) {
      byTensor
          .computeIfAbsent(difference.tensor() + " " + difference.kind(), any -> new ArrayList<>())
          .add(difference);
    }
    byTensor.values().stream().limit(MOST_LINES).forEach(of -> err.println(line(of)));
    if (byTensor.size() > MOST_LINES) {
      err.println("expect: %s more tensors differ".formatted(byTensor.size() - MOST_LINES));
    }
  }

  private static String line(List<ExpectationDifference> ofTensor) {
    ExpectationDifference first = ofTensor.get(0);
    String ranks =
        ForeignText.list(ofTensor.stream().map(of -> Integer.toString(of.rank())).toList());
    return "expect: %s, %s %s: %s"
        .formatted(
            ForeignText.name(first.tensor()),
            ofTensor.size() == 1 ? "rank" : "ranks",
            ranks,
            what(first));
  }

  private static String what(ExpectationDifference difference) {
    return switch (difference.kind()) {
      case BYTES -> "the bytes differ";
      case DTYPE_OR_SHAPE ->
          "%s %s in the checkpoint, %s %s in the other"
              .formatted(
                  difference.one().orElseThrow().tensor().recipe().dtype(),
                  difference.one().orElseThrow().tensor().recipe().shape(),
                  difference.other().orElseThrow().tensor().recipe().dtype(),
                  difference.other().orElseThrow().tensor().recipe().shape());
      case ONLY_IN_FIRST -> "missing from the other checkpoint";
      case ONLY_IN_OTHER -> "only in the other checkpoint";
      case UNKNOWN -> "not known: " + difference.detail();
    };
  }
}
