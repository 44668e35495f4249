package io.shardsum.demo;

import io.shardsum.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

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

  private static final DemoModel MODEL = new DemoModel(1024);

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
    new DemoDirectory(directory).claim();
    Files.deleteIfExists(DemoModel.shard(directory.resolve(SHORT_ENGINE), MISSING_RANK, 0));
    for (int rank = 0; rank < DemoModel.RANKS; rank++) {
      for (String engine : ENGINES) {
        if (!engine.equals(SHORT_ENGINE) || rank != MISSING_RANK) {
          MODEL.writeRank(directory.resolve(engine), rank, DemoFleet::bytes);
        }
      }
    }
    flipBit();
    Files.writeString(description(), description("1"));
  }

  /** The same in every engine. */
  private static byte[] bytes(TensorSpec tensor, int rank) {
    byte[] bytes = new byte[Math.toIntExact(tensor.lengthBytes())];
    new Random(31L * tensor.name().hashCode() + rank).nextBytes(bytes);
    return bytes;
  }

  private void flipBit() throws IOException {
    Path file = DemoModel.shard(directory.resolve(FLIPPED_ENGINE), FLIPPED_RANK, 0);
    StoredTensor tensor = StoredTensor.find(file, FLIPPED_TENSOR);
    tensor.flip(tensor.lengthBytes() / 3, 0x10);
  }

  /** The description of the engines at a revision. */
  static String description(String revision) {
    StringBuilder yaml =
        new StringBuilder(
            """
            fleet: demo
            defaults:
              model: demo/chat-0.1b
              revision: "%s"
              parallelism: { tp: 4 }
            engines:
            """
                .formatted(revision));
    for (String engine : ENGINES) {
      yaml.append(
          "  - { name: %1$s, shards: %1$s, draft: { shards: %1$s/draft } }%n".formatted(engine));
    }
    return yaml.toString();
  }
}
