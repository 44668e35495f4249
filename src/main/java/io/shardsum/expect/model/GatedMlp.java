package io.shardsum.expect.model;

import java.util.List;

/**
 * A gated feed-forward part.
 *
 * @param what what {@code intermediate} is in config.json
 */
public record GatedMlp(long hidden, long intermediate, String what, LinearBias bias) {

  /** Of config.json's {@code intermediate_size}. */
  public static GatedMlp of(ModelConfig config, LinearBias bias) {
    return new GatedMlp(
        config.size("hidden_size"), config.size("intermediate_size"), "intermediate_size", bias);
  }

  public void declare(String name, Share share, DeclaredTensors tensors) {
    tensors.linear(
        Linear.merged(
            name + "gate_up_proj",
            hidden,
            List.of(
                new Linear.Source(name + "gate_proj", intermediate, what),
                new Linear.Source(name + "up_proj", intermediate, what)),
            share),
        bias);
    Linear.Source down = new Linear.Source(name + "down_proj", hidden, "hidden_size");
    tensors.linear(Linear.row(name + "down_proj", intermediate, what, down, share), bias);
  }
}
