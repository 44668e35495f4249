package io.shardsum.verdict;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A tensor whose bytes are to be looked at: DAMAGED, UNDECIDED, or a sample of OTHER_WEIGHTS.
 *
 * @param kind of the finding that reports it
 * @param group the comparison group
 * @param rankInReplica the rank within a replica
 * @param holder the copy that is wrong; one of the parties where nothing is decided
 * @param other a copy that is right; another party where nothing is decided
 * @param held what the copy holds, as it was read
 * @param otherHeld what the other copy holds
 */
public record SuspectTensor(
    FindingKind kind,
    String group,
    int rankInReplica,
    TensorName name,
    RankHolder holder,
    RankHolder other,
    HeldTensor held,
    HeldTensor otherHeld) {

  /** A tensor in one copy of a rank. */
  public record CopiedTensor(RankHolder holder, TensorName name) {}

  private static final int SAMPLES = 5;

  /** Whether it is a copy that is wrong, and not one of the parties where nothing is decided. */
  boolean isBlamed() {
    return kind != FindingKind.UNDECIDED;
  }

  /** The copy that is suspect. */
  public CopiedTensor copy() {
    return new CopiedTensor(holder, name);
  }

  /** The copy that it is compared with. */
  public CopiedTensor otherCopy() {
    return new CopiedTensor(other, name);
  }

  /** The MiBs in which the two differ; empty where sums cannot tell. */
  public List<Integer> differingChunks() {
    return held.differingChunks(otherHeld);
  }

  /** All that is damaged, and some of what are other weights. */
  static List<SuspectTensor> ofFault(String group, Fault fault) {
    if (fault.why() instanceof Explanation.OfTensor tensor
        && tensor.kind() == FindingKind.DAMAGED) {
      return suspects(FindingKind.DAMAGED, group, fault, fault.tensors());
    }
    return fault.why() instanceof Explanation.OtherWeights
        ? suspects(FindingKind.OTHER_WEIGHTS, group, fault, samples(fault.tensors()))
        : List.of();
  }

  private static List<TensorDifference> samples(List<TensorDifference> tensors) {
    int step = Math.max(1, tensors.size() / SAMPLES);
    return IntStream.range(0, tensors.size())
        .filter(index -> index % step == 0)
        .limit(SAMPLES)
        .mapToObj(tensors::get)
        .toList();
  }

  private static List<SuspectTensor> suspects(
      FindingKind kind, String group, Fault fault, List<TensorDifference> tensors) {
    return tensors.stream()
        .map(
            d ->
                new SuspectTensor(
                    kind,
                    group,
                    fault.copy().rankInReplica(),
                    d.name(),
                    fault.copy().holder(),
                    d.expectedHolder(),
                    d.actual().orElseThrow(),
                    d.expected().orElseThrow()))
        .toList();
  }

  /** Every copy that does not hold what the first camp does, where dtype and shape are the same. */
  static List<SuspectTensor> ofUndecided(String group, Undecided tensor) {
    List<Optional<HeldTensor>> contentGroups = List.copyOf(tensor.holders().keySet());
    Optional<HeldTensor> first = contentGroups.get(0);
    return contentGroups.stream()
        .skip(1)
        .filter(contentGroup -> contentGroup.isPresent() && first.isPresent())
        .filter(contentGroup -> contentGroup.get().content().hasMetadataOf(first.get().content()))
        .flatMap(
            contentGroup ->
                tensor.holders().get(contentGroup).stream()
                    .map(
                        copy ->
                            new SuspectTensor(
                                FindingKind.UNDECIDED,
                                group,
                                tensor.rankInReplica(),
                                tensor.name(),
                                copy.holder(),
                                tensor.holders().get(first).get(0).holder(),
                                contentGroup.get(),
                                first.get())))
        .toList();
  }
}
