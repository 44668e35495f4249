package io.shardsum.expect;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.expect.model.Topology;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsWriter;
import io.shardsum.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A small checkpoint in which every element is another number, so that each can be told wherever it
 * turns up: float32 with the number as its bits, from 1. With the engine that it is for.
 */
final class NumberedCheckpoint {
  static final List<String> CLASSES =
      List.of(
          "LlamaForCausalLM",
          "MistralForCausalLM",
          "Qwen2ForCausalLM",
          "Qwen3ForCausalLM",
          "Qwen3MoeForCausalLM",
          "DeepseekV3ForCausalLM");

  /** Where a tensor's numbers begin. */
  record Numbered(String name, int first, List<Long> shape) {
    int columns() {
      return shape.size() < 2 ? 1 : shape.get(1).intValue();
    }

    int end() {
      return first + (int) (shape.get(0) * columns());
    }
  }

  final String architecture;
  final Topology topology;
  final boolean tied;
  final int kvHeads;
  final List<Numbered> tensors = new ArrayList<>();

  private final Random random;
  private final Map<String, Object> config = new LinkedHashMap<>();
  private int next = 1;

  NumberedCheckpoint(String architecture, long seed) {
    this.random = new Random(seed);
    this.architecture = architecture;
    int tp = pick(1, 2, 3, 4, 6, 8);
    int layers = pick(2, 3, 4);
    boolean hasGroups = !isLlama();
    int attentionDp = hasGroups ? divisor(tp) : 1;
    int ep = isMixture() ? divisor(tp) : 1;
    this.tied = !isMixture() && random.nextBoolean();
    int pp = tied && isLlama() ? 1 : pick(1, 2, layers);
    this.topology = new Topology(tp, pp, ep, attentionDp);
    int heads = tp * pick(1, 2);
    this.kvHeads = divisorThatFits(heads, tp, tp / attentionDp);
    long hidden = 4L * pick(1, 2);
    long headDim = pick(2, 4);
    config.put("architectures", List.of(architecture));
    config.put("torch_dtype", "float32");
    config.put("hidden_size", hidden);
    config.put("num_hidden_layers", layers);
    config.put("vocab_size", pick(5, 63, 64, 130));
    config.put("tie_word_embeddings", tied);
    config.put("num_attention_heads", heads);
    config.put("num_key_value_heads", kvHeads);
    config.put("intermediate_size", tp * pick(1, 3));
    config.put("moe_intermediate_size", (isDeepseek() ? tp : tp / ep) * pick(1, 2));
    config.put("head_dim", headDim);
    config.put("attention_bias", random.nextBoolean());
    int experts = Math.max(tp, ep * pick(1, 2));
    config.put("num_experts", experts);
    config.put("n_routed_experts", experts);
    config.put("n_shared_experts", pick(0, 1, 2));
    config.put("first_k_dense_replace", pick(0, 1));
    config.put("moe_layer_freq", pick(1, 2));
    config.put("topk_method", pick("noaux_tc", "greedy"));
    config.put("q_lora_rank", random.nextBoolean() ? 3 : null);
    config.put("kv_lora_rank", 5);
    config.put("qk_nope_head_dim", 2);
    config.put("qk_rope_head_dim", 3);
    config.put("v_head_dim", 4);
    declare();
  }

  boolean isLlama() {
    return architecture.startsWith("Llama") || architecture.startsWith("Mistral");
  }

  boolean isDeepseek() {
    return architecture.startsWith("Deepseek");
  }

  boolean isMixture() {
    return isDeepseek() || architecture.startsWith("Qwen3Moe");
  }

  /** How many ranks share the attention. */
  int attentionSize() {
    boolean apart = !isLlama() && !architecture.startsWith("Qwen2");
    return apart ? topology.tp() / topology.attentionDp() : topology.tp();
  }

  private int divisorThatFits(int heads, int tp, int group) {
    while (true) {
      int count = divisor(heads);
      boolean fitsAll = tp % count == 0 || count % tp == 0;
      boolean fitsGroup = group % count == 0 || count % group == 0;
      if (fitsAll && fitsGroup) {
        return count;
      }
    }
  }

  private int divisor(int of) {
    while (true) {
      int divisor = 1 + random.nextInt(of);
      if (of % divisor == 0) {
        return divisor;
      }
    }
  }

  private int pick(int... among) {
    return among[random.nextInt(among.length)];
  }

  private String pick(String one, String other) {
    return random.nextBoolean() ? one : other;
  }

  long size(String key) {
    return ((Number) config.get(key)).longValue();
  }

  private void declare() {
    long hidden = size("hidden_size");
    add("model.embed_tokens.weight", size("vocab_size"), hidden);
    for (int layer = 0; layer < size("num_hidden_layers"); layer++) {
      String name = "model.layers." + layer + ".";
      add(name + "input_layernorm.weight", hidden);
      add(name + "post_attention_layernorm.weight", hidden);
      if (isDeepseek()) {
        latentAttention(name + "self_attn.");
      } else {
        attention(name + "self_attn.");
      }
      boolean hasExperts =
          isMixture()
              && (!isDeepseek()
                  || (layer >= size("first_k_dense_replace")
                      && layer % size("moe_layer_freq") == 0));
      if (hasExperts) {
        experts(name + "mlp.");
      } else {
        mlp(name + "mlp.", size("intermediate_size"));
      }
    }
    add("model.norm.weight", hidden);
    if (!tied) {
      add("lm_head.weight", size("vocab_size"), hidden);
    }
  }

  private void attention(String name) {
    long hidden = size("hidden_size");
    long queries = size("num_attention_heads") * size("head_dim");
    long keys = kvHeads * size("head_dim");
    boolean flag = (boolean) config.get("attention_bias");
    boolean bias = architecture.startsWith("Qwen2") || flag;
    linear(name + "q_proj", queries, hidden, bias);
    linear(name + "k_proj", keys, hidden, bias);
    linear(name + "v_proj", keys, hidden, bias);
    linear(name + "o_proj", hidden, queries, flag && !architecture.startsWith("Qwen2"));
    if (architecture.startsWith("Qwen3")) {
      add(name + "q_norm.weight", size("head_dim"));
      add(name + "k_norm.weight", size("head_dim"));
    }
  }

  private void latentAttention(String name) {
    long hidden = size("hidden_size");
    long heads = size("num_attention_heads");
    if (config.get("q_lora_rank") == null) {
      add(name + "q_proj.weight", heads * 5, hidden);
    } else {
      add(name + "q_a_proj.weight", 3, hidden);
      add(name + "q_a_layernorm.weight", 3);
      add(name + "q_b_proj.weight", heads * 5, 3);
    }
    add(name + "kv_a_proj_with_mqa.weight", 8, hidden);
    add(name + "kv_a_layernorm.weight", 5);
    add(name + "kv_b_proj.weight", heads * 6, 5);
    add(name + "o_proj.weight", hidden, heads * 4);
  }

  private void experts(String name) {
    long each = size("moe_intermediate_size");
    long count = size("num_experts");
    add(name + "gate.weight", count, size("hidden_size"));
    for (int expert = 0; expert < count; expert++) {
      mlp(name + "experts." + expert + ".", each);
    }
    if (isDeepseek() && config.get("topk_method").equals("noaux_tc")) {
      add(name + "gate.e_score_correction_bias", count);
    }
    if (isDeepseek() && size("n_shared_experts") > 0) {
      mlp(name + "shared_experts.", each * size("n_shared_experts"));
    }
  }

  private void mlp(String name, long size) {
    linear(name + "gate_proj", size, size("hidden_size"), false);
    linear(name + "up_proj", size, size("hidden_size"), false);
    linear(name + "down_proj", size("hidden_size"), size, false);
  }

  private void linear(String name, long rows, long columns, boolean bias) {
    add(name + ".weight", rows, columns);
    if (bias) {
      add(name + ".bias", rows);
    }
  }

  private void add(String name, long... shape) {
    Numbered tensor = new Numbered(name, next, Arrays.stream(shape).boxed().toList());
    tensors.add(tensor);
    next = tensor.end();
  }

  /** How many elements there are: the numbers up to that. */
  int elements() {
    return next - 1;
  }

  /** The tensor that an element is of. */
  Numbered tensorOf(int number) {
    return tensors.stream()
        .filter(tensor -> number >= tensor.first() && number < tensor.end())
        .findFirst()
        .orElseThrow();
  }

  /** Writes it, in several files. */
  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(
        directory.resolve("config.json"), new ObjectMapper().writeValueAsString(config));
    int files = pick(1, 2, 3);
    for (int file = 0; file < files; file++) {
      Map<TensorSpec, byte[]> held = new LinkedHashMap<>();
      for (int index = file; index < tensors.size(); index += files) {
        Numbered tensor = tensors.get(index);
        ByteBuffer bytes =
            ByteBuffer.allocate((tensor.end() - tensor.first()) * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int number = tensor.first(); number < tensor.end(); number++) {
          bytes.putInt(number);
        }
        held.put(new TensorSpec(tensor.name(), DType.F32, tensor.shape()), bytes.array());
      }
      SafetensorsWriter.write(directory.resolve("part-" + file + ".safetensors"), held, Map.of());
    }
  }
}
