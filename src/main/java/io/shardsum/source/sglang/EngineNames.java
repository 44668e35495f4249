package io.shardsum.source.sglang;

import io.shardsum.fleet.NameRule;
import io.shardsum.io.ListedFile;
import io.shardsum.io.Retries;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The tensors of a file that the engine calls otherwise. */
public final class EngineNames {

  /** A tensor's name in the engine's answer, and why the file has another. */
  public record Renamed(String name, String reason) {}

  private final Map<String, Renamed> renamed;

  private EngineNames(Map<String, Renamed> renamed) {
    this.renamed = renamed;
  }

  /**
   * Applies the rules of a file's group. A rank in which a header cannot be read has no checksum
   * anyhow; its tensors keep the names that they have.
   *
   * @throws IOException only if Spark wants the task to stop
   */
  static EngineNames of(
      ListedFile file, ShardGroup group, SafetensorsHeader header, RankTensors rank)
      throws IOException {
    Map<String, Renamed> renamed = new HashMap<>();
    for (NameRule rule : group.names()) {
      for (TensorEntry tensor : header.tensors()) {
        Optional<String> name = rule.engineName(tensor.name());
        if (name.isPresent() && isFree(name.get(), file, rank)) {
          renamed.putIfAbsent(tensor.name(), new Renamed(name.get(), rule.reason()));
        }
      }
    }
    return new EngineNames(renamed);
  }

  /** Of a file whose tensors have the engine's names. */
  public static EngineNames none() {
    return new EngineNames(Map.of());
  }

  /** Empty: the engine calls the tensor as the file does. */
  public Optional<Renamed> renamed(TensorEntry tensor) {
    return renamed.isEmpty() ? Optional.empty() : Optional.ofNullable(renamed.get(tensor.name()));
  }

  private static boolean isFree(String name, ListedFile file, RankTensors rank) throws IOException {
    try {
      return rank.find(name, rank.first(file)).isEmpty();
    } catch (IOException e) {
      if (Retries.isInterrupt(e)) {
        throw e;
      }
      return false;
    }
  }
}
