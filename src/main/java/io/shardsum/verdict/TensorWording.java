package io.shardsum.verdict;

import java.util.List;
import java.util.Optional;

/** What is said of tensors that are wrong by themselves. */
final class TensorWording {

  private static final String ABSENT = "absent";

  private final Optional<Reference> reference;

  TensorWording(Optional<Reference> reference) {
    this.reference = reference;
  }

  static Comparison comparison(TensorDifference tensor) {
    boolean form = tensor.kind() == FindingKind.DTYPE_OR_SHAPE;
    return new Comparison(
        Optional.of(word(tensor.expectedContent(), form)),
        Optional.of(word(tensor.actualContent(), form)),
        tensor.votes());
  }

  private static String word(Optional<Content> content, boolean form) {
    return content.map(c -> form ? c.form() : c.checksum()).orElse(ABSENT);
  }

  String one(FindingKind kind, TensorDifference tensor) {
    return "1 tensor %s%s".formatted(what(kind, tensor), against(tensor));
  }

  private static String what(FindingKind kind, TensorDifference tensor) {
    String expected = tensor.expectedContent().map(Content::form).orElse(ABSENT);
    String actual = tensor.actualContent().map(Content::form).orElse(ABSENT);
    return switch (kind) {
      case MISSING_TENSOR -> "is missing, " + clause(expected) + "which is there in ";
      case EXTRA_TENSOR -> "is there, " + clause(actual) + "which is not in ";
      case DTYPE_OR_SHAPE -> "is " + actual + " instead of " + expected + ", which it is in ";
      default -> "has other bytes" + chunks(tensor) + " than in ";
    };
  }

  /** Running engines do not tell dtypes and shapes. */
  private static String clause(String form) {
    return form.isBlank() ? "" : form + ", ";
  }

  private static String chunks(TensorDifference tensor) {
    HeldTensor actual = tensor.actual().orElseThrow();
    int chunks = actual.chunkSums().size();
    int differing = actual.differingChunks(tensor.expected().orElseThrow()).size();
    return differing == 0 ? "" : " in " + differing + " of its " + chunks + " MiB";
  }

  String many(FindingKind kind, List<TensorDifference> tensors, long unseen) {
    String what =
        switch (kind) {
          case MISSING_TENSOR -> "are missing that are there in ";
          case EXTRA_TENSOR -> "are there that are not in ";
          case DTYPE_OR_SHAPE -> "are of another dtype or shape than in ";
          default -> "have other bytes than in ";
        };
    String rest =
        unseen == 0 ? "" : "; " + Wording.count(unseen, "differing tensor") + " not looked at";
    return "%s %s%s: %s%s"
        .formatted(
            Wording.count(tensors.size(), "tensor"),
            what,
            against(tensors.get(0)),
            Wording.tensors(tensors),
            rest);
  }

  private String against(TensorDifference tensor) {
    return reference
        .map(r -> "the reference, " + r.name())
        .orElse("the majority (" + tensor.votes().orElse("") + ")");
  }
}
