package io.shardsum.expect.model;

import io.shardsum.expect.recipe.Span;
import java.util.List;
import java.util.OptionalLong;

/**
 * Attention whose queries share keys and values.
 *
 * @param heads of queries
 * @param kvHeads of keys, and of values
 * @param headDim rows of a head
 */
public record GroupedAttention(
    long hidden,
    long heads,
    long kvHeads,
    long headDim,
    LinearBias inputBias,
    LinearBias outputBias,
    HeadNorms norms) {
  private static final String HEADS = "num_attention_heads";

  /** Whether queries and keys are normed. */
  public enum HeadNorms {
    NONE,
    PRESENT
  }

  /** Of config.json; without {@code head_dim} there, a head has its part of the hidden size. */
  public static GroupedAttention of(
      ModelConfig config, LinearBias inputBias, LinearBias outputBias, HeadNorms norms) {
    OptionalLong headDim = config.optionalSize("head_dim");
    return headDim.isEmpty()
        ? ofDividedHeads(config, inputBias, outputBias, norms)
        : of(config, headDim.getAsLong(), inputBias, outputBias, norms);
  }

  /** Of config.json, where a head has its part of the hidden size in any case. */
  public static GroupedAttention ofDividedHeads(
      ModelConfig config, LinearBias inputBias, LinearBias outputBias, HeadNorms norms) {
    long hidden = config.size("hidden_size");
    long heads = config.size(HEADS);
    if (heads > hidden) {
      throw new ExpectException(
          "config.json: num_attention_heads is %s; expected at most hidden_size, which is %s"
              .formatted(heads, hidden));
    }
    return of(config, hidden / heads, inputBias, outputBias, norms);
  }

  private static GroupedAttention of(
      ModelConfig config,
      long headDim,
      LinearBias inputBias,
      LinearBias outputBias,
      HeadNorms norms) {
    return new GroupedAttention(
        config.size("hidden_size"),
        config.size(HEADS),
        config.size("num_key_value_heads"),
        headDim,
        inputBias,
        outputBias,
        norms);
  }

  public void declare(String layer, Share share, DeclaredTensors tensors) {
    String name = layer + "self_attn.";
    Span ofQueries = heads(heads, HEADS, share);
    Span ofKeys = heads(kvHeads, "num_key_value_heads", keyShare(share));
    List<LinearPart> parts =
        List.of(
            part(name + "q_proj", heads, ofQueries),
            part(name + "k_proj", kvHeads, ofKeys),
            part(name + "v_proj", kvHeads, ofKeys));
    tensors.linear(new Linear(name + "qkv_proj", Linear.Kind.SHARED, parts), inputBias);
    LinearPart output =
        new LinearPart(name + "o_proj", hidden, Span.whole(hidden), heads * headDim, ofQueries);
    tensors.linear(new Linear(name + "o_proj", Linear.Kind.SHARED, List.of(output)), outputBias);
    if (norms == HeadNorms.PRESENT) {
      tensors.whole(name + "q_norm.weight", headDim);
      tensors.whole(name + "k_norm.weight", headDim);
    }
  }

  /** With more ranks than heads of keys, neighbours hold the same one. */
  private Share keyShare(Share share) {
    if (share.count() < kvHeads) {
      return share;
    }
    if (share.count() % kvHeads != 0) {
      throw new ExpectException(
          "num_key_value_heads %s cannot be given to %s ranks equally: expected a divisor"
              .formatted(kvHeads, share.count()));
    }
    int repeats = (int) (share.count() / kvHeads);
    return new Share((int) kvHeads, share.index() / repeats);
  }

  private Span heads(long count, String what, Share share) {
    Span held = share.span(count, what);
    return new Span(held.begin() * headDim, held.length() * headDim);
  }

  private LinearPart part(String module, long count, Span rows) {
    return new LinearPart(module, count * headDim, rows, hidden, Span.whole(hidden));
  }
}
