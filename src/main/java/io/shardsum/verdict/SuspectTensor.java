package io.shardsum.verdict;

import java.util.List;
import java.util.Optional;

/**
 * A tensor whose bytes are to be looked at: DAMAGED, or UNDECIDED.
 *
 * @param kind of the finding that reports it
 * @param holder the copy that is wrong; one of the parties where nothing is decided
 * @param other a copy that is right; another party where nothing is decided
 * @param differingChunks the MiBs in which the two differ; empty where sums cannot tell
 */
public record SuspectTensor(
    FindingKind kind,
    TensorName name,
    RankHolder holder,
    RankHolder other,
    List<Integer> differingChunks) {

  /** Copies the list. */
  public SuspectTensor {
    differingChunks = List.copyOf(differingChunks);
  }

  static List<SuspectTensor> ofFault(Fault fault) {
    boolean damaged =
        fault.why() instanceof Explanation.OfTensor tensor && tensor.kind() == FindingKind.DAMAGED;
    return damaged
        ? fault.tensors().stream()
            .map(
                d ->
                    of(
                        FindingKind.DAMAGED,
                        d.name(),
                        fault.copy().holder(),
                        d.expectedHolder(),
                        d.actual(),
                        d.expected()))
            .toList()
        : List.of();
  }

  /** The first camp against each of the others, where dtype and shape are the same. */
  static List<SuspectTensor> ofUndecided(Undecided tensor) {
    List<Optional<HeldTensor>> camps = List.copyOf(tensor.holders().keySet());
    Optional<HeldTensor> first = camps.get(0);
    return camps.stream()
        .skip(1)
        .filter(camp -> camp.isPresent() && first.isPresent())
        .filter(camp -> camp.get().content().hasFormOf(first.get().content()))
        .map(
            camp ->
                of(
                    FindingKind.UNDECIDED,
                    tensor.name(),
                    tensor.holders().get(camp).get(0).holder(),
                    tensor.holders().get(first).get(0).holder(),
                    camp,
                    first))
        .toList();
  }

  private static SuspectTensor of(
      FindingKind kind,
      TensorName name,
      RankHolder holder,
      RankHolder other,
      Optional<HeldTensor> held,
      Optional<HeldTensor> otherHeld) {
    return new SuspectTensor(
        kind, name, holder, other, held.orElseThrow().differingChunks(otherHeld.orElseThrow()));
  }
}
