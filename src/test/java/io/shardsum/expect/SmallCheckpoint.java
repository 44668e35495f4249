package io.shardsum.expect;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.OpenCheckpoint;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.fleet.Digest;
import io.shardsum.io.ShardOpener;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsWriter;
import io.shardsum.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/**
 * A checkpoint of a few small float32 tensors, whose elements count on from 1, with what a vLLM
 * engine makes of it.
 */
public final class SmallCheckpoint {
  public static final String EMBEDDING = "model.embed_tokens.weight";
  public static final String HEAD = "lm_head.weight";

  private static final int HIDDEN = 4;
  private static final int HEADS = 4;
  private static final int INTERMEDIATE = 8;
  private static final int LAYERS = 2;
  private static final int EXPERTS = 2;

  public final Map<String, Object> config = new LinkedHashMap<>();
  public final Map<String, float[]> values = new TreeMap<>();
  final Map<String, List<Long>> shapes = new TreeMap<>();

  private final Path directory;
  private String file = "model.safetensors";
  private int next = 1;

  private SmallCheckpoint(Path directory, String architecture) {
    this.directory = directory;
    config.put("architectures", List.of(architecture));
    config.put("dtype", "float32");
    config.put("hidden_act", "silu");
    config.put("hidden_size", HIDDEN);
    config.put("num_hidden_layers", LAYERS);
    config.put("vocab_size", 100);
    config.put("num_attention_heads", HEADS);
    config.put("num_key_value_heads", HEADS);
    config.put("head_dim", 2);
    config.put("intermediate_size", INTERMEDIATE);
    add(EMBEDDING, 100, HIDDEN);
    add(HEAD, 100, HIDDEN);
    add("model.norm.weight", HIDDEN);
  }

  public static SmallCheckpoint llama(Path directory) {
    return ofHeads(directory, "LlamaForCausalLM");
  }

  public static SmallCheckpoint ofHeads(Path directory, String architecture) {
    SmallCheckpoint model = new SmallCheckpoint(directory, architecture);
    boolean isMixture = architecture.equals("Qwen3MoeForCausalLM");
    if (isMixture) {
      model.config.put("num_experts", EXPERTS);
      model.config.put("moe_intermediate_size", INTERMEDIATE);
      model.config.put("decoder_sparse_step", 1);
    }
    long heads = architecture.equals("Qwen2ForCausalLM") ? HEADS : 2 * HEADS;
    for (int layer = 0; layer < LAYERS; layer++) {
      String name = model.norms(layer);
      for (String module : List.of("q_proj", "k_proj", "v_proj")) {
        model.add(name + "self_attn." + module + ".weight", heads, HIDDEN);
        if (architecture.equals("Qwen2ForCausalLM")) {
          model.add(name + "self_attn." + module + ".bias", heads);
        }
      }
      model.add(name + "self_attn.o_proj.weight", HIDDEN, heads);
      if (architecture.startsWith("Qwen3")) {
        model.add(name + "self_attn.q_norm.weight", 2);
        model.add(name + "self_attn.k_norm.weight", 2);
      }
      model.feedForward(name + "mlp.", isMixture);
    }
    return model;
  }

  public static SmallCheckpoint deepseek(Path directory) {
    SmallCheckpoint model = new SmallCheckpoint(directory, "DeepseekV3ForCausalLM");
    model.config.put("n_routed_experts", EXPERTS);
    model.config.put("moe_intermediate_size", INTERMEDIATE);
    model.config.put("first_k_dense_replace", 1);
    model.config.put("n_shared_experts", 1);
    model.config.put("q_lora_rank", null);
    model.config.put("kv_lora_rank", 5);
    model.config.put("qk_nope_head_dim", 2);
    model.config.put("qk_rope_head_dim", 4);
    model.config.put("v_head_dim", 3);
    for (int layer = 0; layer < LAYERS; layer++) {
      String name = model.norms(layer);
      model.add(name + "self_attn.q_proj.weight", HEADS * 6, HIDDEN);
      model.add(name + "self_attn.kv_a_proj_with_mqa.weight", 9, HIDDEN);
      model.add(name + "self_attn.kv_a_layernorm.weight", 5);
      model.add(name + "self_attn.kv_b_proj.weight", HEADS * 5, 5);
      model.add(name + "self_attn.o_proj.weight", HIDDEN, HEADS * 3);
      model.feedForward(name + "mlp.", layer >= 1);
      if (layer >= 1) {
        model.gated(name + "mlp.shared_experts.");
      }
    }
    return model;
  }

  private String norms(int layer) {
    String name = "model.layers." + layer + ".";
    add(name + "input_layernorm.weight", HIDDEN);
    add(name + "post_attention_layernorm.weight", HIDDEN);
    return name;
  }

  private void feedForward(String name, boolean isMixture) {
    if (!isMixture) {
      gated(name);
      return;
    }
    add(name + "gate.weight", EXPERTS, HIDDEN);
    for (int expert = 0; expert < EXPERTS; expert++) {
      gated(name + "experts." + expert + ".");
    }
  }

  private void gated(String name) {
    add(name + "gate_proj.weight", INTERMEDIATE, HIDDEN);
    add(name + "up_proj.weight", INTERMEDIATE, HIDDEN);
    add(name + "down_proj.weight", HIDDEN, INTERMEDIATE);
  }

  public SmallCheckpoint add(String name, long... shape) {
    int count = (int) Arrays.stream(shape).reduce(1, Math::multiplyExact);
    float[] numbers = new float[count];
    for (int index = 0; index < count; index++) {
      numbers[index] = next++;
    }
    values.put(name, numbers);
    shapes.put(name, Arrays.stream(shape).boxed().toList());
    return this;
  }

  public SmallCheckpoint remove(String name) {
    values.remove(name);
    shapes.remove(name);
    return this;
  }

  public SmallCheckpoint with(String key, Object value) {
    config.put(key, value);
    return this;
  }

  public SmallCheckpoint without(String key) {
    config.remove(key);
    return this;
  }

  public SmallCheckpoint inFile(String name) {
    file = name;
    return this;
  }

  /** Writes all tensors, those whose dtype is given in that, without rounding. */
  public SmallCheckpoint write(Map<String, DType> dtypes) throws IOException {
    Map<TensorSpec, byte[]> held = new LinkedHashMap<>();
    for (String name : values.keySet()) {
      DType dtype = dtypes.getOrDefault(name, DType.F32);
      held.put(new TensorSpec(name, dtype, shapes.get(name)), bytes(values.get(name), dtype));
    }
    Files.writeString(
        directory.resolve("config.json"), new ObjectMapper().writeValueAsString(config));
    SafetensorsWriter.write(directory.resolve(file), held, Map.of());
    return this;
  }

  public SmallCheckpoint write() throws IOException {
    return write(Map.of());
  }

  private static byte[] bytes(float[] values, DType dtype) {
    int elementBytes = dtype.bits() / Byte.SIZE;
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * elementBytes).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (dtype) {
        case F32 -> bytes.putFloat(value);
        case BF16 -> bytes.putShort((short) (Float.floatToRawIntBits(value) >>> Short.SIZE));
        default -> bytes.position(bytes.position() + elementBytes);
      }
    }
    return bytes.array();
  }

  private static EngineSetup vllm(
      Topology topology, Optional<String> dtype, Map<String, String> settings) {
    return new EngineSetup(EngineRelease.VLLM_0_32, topology, Gpu.SM90, dtype, settings);
  }

  private Checkpoint open(EngineSetup setup) {
    return Checkpoint.open(
        directory.toString(),
        setup,
        new Configuration(false),
        new ShardOpener(new Configuration(false)));
  }

  private OpenCheckpoint openFiles() {
    EngineSetup any = vllm(new Topology(1, 1, 1, 1), Optional.empty(), Map.of());
    return new OpenCheckpoint(open(any).files(), new ShardOpener(new Configuration(false)));
  }

  /** What such an engine must hold, in float32. */
  public Expectation expected(int tp, int pp) {
    return expected(new Topology(tp, pp, 1, 1), Optional.of("float32"), Map.of());
  }

  public Expectation expected(
      Topology topology, Optional<String> dtype, Map<String, String> settings) {
    EngineSetup setup = vllm(topology, dtype, settings);
    return Expectation.of(open(setup), setup);
  }

  public HashedExpectation hashed(Expectation expectation) throws IOException {
    try (OpenCheckpoint bytes = openFiles()) {
      return new ExpectationHasher(bytes, Digest.SHA256, 1).hash(expectation);
    }
  }

  /** The elements of a float32 recipe. */
  public float[] elements(Recipe recipe) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate((int) recipe.lengthBytes()).order(ByteOrder.LITTLE_ENDIAN);
    try (OpenCheckpoint source = openFiles()) {
      recipe.open(source).read(0, bytes);
    }
    float[] elements = new float[bytes.capacity() / Float.BYTES];
    bytes.flip().asFloatBuffer().get(elements);
    return elements;
  }
}
