package io.shardsum.source;

import io.shardsum.checksum.WeightDigest;
import io.shardsum.fleet.EngineSpec;
import io.shardsum.fleet.NameRule;
import io.shardsum.fleet.NameRules;
import io.shardsum.fleet.ShardFile;
import io.shardsum.fleet.StructureReader;
import io.shardsum.io.ReadCounts;
import io.shardsum.io.ReadSettings;
import io.shardsum.io.Shard;
import io.shardsum.io.ShardOpener;
import io.shardsum.safetensors.SafetensorsHeader;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/**
 * Tells copies of one model by their headers: the names, dtypes and shapes of a rank's tensors.
 * Engines that were described by nobody are compared if these are the same.
 */
public final class HeaderStructure implements StructureReader {

  private final ShardOpener opener;

  /** Reads headers as {@code hadoopConf} and the settings say. */
  public HeaderStructure(Configuration hadoopConf, ReadSettings reading) {
    this.opener = new ShardOpener(hadoopConf, reading, new ReadCounts());
  }

  @Override
  public Optional<String> structureOf(EngineSpec engine, List<ShardFile> filesOfOneRank) {
    Map<String, String> inFiles = new TreeMap<>();
    for (ShardFile file : filesOfOneRank) {
      try (Shard shard = opener.open(file.listed())) {
        SafetensorsHeader header = shard.header();
        header.tensors().stream()
            .filter(tensor -> !isLeftOut(engine, tensor.name()))
            .forEach(tensor -> inFiles.put(tensor.name(), tensor.dtype() + " " + tensor.shape()));
      } catch (IOException e) {
        return Optional.empty();
      }
    }
    List<NameRule> rules = NameRules.of(engine, ShardFile.TARGET);
    Map<String, String> tensors = new TreeMap<>();
    inFiles.forEach(
        (name, form) ->
            tensors.put(ShardFile.TARGET + " " + engineName(name, rules, inFiles.keySet()), form));
    return Optional.of(WeightDigest.ofRank(tensors));
  }

  private static boolean isLeftOut(EngineSpec engine, String name) {
    return Stream.concat(engine.skip().stream(), engine.profile().patterns().stream())
        .anyMatch(name::contains);
  }

  private static String engineName(String inFile, List<NameRule> rules, Set<String> taken) {
    return rules.stream()
        .flatMap(rule -> rule.engineName(inFile).stream())
        .filter(name -> !taken.contains(name))
        .findFirst()
        .orElse(inFile);
  }
}
