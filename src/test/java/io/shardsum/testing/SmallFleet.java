package io.shardsum.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.SafetensorsWriter;
import io.shardsum.safetensors.TensorEntry;
import io.shardsum.safetensors.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;

/**
 * A small fleet on disk: engines that are copies of one model, each with the same ranks and parts
 * and perhaps a draft. Bytes come from the names and the rank alone, so two fleets of one make are
 * equal.
 *
 * <pre>
 * ROOT/fleet.yaml
 * ROOT/engine-0/model-rank-0-part-0.safetensors      the first engine, whatever its name is
 * ROOT/engine-0/draft/model-rank-0-part-0.safetensors
 * </pre>
 */
public final class SmallFleet {

  /** Role of the draft, as {@link #shard(String, String, int, int)} takes it. */
  public static final String DRAFT = "draft";

  /** Role of the model itself. */
  public static final String TARGET = "target";

  private final Path root;
  private final int ranks;
  private final int parts;
  private final List<String> roles;
  private final Map<String, Path> directories = new LinkedHashMap<>();
  private final Map<String, List<String>> settings = new LinkedHashMap<>();

  private SmallFleet(Path root, int ranks, int parts, List<String> roles) {
    this.root = root;
    this.ranks = ranks;
    this.parts = parts;
    this.roles = roles;
  }

  /** A fleet of engines without a draft. */
  public static SmallFleet of(Path root, int ranks, int parts) {
    return new SmallFleet(root, ranks, parts, List.of(TARGET));
  }

  /** A fleet of engines that have a draft of one part. */
  public static SmallFleet withDraft(Path root, int ranks, int parts) {
    return new SmallFleet(root, ranks, parts, List.of(TARGET, DRAFT));
  }

  /** Writes another copy of the model. */
  public SmallFleet engine(String name) {
    return engine(name, List.of());
  }

  /**
   * Writes another copy of the model.
   *
   * @param yamlSettings keys of the engine besides its name and places, such as {@code skip: [x]}
   */
  public SmallFleet engine(String name, List<String> yamlSettings) {
    directories.put(name, root.resolve("engine-" + directories.size()));
    settings.put(name, List.copyOf(yamlSettings));
    for (String role : roles) {
      for (int rank = 0; rank < ranks; rank++) {
        for (int part = 0; part < (role.equals(TARGET) ? parts : 1); part++) {
          write(shard(name, role, rank, part), tensors(role, rank, part));
        }
      }
    }
    return this;
  }

  /** Describes another engine that reads the files of one that is there. */
  public SmallFleet engineOn(String name, String other, List<String> yamlSettings) {
    directories.put(name, directories.get(other));
    settings.put(name, List.copyOf(yamlSettings));
    return this;
  }

  /** Describes another engine that reads the files of one that is there, by a symbolic link. */
  public SmallFleet engineLinkedTo(String name, String other) {
    Path link = root.resolve("engine-" + directories.size());
    try {
      Files.createSymbolicLink(link, directories.get(other));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    directories.put(name, link);
    settings.put(name, List.of());
    return this;
  }

  /**
   * Describes another engine whose files are links to those of one that is there: symbolic ones of
   * even ranks, hard ones of odd ranks. No directory of the two is the same.
   */
  public SmallFleet engineOfLinksTo(String name, String other) {
    directories.put(name, root.resolve("engine-" + directories.size()));
    settings.put(name, List.of());
    try {
      for (String role : roles) {
        for (int rank = 0; rank < ranks; rank++) {
          for (int part = 0; part < (role.equals(TARGET) ? parts : 1); part++) {
            Path file = shard(other, role, rank, part);
            Path link = shard(name, role, rank, part);
            Files.createDirectories(link.getParent());
            if (rank % 2 == 0) {
              Files.createSymbolicLink(link, file);
            } else {
              Files.createLink(link, file);
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** What a part holds: several dtypes, an empty and a 0-dim tensor, an odd length. */
  public static Map<TensorSpec, byte[]> tensors(String role, int rank, int part) {
    String prefix = "model.layers." + part + ".";
    List<TensorSpec> specs = new ArrayList<>();
    specs.add(new TensorSpec(prefix + "mlp.down_proj.weight", DType.BF16, List.of(48L, 32L)));
    specs.add(new TensorSpec(prefix + "self_attn.qkv_proj.weight", DType.F16, List.of(24L, 32L)));
    specs.add(new TensorSpec(prefix + "input_layernorm.weight", DType.F32, List.of(32L)));
    if (role.equals(TARGET)) {
      specs.add(new TensorSpec(prefix + "self_attn.attn.k_scale", DType.F32, List.of()));
      specs.add(new TensorSpec(prefix + "mlp.flags", DType.BOOL, List.of(7L)));
      specs.add(new TensorSpec(prefix + "mlp.empty", DType.BF16, List.of(0L, 32L)));
      specs.add(new TensorSpec(prefix + "rotary_emb.inv_freq", DType.F32, List.of(16L)));
    }
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    specs.forEach(spec -> tensors.put(spec, bytes(spec, rank)));
    return tensors;
  }

  /** The bytes of a tensor, always the same for its name and rank. */
  public static byte[] bytes(TensorSpec tensor, int rank) {
    byte[] bytes = new byte[Math.toIntExact(tensor.lengthBytes())];
    new Random(31L * tensor.name().hashCode() + rank).nextBytes(bytes);
    return bytes;
  }

  /** A map of tensors with such bytes, in this order. */
  public static Map<TensorSpec, byte[]> filled(int rank, TensorSpec... specs) {
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    for (TensorSpec spec : specs) {
      tensors.put(spec, bytes(spec, rank));
    }
    return tensors;
  }

  /** Writes a file, over any that is there. */
  public static void write(Path file, Map<TensorSpec, byte[]> tensors) {
    try {
      Files.createDirectories(file.getParent());
      SafetensorsWriter.write(file, tensors, Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Flips the lowest bit of a tensor's first byte. */
  public static void flipBit(Path file, String tensor) {
    try {
      long position;
      try (ByteSource source = ByteSource.ofPath(file)) {
        SafetensorsHeader header = SafetensorsHeader.read(source);
        TensorEntry entry =
            header.tensors().stream()
                .filter(candidate -> candidate.name().equals(tensor))
                .findFirst()
                .orElseThrow();
        position = header.dataOffsetBytes() + entry.beginBytes();
      }
      byte[] bytes = Files.readAllBytes(file);
      bytes[Math.toIntExact(position)] ^= 1;
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names of the engines, in order. */
  public List<String> engines() {
    return List.copyOf(directories.keySet());
  }

  /** The directory of an engine's files. */
  public Path directory(String engine) {
    return directories.get(engine);
  }

  /** A file of the model itself. */
  public Path shard(String engine, int rank, int part) {
    return shard(engine, TARGET, rank, part);
  }

  /** A file of an engine. */
  public Path shard(String engine, String role, int rank, int part) {
    Path directory = directories.get(engine);
    return (role.equals(TARGET) ? directory : directory.resolve(role))
        .resolve("model-rank-" + rank + "-part-" + part + ".safetensors");
  }

  /** The description, as a user would write it. */
  public String yaml() {
    StringBuilder yaml =
        new StringBuilder(
            """
            fleet: small
            defaults:
              model: acme/small
              revision: "1"
              parallelism: { tp: RANKS }
            engines:
            """
                .replace("RANKS", Integer.toString(ranks)));
    directories.forEach(
        (name, directory) -> {
          yaml.append("- name: ").append(quoted(name)).append('\n');
          yaml.append("  shards: ").append(quoted(directory.toString())).append('\n');
          if (roles.contains(DRAFT)) {
            String draft = quoted(directory.resolve(DRAFT).toString());
            yaml.append("  draft: { shards: ").append(draft).append(" }\n");
          }
          settings.get(name).forEach(line -> yaml.append("  ").append(line).append('\n'));
        });
    return yaml.toString();
  }

  /** Writes {@link #yaml} to the fleet's directory. */
  public Path description() {
    Path file = root.resolve("fleet.yaml");
    try {
      Files.createDirectories(root);
      return Files.writeString(file, yaml());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lists the files. */
  public Inventory inventory() {
    return Inventory.of(
        FleetDescription.parse(yaml(), "fleet.yaml", root.toString()), new Configuration());
  }

  /** A text as YAML (and JSON) quotes it. */
  private static String quoted(String text) {
    try {
      return new ObjectMapper().writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A string is JSON", e);
    }
  }
}
