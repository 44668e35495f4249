package io.shardsum.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;

/** A directory of engines with files of no bytes. */
record FleetOnDisk(Path root) {
  static final Configuration CONF = new Configuration();

  FleetOnDisk with(String... files) {
    for (String file : files) {
      write(file, "");
    }
    return this;
  }

  FleetOnDisk write(String file, String text) {
    try {
      Path path = root.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  Inventory inventory(String yaml) {
    return Inventory.of(FleetDescription.parse(yaml, "fleet.yaml", root.toString()), CONF);
  }

  /** Of one engine {@code e} in the directory {@code e}, with these further lines. */
  EngineInventory engine(String... lines) {
    StringBuilder yaml = new StringBuilder("fleet: f\nengines:\n- name: e\n  shards: e\n");
    for (String line : lines) {
      yaml.append("  ").append(line).append('\n');
    }
    return inventory(yaml.toString()).engines().get(0);
  }

  /** Takes all engines for copies of one model. */
  Inventory directory(String name, OptionalInt tp, OptionalInt pp) {
    return directory(name, tp, pp, (engine, files) -> Optional.of("0123456789abcdef"));
  }

  Inventory directory(String name, OptionalInt tp, OptionalInt pp, StructureReader structures) {
    return new ShardsDirectory(
            root.resolve(name).toString(),
            tp,
            pp,
            Digest.SGLANG,
            FileDigest.NONE,
            SkipProfile.newest(),
            IgnoredFiles.NONE,
            Visibility.THIS_HOST)
        .inventory(CONF, structures);
  }

  /** The location of a file as the inventory writes it. */
  String location(String file) {
    return "file:" + root.resolve(file);
  }

  static List<String> names(RankInventory rank) {
    return rank.files().stream()
        .map(file -> file.path().substring(file.path().lastIndexOf('/') + 1))
        .toList();
  }
}
