package io.shardsum.cli;

import io.shardsum.expect.HashedExpectation;
import io.shardsum.expect.HashedRank;
import io.shardsum.expect.model.Refusal;
import io.shardsum.text.ForeignText;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What is not predicted, for people: a line for each reason. */
final class RefusalLines {
  private static final int MOST_LINES = 20;

  private RefusalLines() {}

  static void print(HashedExpectation expectation, PrintWriter err) {
    Map<String, Set<String>> tensors = new LinkedHashMap<>();
    for (HashedRank rank : expectation.ranks()) {
      for (Refusal refusal : rank.refused()) {
        tensors.computeIfAbsent(refusal.reason(), reason -> new TreeSet<>()).add(refusal.tensor());
      }
    }
    tensors.entrySet().stream()
        .limit(MOST_LINES)
        .forEach(entry -> err.println(line(entry.getKey(), entry.getValue())));
    if (tensors.size() > MOST_LINES) {
      err.println("expect: no digest: %s more reasons".formatted(tensors.size() - MOST_LINES));
    }
  }

  private static String line(String reason, Set<String> tensors) {
    String names =
        tensors.contains(Refusal.ALL_TENSORS) ? "all tensors" : ForeignText.list(tensors);
    return "expect: no digest for %s: %s".formatted(names, reason);
  }
}
