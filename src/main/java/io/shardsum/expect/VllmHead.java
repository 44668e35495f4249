package io.shardsum.expect;

/** The head in vLLM, on a stage that has the embedding if it is tied. */
final class VllmHead {
  private VllmHead() {}

  /** A tied head is the embedding itself, unless the checkpoint has both. */
  static void declare(DecoderSizes sizes, Vocabulary vocabulary, Share share, RankTensors tensors) {
    if (!sizes.tied()) {
      tensors.vocabulary(DecoderSizes.HEAD, vocabulary, share);
    } else if (tensors.checkpoint().has(DecoderSizes.HEAD)) {
      tensors.refuse(
          DecoderSizes.HEAD,
          "config.json has tie_word_embeddings and the checkpoint a lm_head.weight: vLLM ties them"
              + " only if they are equal");
    }
  }
}
