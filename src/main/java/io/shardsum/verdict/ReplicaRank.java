package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All copies of one rank, and which of them are equal as a whole. */
final class ReplicaRank {

  private final int number;
  private final List<RankCopy> copies;
  private final Optional<Reference.Rank> reference;
  private final Ballot<RankContent> ballot;
  private final Map<RankContent, List<RankCopy>> contentGroups = new LinkedHashMap<>();
  private final List<RankCopy> empty = new ArrayList<>();

  /** Takes the expected copies of a rank, also those that could not be read. */
  ReplicaRank(int number, List<RankCopy> copies, Optional<Reference.Rank> reference) {
    this.number = number;
    this.copies = List.copyOf(copies);
    this.reference = reference;
    Set<String> storages = new HashSet<>();
    copies.forEach(copy -> storages.add(copy.storage()));
    this.ballot = new Ballot<>(storages.size());
    boolean anyHasTensors =
        copies.stream().anyMatch(copy -> copy.content().isPresent() && !copy.isEmpty());
    for (RankCopy copy : copies) {
      if (copy.content().isPresent() && anyHasTensors && copy.isEmpty()) {
        empty.add(copy);
      } else if (copy.content().isPresent()) {
        RankContent content = copy.content().get();
        ballot.vote(copy.storage(), content);
        contentGroups.computeIfAbsent(content, any -> new ArrayList<>()).add(copy);
      }
    }
  }

  int number() {
    return number;
  }

  List<RankCopy> copies() {
    return copies;
  }

  Optional<Reference.Rank> reference() {
    return reference;
  }

  /** Complete copies by content, in the order of the copies. */
  Map<RankContent, List<RankCopy>> contentGroups() {
    return contentGroups;
  }

  /** Complete copies without any tensor, where others have some: they have no vote. */
  List<RankCopy> empty() {
    return empty;
  }

  /** How many storages of a role there should be. */
  long electorate(String role) {
    return copies.stream().map(copy -> copy.storage(role)).distinct().count();
  }

  /** What the reference holds, or a strict majority. */
  Optional<RankContent> expected() {
    return reference.map(Reference.Rank::content).or(ballot::majority);
  }

  /** Whether a copy differs from another, or from the reference. */
  boolean differs() {
    return reference.isPresent()
        ? contentGroups.keySet().stream()
            .anyMatch(content -> !content.equals(reference.get().content()))
        : !ballot.isUnanimous();
  }

  /** How many copies could be compared, a reference that is none of them included. */
  int comparable() {
    boolean isElsewhere =
        reference.isPresent()
            && copies.stream().noneMatch(c -> c.holder().equals(reference.get().holder()));
    return ballot.voters() + (isElsewhere ? 1 : 0);
  }

  /** How the copies as a whole compare with one of them. */
  Comparison comparison(RankContent actual) {
    return new Comparison(
        expected().map(RankContent::checksum),
        Optional.of(actual.checksum()),
        reference.isPresent() ? Optional.empty() : Optional.of(ballot.votes().text()));
  }

  /** How one of the copies compares, also one that has no vote. */
  Comparison comparison(RankCopy copy) {
    return comparison(copy.content().orElseThrow());
  }

  /** How many tensors a copy has, at most. */
  long tensors() {
    return copies.stream().mapToLong(RankCopy::tensors).max().orElse(0);
  }
}
