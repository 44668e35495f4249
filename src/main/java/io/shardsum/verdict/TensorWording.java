package io.shardsum.verdict;

import java.util.List;
import java.util.Optional;

/** What is said of tensors that are wrong, each on its own. */
final class TensorWording {

  private static final String ABSENT = "absent";

  private final Optional<Reference> reference;
  private final Optional<Integer> otherRank;

  /**
   * Takes what tensors were compared with.
   *
   * @param otherRank the rank whose content they should be, where it is not their own
   */
  TensorWording(Optional<Reference> reference, Optional<Integer> otherRank) {
    this.reference = reference;
    this.otherRank = otherRank;
  }

  static Comparison comparison(TensorDifference tensor) {
    boolean ofMetadata = tensor.kind() == FindingKind.DTYPE_OR_SHAPE;
    return new Comparison(
        Optional.of(word(tensor.expectedContent(), ofMetadata)),
        Optional.of(word(tensor.actualContent(), ofMetadata)),
        tensor.votes().map(Votes::text));
  }

  private static String word(Optional<Content> content, boolean ofMetadata) {
    return content.map(c -> ofMetadata ? c.metadata() : c.digest()).orElse(ABSENT);
  }

  String one(FindingKind kind, TensorDifference tensor) {
    String expected = tensor.expectedContent().map(Content::metadata).orElse(ABSENT);
    String actual = tensor.actualContent().map(Content::metadata).orElse(ABSENT);
    String right = right(tensor);
    return switch (kind) {
      case MISSING_TENSOR -> "the tensor is missing; " + right + " has it" + clause(expected);
      case EXTRA_TENSOR -> "the tensor should not be there" + clause(actual) + "; not in " + right;
      case DTYPE_OR_SHAPE -> actual + " instead of " + expected + " as in " + right;
      default -> differing(tensor) + " from " + right;
    };
  }

  /** Running engines do not say dtypes and shapes. */
  private static String clause(String metadata) {
    return metadata.isBlank() ? "" : ": " + metadata;
  }

  private static String differing(TensorDifference tensor) {
    HeldTensor actual = tensor.actual().orElseThrow();
    int chunks = actual.chunkSums().size();
    int differing = actual.differingChunks(tensor.expected().orElseThrow()).size();
    if (differing == 0 || chunks == 1) {
      return "its bytes differ";
    }
    return "%s of its %s MiB %s"
        .formatted(
            Integer.toString(differing),
            Integer.toString(chunks),
            differing == 1 ? "differs" : "differ");
  }

  String many(FindingKind kind, List<TensorDifference> tensors, long unseen) {
    String count = Wording.count(tensors.size(), "tensor");
    String right = right(tensors.get(0));
    boolean one = tensors.size() == 1;
    String what =
        switch (kind) {
          case MISSING_TENSOR ->
              "%s missing; %s has %s"
                  .formatted(count + (one ? " is" : " are"), right, one ? "it" : "them");
          case EXTRA_TENSOR -> "%s should not be there; not in %s".formatted(count, right);
          case DTYPE_OR_SHAPE ->
              "%s another dtype or shape than in %s"
                  .formatted(count + (one ? " has" : " have"), right);
          default -> "%s from %s".formatted(count + (one ? " differs" : " differ"), right);
        };
    String rest =
        unseen == 0 ? "" : "; " + Wording.count(unseen, "more differing tensor") + " not looked at";
    return what + ": " + Wording.tensors(tensors) + rest;
  }

  /** What tensors were compared with. */
  String right(TensorDifference tensor) {
    if (otherRank.isPresent()) {
      return "what rank %s should hold, whose tensors its file has".formatted(otherRank.get());
    }
    return reference
        .map(r -> "the reference, " + r.name())
        .orElseGet(
            () ->
                "the majority"
                    + tensor.votes().map(votes -> " (" + votes.agreement() + ")").orElse(""));
  }
}
