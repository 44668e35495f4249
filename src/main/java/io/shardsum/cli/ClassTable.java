package io.shardsum.cli;

import io.shardsum.expect.Expectation;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.text.ForeignText;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What {@code jobs/expect --explain-class} prints: each tensor's name, and below it, for the ranks
 * that hold it in one way, its dtype, its shape and what it is made of. Layers that are alike are
 * told once, with {@code *} for their number.
 */
final class ClassTable {
  private static final Pattern LAYER = Pattern.compile("\\.(?:layers|blocks)\\.([0-9]+)\\.");
  private static final int MOST_SHOWN = 400;

  /** Who holds it so. */
  private record Holders(TreeSet<Long> layers, TreeSet<Long> ranks) {}

  private final Map<String, Map<String, Holders>> table = new LinkedHashMap<>();

  private ClassTable(Expectation expectation) {
    for (ExpectedRank rank : expectation.ranks()) {
      rank.tensors().forEach(tensor -> add(rank, tensor.name(), shown(tensor.recipe())));
      rank.refused()
          .forEach(refusal -> add(rank, refusal.tensor(), "refused: " + refusal.reason()));
    }
  }

  static void print(Expectation expectation, PrintWriter out) {
    new ClassTable(expectation)
        .table.forEach(
            (name, forms) -> {
              out.println(ForeignText.shown(name));
              forms.forEach((form, holders) -> out.println("  " + shown(holders) + "  " + form));
            });
  }

  private void add(ExpectedRank rank, String name, String form) {
    Matcher matcher = LAYER.matcher(name);
    boolean hasLayer = matcher.find();
    String number = hasLayer ? "." + matcher.group(1) + "." : "";
    Holders holders =
        table
            .computeIfAbsent(
                hasLayer ? name.replace(number, ".*.") : name, n -> new LinkedHashMap<>())
            .computeIfAbsent(
                hasLayer ? form.replace(number, ".*.") : form,
                f -> new Holders(new TreeSet<>(), new TreeSet<>()));
    holders.ranks().add((long) rank.rank());
    if (hasLayer) {
      holders.layers().add(Long.parseLong(matcher.group(1)));
    }
  }

  private static String shown(Recipe recipe) {
    String text = recipe.toString();
    return "%s %s  %s"
        .formatted(
            recipe.dtype(),
            recipe.shape(),
            text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + " ..." : text);
  }

  private static String shown(Holders holders) {
    String ranks = (holders.ranks().size() == 1 ? "rank " : "ranks ") + runs(holders.ranks());
    return holders.layers().isEmpty() ? ranks : ranks + ", layers " + runs(holders.layers());
  }

  /** {@code 0 to 3, 5}. */
  private static String runs(Set<Long> numbers) {
    List<long[]> runs = new ArrayList<>();
    for (long number : numbers) {
      if (!runs.isEmpty() && runs.get(runs.size() - 1)[1] == number - 1) {
        runs.get(runs.size() - 1)[1] = number;
      } else {
        runs.add(new long[] {number, number});
      }
    }
    return runs.stream()
        .map(run -> run[0] == run[1] ? "" + run[0] : run[0] + " to " + run[1])
        .collect(Collectors.joining(", "));
  }
}
