package io.shardsum.expect.vllm;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.DeclaredTensors;
import io.shardsum.expect.model.DecoderSizes;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.Vocabulary;

/**
 * The head in vLLM. A model whose embedding is to be its head, too, is built with a head of its own
 * where the checkpoint has one; after loading, a rank that has both drops the head if they are
 * equal.
 */
final class VllmHead {
  private enum Kind {
    OWN,
    EMBEDDING,
    OWN_UNLESS_EQUAL
  }

  private final Vocabulary vocabulary;
  private final Kind kind;

  private VllmHead(Vocabulary vocabulary, Kind kind) {
    this.vocabulary = vocabulary;
    this.kind = kind;
  }

  /** Any tensor of the directory with a head's name counts, read or not. */
  static VllmHead of(DecoderSizes sizes, Checkpoint checkpoint) {
    boolean hasOwn =
        checkpoint.allTensors().anyMatch(tensor -> tensor.name().endsWith(DecoderSizes.HEAD));
    Kind tied = hasOwn ? Kind.OWN_UNLESS_EQUAL : Kind.EMBEDDING;
    return new VllmHead(sizes.vocabulary(Vocabulary.Padding.VLLM), sizes.tied() ? tied : Kind.OWN);
  }

  /** Whether it is the embedding, which every stage with a head then has. */
  boolean isEmbedding() {
    return kind == Kind.EMBEDDING;
  }

  /** Declares the embedding. */
  void declareEmbedding(Share share, DeclaredTensors tensors) {
    tensors.vocabulary(DecoderSizes.EMBEDDING, vocabulary, share);
  }

  /** Declares the head on a stage that has no embedding but a tied one. */
  void declareAlone(Share share, DeclaredTensors tensors) {
    if (kind != Kind.EMBEDDING) {
      tensors.vocabulary(DecoderSizes.HEAD, vocabulary, share);
    }
  }

  /** Declares the head on a stage that has the embedding. */
  void declareBesideEmbedding(Share share, DeclaredTensors tensors) {
    if (kind == Kind.OWN_UNLESS_EQUAL) {
      tensors.vocabularyUnlessEqual(DecoderSizes.HEAD, DecoderSizes.EMBEDDING, vocabulary, share);
    } else {
      declareAlone(share, tensors);
    }
  }
}
