package io.shardsum.demo;

import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.SafetensorsWriter;
import io.shardsum.safetensors.TensorEntry;
import io.shardsum.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Six engines of one model, four ranks each, with a draft model: about 0.5 GB. In one engine a bit
 * is flipped, in another a rank is missing.
 *
 * @param directory where the fleet lies: {@code fleet.yaml}, and a directory an engine
 */
public record DemoFleet(Path directory) {

  /** The engines. */
  public static final List<String> ENGINES =
      List.of("chat-1", "chat-2", "chat-3", "chat-4", "chat-5", "chat-6");

  /** The engine with the flipped bit. */
  public static final String FLIPPED_ENGINE = "chat-3";

  /** The rank with the flipped bit. */
  public static final int FLIPPED_RANK = 2;

  /** The tensor with the flipped bit. */
  public static final String FLIPPED_TENSOR = "model.layers.1.mlp.down_proj.weight";

  /** The engine with the missing rank. */
  public static final String SHORT_ENGINE = "chat-5";

  /** The missing rank. */
  public static final int MISSING_RANK = 3;

  private static final int RANKS = 4;
  private static final int LAYERS = 3;
  private static final long HIDDEN = 1024;
  private static final String MARKER = ".shardsum-demo";

  /** The description of the fleet. */
  public Path description() {
    return directory.resolve("fleet.yaml");
  }

  /** Where the tables of its scans go. */
  public Path tables() {
    return directory.resolve("tables");
  }

  /**
   * Writes the fleet, over an earlier demo.
   *
   * @throws IOException if it cannot be written, or the directory holds something else
   */
  public void write() throws IOException {
    claim();
    for (int rank = 0; rank < RANKS; rank++) {
      for (String engine : ENGINES) {
        if (!engine.equals(SHORT_ENGINE) || rank != MISSING_RANK) {
          writeRank(directory.resolve(engine), rank);
        }
      }
    }
    flipBit();
    Files.writeString(description(), yaml());
  }

  /** Makes sure that nobody else's files are written over. */
  private void claim() throws IOException {
    Path marker = directory.resolve(MARKER);
    if (Files.exists(directory) && !Files.exists(marker) && !isEmpty(directory)) {
      throw new IOException(
          "Cannot make a demo in %s: expected an empty directory or an earlier demo"
              .formatted(directory));
    }
    Files.createDirectories(directory);
    Files.writeString(marker, "Made by fleet-scan --demo, which will write over it.\n");
    Files.deleteIfExists(shard(directory.resolve(SHORT_ENGINE), MISSING_RANK, 0));
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  private static Path shard(Path engine, int rank, int part) {
    return engine.resolve("model-rank-" + rank + "-part-" + part + ".safetensors");
  }

  private static void writeRank(Path engine, int rank) throws IOException {
    Path draft = engine.resolve("draft");
    Files.createDirectories(draft);
    List<TensorSpec> embeddings =
        List.of(
            weight("model.embed_tokens.weight", 1024),
            weight("lm_head.weight", 1024),
            new TensorSpec("model.norm.weight", DType.BF16, List.of(HIDDEN)));
    write(shard(engine, rank, 0), rank, layers(LAYERS));
    write(shard(engine, rank, 1), rank, embeddings);
    write(shard(draft, rank, 0), rank, layers(1).subList(2, 5));
  }

  private static List<TensorSpec> layers(int count) {
    List<TensorSpec> tensors = new ArrayList<>();
    for (int layer = 0; layer < count; layer++) {
      String prefix = "model.layers." + layer + ".";
      tensors.add(weight(prefix + "mlp.gate_up_proj.weight", 1408));
      tensors.add(weight(prefix + "mlp.down_proj.weight", 704));
      tensors.add(weight(prefix + "self_attn.qkv_proj.weight", 384));
      tensors.add(weight(prefix + "self_attn.o_proj.weight", 256));
      tensors.add(new TensorSpec(prefix + "input_layernorm.weight", DType.BF16, List.of(HIDDEN)));
    }
    return tensors;
  }

  private static TensorSpec weight(String name, long rows) {
    return new TensorSpec(name, DType.BF16, List.of(rows, HIDDEN));
  }

  /** The same bytes in every engine. */
  private static void write(Path file, int rank, List<TensorSpec> tensors) throws IOException {
    Map<TensorSpec, byte[]> contents = new LinkedHashMap<>();
    for (TensorSpec tensor : tensors) {
      byte[] bytes = new byte[Math.toIntExact(tensor.lengthBytes())];
      new Random(31L * tensor.name().hashCode() + rank).nextBytes(bytes);
      contents.put(tensor, bytes);
    }
    SafetensorsWriter.write(file, contents, Map.of());
  }

  private void flipBit() throws IOException {
    Path file = shard(directory.resolve(FLIPPED_ENGINE), FLIPPED_RANK, 0);
    try (ByteSource source = ByteSource.ofPath(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      SafetensorsHeader header = SafetensorsHeader.read(source);
      TensorEntry tensor =
          header.tensors().stream()
              .filter(entry -> entry.name().equals(FLIPPED_TENSOR))
              .findFirst()
              .orElseThrow();
      long position = header.dataOffsetBytes() + tensor.beginBytes() + tensor.lengthBytes() / 3;
      ByteBuffer flipped = ByteBuffer.allocate(1);
      source.readFully(position, flipped);
      flipped.put(0, (byte) (flipped.get(0) ^ 0x10)).flip();
      channel.write(flipped, position);
    }
  }

  private static String yaml() {
    StringBuilder yaml =
        new StringBuilder(
            """
            fleet: demo
            defaults:
              model: demo/chat-0.1b
              revision: "1"
              parallelism: { tp: 4 }
            engines:
            """);
    for (String engine : ENGINES) {
      yaml.append(
          "  - { name: %1$s, shards: %1$s, draft: { shards: %1$s/draft } }%n".formatted(engine));
    }
    return yaml.toString();
  }
}
