package io.shardsum.expect.model;

import java.util.List;
import java.util.OptionalLong;

/**
 * DeepSeek's attention, whose keys and values come from a latent vector.
 *
 * @param fusedName what the engine calls the module that makes both latent vectors
 * @param queryRank size of the queries' latent vector; empty if they have none
 * @param latentRank size of the latent vector of keys and values
 * @param plainDim rows of a head's query and key without position
 * @param rotaryDim rows of a head's query and key with position
 * @param valueDim rows of a head's value
 */
public record LatentAttention(
    String fusedName,
    long hidden,
    long heads,
    OptionalLong queryRank,
    long latentRank,
    long plainDim,
    long rotaryDim,
    long valueDim) {
  private static final String HEADS = "num_attention_heads";

  public static LatentAttention of(ModelConfig config, String fusedName) {
    return new LatentAttention(
        fusedName,
        config.size("hidden_size"),
        config.size(HEADS),
        config.optionalSize("q_lora_rank"),
        config.size("kv_lora_rank"),
        config.size("qk_nope_head_dim"),
        config.size("qk_rope_head_dim"),
        config.size("v_head_dim"));
  }

  public void declare(String layer, Share share, DeclaredTensors tensors) {
    String name = layer + "self_attn.";
    share.span(heads, HEADS);
    Linear.Source latent =
        new Linear.Source(name + "kv_a_proj_with_mqa", latentRank + rotaryDim, "kv_lora_rank");
    if (queryRank.isPresent()) {
      long rank = queryRank.getAsLong();
      Linear.Source queries = new Linear.Source(name + "q_a_proj", rank, "q_lora_rank");
      plain(Linear.replicated(name + fusedName, hidden, List.of(queries, latent)), tensors);
      tensors.whole(name + "q_a_layernorm.weight", rank);
      plain(byHead(name + "q_b_proj", rank, plainDim + rotaryDim, share), tensors);
    } else {
      plain(byHead(name + "q_proj", hidden, plainDim + rotaryDim, share), tensors);
      plain(Linear.replicated(name + "kv_a_proj_with_mqa", hidden, List.of(latent)), tensors);
    }
    tensors.whole(name + "kv_a_layernorm.weight", latentRank);
    plain(keyValues(layer, share), tensors);
    Linear.Source output = new Linear.Source(name + "o_proj", hidden, "hidden_size");
    plain(Linear.row(name + "o_proj", heads * valueDim, HEADS, output, share), tensors);
  }

  /** The module that makes each head's keys, without position, and values. */
  public Linear keyValues(String layer, Share share) {
    return byHead(layer + "self_attn.kv_b_proj", latentRank, plainDim + valueDim, share);
  }

  private Linear byHead(String name, long inputs, long headDim, Share share) {
    return Linear.column(name, inputs, new Linear.Source(name, heads * headDim, HEADS), share);
  }

  private static void plain(Linear linear, DeclaredTensors tensors) {
    tensors.linear(linear, LinearBias.NONE);
  }
}
