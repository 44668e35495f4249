package io.shardsum.expect.model;

/** The sizes that all covered model classes have, as config.json says them. */
public record DecoderSizes(long hidden, long layers, long vocabulary, boolean tied) {
  public static final String EMBEDDING = "model.embed_tokens.weight";
  public static final String HEAD = "lm_head.weight";
  private static final String TWO_HEADS =
      "config.json has tie_word_embeddings and the checkpoint a lm_head.weight with other bytes than"
          + " the embedding: whichever is loaded last counts";

  public static DecoderSizes of(ModelConfig config) {
    return new DecoderSizes(
        config.size("hidden_size"),
        config.size("num_hidden_layers"),
        config.size("vocab_size"),
        config.flag("tie_word_embeddings"));
  }

  public Vocabulary vocabulary(Vocabulary.Padding padding) {
    return new Vocabulary(vocabulary, hidden, padding);
  }

  /**
   * The head of the last stage, in classes where a tied one is the embedding itself if that is on
   * the same stage, and otherwise a copy of the checkpoint's, which the checkpoint's own head then
   * replaces or is replaced by.
   */
  public void tieableHead(Stage stage, Vocabulary rows, Share share, DeclaredTensors tensors) {
    if (!tied) {
      tensors.vocabulary(HEAD, rows, share);
    } else if (!stage.isOnly()) {
      if (tensors.checkpoint().has(HEAD)) {
        tensors.vocabularyOfEither(HEAD, EMBEDDING, TWO_HEADS, rows, share);
      } else {
        tensors.vocabulary(HEAD, EMBEDDING, rows, share);
      }
    }
  }

  /** The two norms that every layer has. */
  public void norms(String layer, DeclaredTensors tensors) {
    tensors.whole(layer + "input_layernorm.weight", hidden);
    tensors.whole(layer + "post_attention_layernorm.weight", hidden);
  }
}
