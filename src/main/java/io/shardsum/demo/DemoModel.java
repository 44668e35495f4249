package io.shardsum.demo;

import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsWriter;
import io.shardsum.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The demo's model: four ranks of three layers, with a draft model of one layer.
 *
 * @param hidden how many elements a row of its tensors has
 */
record DemoModel(long hidden) {

  static final int RANKS = 4;

  private static final int LAYERS = 3;

  /** A file of a rank. */
  static Path shard(Path engine, int rank, int part) {
    return engine.resolve("model-rank-" + rank + "-part-" + part + ".safetensors");
  }

  /**
   * Writes the files of a rank.
   *
   * @param contents the bytes of a tensor of a rank
   */
  void writeRank(Path engine, int rank, BiFunction<TensorSpec, Integer, byte[]> contents)
      throws IOException {
    Path draft = engine.resolve("draft");
    Files.createDirectories(draft);
    List<TensorSpec> embeddings =
        List.of(
            weight("model.embed_tokens.weight", 1024),
            weight("lm_head.weight", 1024),
            new TensorSpec("model.norm.weight", DType.BF16, List.of(hidden)));
    write(shard(engine, rank, 0), rank, layers(LAYERS), contents);
    write(shard(engine, rank, 1), rank, embeddings, contents);
    write(shard(draft, rank, 0), rank, layers(1).subList(2, 5), contents);
  }

  private List<TensorSpec> layers(int count) {
    List<TensorSpec> tensors = new ArrayList<>();
    for (int layer = 0; layer < count; layer++) {
      String prefix = "model.layers." + layer + ".";
      tensors.add(weight(prefix + "mlp.gate_up_proj.weight", 1408));
      tensors.add(weight(prefix + "mlp.down_proj.weight", 704));
      tensors.add(weight(prefix + "self_attn.qkv_proj.weight", 384));
      tensors.add(weight(prefix + "self_attn.o_proj.weight", 256));
      tensors.add(new TensorSpec(prefix + "input_layernorm.weight", DType.BF16, List.of(hidden)));
    }
    return tensors;
  }

  private TensorSpec weight(String name, long rows) {
    return new TensorSpec(name, DType.BF16, List.of(rows, hidden));
  }

  private static void write(
      Path file,
      int rank,
      List<TensorSpec> tensors,
      BiFunction<TensorSpec, Integer, byte[]> contents)
      throws IOException {
    Map<TensorSpec, byte[]> bytes = new LinkedHashMap<>();
    for (TensorSpec tensor : tensors) {
      bytes.put(tensor, contents.apply(tensor, rank));
    }
    SafetensorsWriter.write(file, bytes, Map.of());
  }
}
