package io.shardsum.scan;

import io.shardsum.checksum.WeightDigest;
import io.shardsum.fleet.ShardFile;
import io.shardsum.fleet.StructureReader;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.source.ListedFile;
import io.shardsum.source.ShardHeaders;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/**
 * Tells copies of one model by their headers: the names, dtypes and shapes of a rank's tensors.
 * Engines that were described by nobody are compared if these are the same.
 */
public final class HeaderStructure implements StructureReader {

  private final ShardHeaders headers;

  /** Reads headers as {@code hadoopConf} says. */
  public HeaderStructure(Configuration hadoopConf) {
    this.headers = new ShardHeaders(hadoopConf);
  }

  @Override
  public Optional<String> structureOf(List<ShardFile> filesOfOneRank) {
    Map<String, String> tensors = new TreeMap<>();
    for (ShardFile file : filesOfOneRank) {
      try {
        SafetensorsHeader header =
            headers.read(
                new ListedFile(
                    file.path(), file.lengthBytes(), file.modifiedAtMillis(), List.of()));
        header
            .tensors()
            .forEach(t -> tensors.put(file.role() + " " + t.name(), t.dtype() + " " + t.shape()));
      } catch (IOException e) {
        return Optional.empty();
      }
    }
    return Optional.of(WeightDigest.ofRank(tensors));
  }
}
