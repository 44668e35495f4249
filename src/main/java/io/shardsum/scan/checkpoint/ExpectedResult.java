package io.shardsum.scan.checkpoint;

import io.shardsum.expect.HashedExpectation;
import io.shardsum.expect.HashedRank;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.recipe.HashedRecipe;
import io.shardsum.expect.recipe.RecipeGroup;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the engines of a comparison group must hold, with digests.
 *
 * @param hashed of one replica
 */
public record ExpectedResult(ExpectedModel model, HashedExpectation hashed) {
  private static final int NAMES = 10;

  /** Nothing is known, for one reason. */
  static ExpectedResult refused(ExpectedModel model, String reason) {
    List<RecipeGroup> groups = model.expectation().groups();
    return new ExpectedResult(
        model,
        HashedExpectation.of(
            model.expectation(),
            groups,
            groups.stream()
                .map(
                    group ->
                        Collections.nCopies(group.recipes().size(), HashedRecipe.refused(reason)))
                .toList()));
  }

  /** The tensors of one replica that are refused, by reason: which, on which ranks. */
  Map<String, Refused> refused() {
    Map<String, Refused> byReason = new LinkedHashMap<>();
    for (HashedRank rank : hashed.ranks()) {
      for (Refusal refusal : rank.refused()) {
        if (!model.isSkipped(refusal.tensor())) {
          byReason
              .computeIfAbsent(
                  refusal.reason(), any -> new Refused(new TreeSet<>(), new TreeSet<>()))
              .add(rank.rank(), refusal.tensor());
        }
      }
    }
    return byReason;
  }

  /** Counts, for an engine, what does not follow from its checkpoint. */
  void addTo(CoverageCount count, String engine) {
    for (HashedRank rank : hashed.ranks()) {
      Map<String, Long> tensors = new TreeMap<>();
      for (Refusal refusal : rank.refused()) {
        long one = refusal.tensor().equals(Refusal.ALL_TENSORS) ? 0 : 1;
        tensors.merge(refusal.reason(), one, Long::sum);
      }
      tensors.forEach(
          (reason, refused) -> count.addNotExpected(engine, reason, refused, rank.bytes()));
    }
  }

  private static String names(SortedSet<String> tensors) {
    List<String> first = tensors.stream().limit(NAMES).toList();
    String rest = tensors.size() > NAMES ? " and " + (tensors.size() - NAMES) + " more" : "";
    return String.join(", ", first) + rest;
  }

  /** What is said where this is what a second reading gave, instead of another result. */
  Finding insteadOf(ExpectedResult first) {
    SortedSet<String> tensors = new TreeSet<>();
    for (int rank = 0; rank < hashed.ranks().size(); rank++) {
      Map<String, String> before = first.hashed.ranks().get(rank).checksums();
      hashed
          .ranks()
          .get(rank)
          .checksums()
          .forEach(
              (name, checksum) -> {
                if (!checksum.equals(before.get(name))) {
                  tensors.add(name);
                }
              });
    }
    return Finding.of(
        FindingKind.TRANSIENT_READ,
        Subject.EVERYBODY,
        Comparison.NONE,
        Optional.of(model.group()),
        "Two readings of %s differ%s: it was read again as a whole, and engines are compared with that reading"
            .formatted(model.name(), tensors.isEmpty() ? "" : " in " + names(tensors)));
  }

  /** What is said of an engine of which not everything is expected. */
  List<Finding> findings(String engine) {
    return refused().entrySet().stream()
        .map(refused -> finding(engine, refused.getKey(), refused.getValue()))
        .toList();
  }

  private Finding finding(String engine, String reason, Refused refused) {
    long known =
        hashed.ranks().stream()
            .filter(rank -> refused.ranks().contains(rank.rank()))
            .mapToLong(HashedRank::bytes)
            .sum();
    boolean everywhere = refused.ranks().size() == hashed.ranks().size();
    Finding finding =
        Finding.of(
            FindingKind.NOT_CHECKED,
            Subject.engine(engine),
            Comparison.NONE,
            Optional.empty(),
            "%s: the expected digest is not known for %s: %s; %s of %s can be compared"
                .formatted(
                    refused.words(),
                    model.name(),
                    reason,
                    NumberWords.count(known, "byte"),
                    NumberWords.ranks(refused.ranks())));
    return everywhere || model.parallelism().dp() > 1
        ? finding
        : finding.aboutRanks(refused.ranks());
  }

  /** Tensors that are refused for one reason. */
  record Refused(SortedSet<Integer> ranks, SortedSet<String> tensors) {

    private Refused add(int rank, String tensor) {
      ranks.add(rank);
      tensors.add(tensor);
      return this;
    }

    private String words() {
      return tensors.contains(Refusal.ALL_TENSORS) ? "all tensors" : names(tensors);
    }
  }
}
