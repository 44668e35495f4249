package io.shardsum.expect;

/** The sizes that all covered model classes have, as config.json says them. */
record DecoderSizes(long hidden, long layers, long vocabulary, boolean tied) {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";

  static DecoderSizes of(ModelConfig config) {
    return new DecoderSizes(
        config.size("hidden_size"),
        config.size("num_hidden_layers"),
        config.size("vocab_size"),
        config.flag("tie_word_embeddings"));
  }

  Vocabulary vocabulary(Vocabulary.Padding padding) {
    return new Vocabulary(vocabulary, hidden, padding);
  }

  /**
   * The head of the last stage, in classes where a tied one is the embedding itself if that is on
   * the same stage, and otherwise a copy of the checkpoint's.
   */
  void tieableHead(Stage stage, Vocabulary rows, Share share, RankTensors tensors) {
    if (!tied) {
      tensors.vocabulary(HEAD, rows, share);
    } else if (!stage.isOnly()) {
      tensors.add(
          HEAD,
          () -> {
            if (tensors.checkpoint().find(HEAD).isPresent()) {
              throw new UnpredictableException(
                  "config.json has tie_word_embeddings and the checkpoint a "
                      + HEAD
                      + ": whichever of it and the embedding is loaded last counts");
            }
            return rows.rows(tensors.checkpoint(), EMBEDDING, tensors.dtype(), share);
          });
    }
  }

  /** The two norms that every layer has. */
  void norms(String layer, RankTensors tensors) {
    tensors.whole(layer + "input_layernorm.weight", hidden);
    tensors.whole(layer + "post_attention_layernorm.weight", hidden);
  }
}
